package studies

import "github.com/vignette-sim/vignette/internal/stats"

// ComparisonRecord is a comparison as every command and page writes it, so that they tell the same numbers; what is null could not be had.
type ComparisonRecord struct {
	Factor     string                      `json:"factor"`
	Level      string                      `json:"level"`
	Against    string                      `json:"against"`
	Planned    int                         `json:"planned"` // pairs begun on both sides
	Pairs      int                         `json:"pairs"`   // of them valid on both
	Reward     DifferenceRecord            `json:"reward"`
	Dimensions map[string]DifferenceRecord `json:"dimensions"`
	Scenarios  map[string]DifferenceRecord `json:"reward_by_scenario"`
	Persons    map[string]DifferenceRecord `json:"reward_by_person,omitempty"`
	// How far the true differences vary between scenarios, and between persons; null where it cannot be told.
	AmongScenarios *SpreadRecord `json:"among_scenarios"`
	AmongPersons   *SpreadRecord `json:"among_persons,omitempty"`
}

// SpreadRecord says how far true differences vary.
type SpreadRecord struct {
	SD     float64 `json:"sd"`
	F      float64 `json:"f"`
	P      float64 `json:"p"`
	Groups int     `json:"groups"`
}

func spreadRecord(s *stats.Spread) *SpreadRecord {
	if s == nil {
		return nil
	}
	return &SpreadRecord{s.SD, s.F, s.P, s.Groups}
}

// DifferenceRecord is a [Difference] as it is written; see [compare.Judgment] for what each number is.
type DifferenceRecord struct {
	Against    *float64    `json:"against"`
	Level      *float64    `json:"level"`
	Difference *float64    `json:"difference"` // null: no pair has both
	CI95       *[2]float64 `json:"ci95"`
	N          int         `json:"n"`
	Clusters   int         `json:"clusters"`
	Over       string      `json:"over"` // what the interval is over: scenarios and persons, scenarios, persons, cells or pairs

	Population  string   `json:"population"` // the same in words: whom it speaks about
	Begun       int      `json:"begun"`      // pairs begun on both sides, with or without a value
	HasAgainst  int      `json:"has_against"`
	HasLevel    int      `json:"has_level"`
	MissingMore *float64 `json:"missing_more"` // share of missing values at the level less that against; null: none is missing
	MissingP    *float64 `json:"missing_p"`
	// Bounds over all pairs begun, whatever the missing values are, with their interval, and those that hold if what keeps values from being
	// there works one way only; null: none is missing, or the range is not known.
	Bounds        *[2]float64 `json:"bounds"`
	BoundsCI95    *[2]float64 `json:"bounds_ci95"`
	TrimmedBounds *[2]float64 `json:"trimmed_bounds"`

	SE          *float64    `json:"se"`
	DF          *float64    `json:"df"`
	P           *float64    `json:"p"`
	Holm        *float64    `json:"p_holm"` // adjusted for the tests of its kind in the run
	Margin      float64     `json:"margin"` // smallest difference that matters; 0: not known
	EquivalentP *float64    `json:"equivalence_p"`
	Verdict     string      `json:"verdict"` // by p_holm: differs; differs, by less than matters; equivalent; open; "" when it cannot be tested
	D           *float64    `json:"d"`
	DCI95       *[2]float64 `json:"d_ci95"`
	Wins        *float64    `json:"wins"` // share of pairs in which the level has more, ties half
	WinsCI95    *[2]float64 `json:"wins_ci95"`
}

// Records are comparisons as they are written.
func Records(all []Comparison) []ComparisonRecord {
	out := []ComparisonRecord{}
	for _, c := range all {
		record := ComparisonRecord{
			Factor: c.Factor, Level: c.Level, Against: c.Against, Planned: c.Planned, Pairs: c.Pairs, Reward: differenceRecord(c.Reward),
			Dimensions: map[string]DifferenceRecord{}, Scenarios: map[string]DifferenceRecord{}, AmongScenarios: spreadRecord(c.AmongScenarios), AmongPersons: spreadRecord(c.AmongPersons),
		}
		for _, person := range c.Persons {
			if record.Persons == nil {
				record.Persons = map[string]DifferenceRecord{}
			}
			record.Persons[person.Person] = differenceRecord(person.Difference)
		}
		for _, dimension := range c.Dimensions {
			record.Dimensions[dimension.ID] = differenceRecord(dimension.Difference)
		}
		for _, scenario := range c.Scenarios {
			record.Scenarios[scenario.Scenario] = differenceRecord(scenario.Difference)
		}
		out = append(out, record)
	}
	return out
}

func differenceRecord(d Difference) DifferenceRecord {
	j := d.Judgment
	out := DifferenceRecord{
		Against: d.Against, Level: d.Level, Difference: d.Mean, CI95: endsOf(d.CI95), N: d.N, Clusters: d.Clusters, Over: string(d.Over), Population: j.Over.Meaning(),
		Begun: j.Begun, HasAgainst: j.HasAgainst, HasLevel: j.HasLevel, P: j.P(), Holm: d.Holm, Margin: j.Margin, EquivalentP: j.EquivalentP, Verdict: string(j.Verdict(d.Holm)),
	}
	if m := j.MissingMore; m != nil {
		out.MissingMore, out.MissingP = &m.Value, m.P
	}
	if j.All != nil {
		out.Bounds, out.BoundsCI95 = &[2]float64{j.All.Low, j.All.High}, endsOf(j.All.Interval)
	}
	if j.Trimmed != nil {
		out.TrimmedBounds = &[2]float64{j.Trimmed.Low, j.Trimmed.High}
	}
	if j.Difference != nil && j.Difference.P != nil {
		out.SE, out.DF = &j.Difference.SE, &j.Difference.DF
	}
	if j.Size != nil {
		out.D = &j.Size.D
		if j.Size.Low != nil {
			out.DCI95 = &[2]float64{*j.Size.Low, *j.Size.High}
		}
	}
	if j.Wins != nil {
		out.Wins, out.WinsCI95 = &j.Wins.Value, endsOf(j.Wins.Interval)
	}
	return out
}

func endsOf(i *stats.Interval) *[2]float64 {
	if i == nil {
		return nil
	}
	return &[2]float64{i.Low, i.High}
}

// RankingRecord is a [Ranking] as it is written.
type RankingRecord struct {
	Factor    string           `json:"factor"`
	Undefined string           `json:"undefined,omitempty"` // why there are no strengths
	Over      string           `json:"over"`                // what the intervals draw
	Levels    []StrengthRecord `json:"levels"`
}

// StrengthRecord is how strong one level is among all.
type StrengthRecord struct {
	Level string      `json:"level"`
	Share float64     `json:"share"` // those of all levels add up to 1
	Log   float64     `json:"log"`   // log odds against the first level
	CI95  *[2]float64 `json:"ci95"`  // of log; null for the first
	Wins  float64     `json:"wins"`  // of Met encounters with some other level, ties half
	Met   int         `json:"met"`
}

// RankingRecords are rankings as they are written.
func RankingRecords(all []Ranking) []RankingRecord {
	out := []RankingRecord{}
	for _, r := range all {
		record := RankingRecord{Factor: r.Factor, Undefined: r.Undefined, Over: string(r.Over), Levels: []StrengthRecord{}}
		for i, s := range r.Strengths {
			record.Levels = append(record.Levels, StrengthRecord{r.Levels[i], s.Share, s.Log, endsOf(s.Interval), s.Wins, s.Met})
		}
		out = append(out, record)
	}
	return out
}
