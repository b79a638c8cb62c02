package main

import (
	"encoding/json"
	"io"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies"
	"github.com/vignette-sim/vignette/studies/figures"
)

// jsonTeller writes one JSON object a line, each with a "type".
type jsonTeller struct {
	encoder *json.Encoder
	flags   runFlags
	data    string
	run     string
}

func newJSONTeller(w io.Writer, flags runFlags, data string) *jsonTeller {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return &jsonTeller{encoder: encoder, flags: flags, data: data}
}

// write has nobody to tell when standard output is gone; the run goes on and stays recorded.
func (j *jsonTeller) write(record any) { _ = j.encoder.Encode(record) }

func (j *jsonTeller) launch(planner *planning.Planner) {
	manifest := planner.Manifest()
	j.run = manifest.GetRun()
	scenarioIDs := []string{}
	for _, scenario := range manifest.GetScenarios() {
		scenarioIDs = append(scenarioIDs, scenario.GetId())
	}
	j.write(struct {
		Type      string   `json:"type"`
		Run       string   `json:"run"`
		Total     int      `json:"total"`
		Scenarios []string `json:"scenarios"`
		Repeats   int32    `json:"repeats"`
		Seed      uint64   `json:"seed"`
		Workers   int      `json:"workers"`
		Data      string   `json:"data,omitempty"`
		Version   string   `json:"version"`
	}{"launch", j.run, planner.Len(), scenarioIDs, manifest.GetRepeats(), manifest.GetSeed(), j.flags.workers, j.data, manifest.GetProgramVersion()})
}

type jsonEpisodeRecord struct {
	Type     string              `json:"type"`
	Run      string              `json:"run"`
	Episode  string              `json:"episode"`
	Index    int                 `json:"index"`
	Scenario string              `json:"scenario"`
	Factors  map[string]string   `json:"factors"`
	Repeat   int32               `json:"repeat"`
	Phase    string              `json:"phase"`
	Validity *string             `json:"validity"`
	Turns    int                 `json:"turns"`
	Rewards  map[string]*float64 `json:"rewards"`
	Error    string              `json:"error,omitempty"`
	// Usage is what its time went into, in seconds; in 'show' alone.
	Usage *jsonUsage `json:"time,omitempty"`
}

func episodeRecord(index int, state *episode.State) jsonEpisodeRecord {
	return figuresRecord(index, state.Plan().Run, state.Plan().Cell, figures.Of(state))
}

// figuresRecord is the record of an episode of which only the figures are at hand.
func figuresRecord(index int, run string, cell *vignettev1.Cell, f *vignettev1.EpisodeFigures) jsonEpisodeRecord {
	record := jsonEpisodeRecord{
		Type: "episode", Run: run, Episode: episode.ID(run, cell), Index: index,
		Scenario: cell.GetScenario(), Factors: map[string]string{}, Repeat: cell.GetRepeat(),
		Phase: enumname.Of(f.GetPhase()), Turns: int(f.GetTurns()), Rewards: map[string]*float64{},
		Error: f.GetFailure(),
	}
	for _, level := range cell.GetFactors() {
		record.Factors[level.GetFactor()] = level.GetLevel()
	}
	if f.GetPhase() == vignettev1.EpisodePhase_EPISODE_PHASE_COMPLETED {
		validity := enumname.Of(f.GetValidity())
		record.Validity = &validity
	}
	for _, reward := range f.GetRewards() {
		record.Rewards[reward.GetRole()] = reward.Value
	}
	return record
}

func (j *jsonTeller) episode(index int, state *episode.State, _ *vignettev1.RunStatus, _ projection.Spent) {
	j.write(episodeRecord(index, state))
}

type jsonCounts struct {
	Total      int32 `json:"total"`
	OK         int32 `json:"ok"`
	Invalid    int32 `json:"invalid"`
	Failed     int32 `json:"failed"`
	Unfinished int32 `json:"unfinished"`
	Deleted    int32 `json:"deleted,omitempty"`
}

type jsonEstimate struct {
	Mean    *float64    `json:"mean"`
	CI95    *[2]float64 `json:"ci95"`
	N       int         `json:"n"`
	Missing int         `json:"missing"`
}

type jsonGroup struct {
	Factors    map[string]string       `json:"factors"`
	N          int                     `json:"n"`
	Valid      int                     `json:"valid"`
	Reward     jsonEstimate            `json:"reward"`
	Dimensions map[string]jsonEstimate `json:"dimensions"`
}

type jsonRun struct {
	Type     string                     `json:"type"`
	Run      string                     `json:"run"`
	Episodes jsonCounts                 `json:"episodes"`
	Turns    int64                      `json:"turns"`
	Groups   []jsonGroup                `json:"groups"`
	Compared []studies.ComparisonRecord `json:"comparisons"`
	Warnings []string                   `json:"warnings"`
	Digest   string                     `json:"digest"`
	Models   *jsonSpent                 `json:"models,omitempty"`
	Reports  *jsonGap                   `json:"self_reports,omitempty"`
	// Usage is what the time of all episodes together went into, in seconds; in 'show' alone.
	Usage *jsonUsage `json:"time,omitempty"`
	// Mismatch is how the focal role's reward goes with each outcome of the others; none where nobody tells any.
	Mismatch []jsonMismatch `json:"objective_mismatch"`
}

// jsonGap is how far what models report about themselves is from what was appraised.
type jsonGap struct {
	DistressGap *float64 `json:"distress_gap"` // null: no turn has both
	Turns       int      `json:"turns"`
	Unavailable int      `json:"unavailable"`
}

// gapRecord is nil where nobody was appraised beside a report.
func gapRecord(gap studies.Gap) *jsonGap {
	if gap.Turns == 0 && gap.Unavailable == 0 {
		return nil
	}
	return &jsonGap{gap.Distress, gap.Turns, gap.Unavailable}
}

func (j *jsonTeller) done(result runResult) { j.write(runRecord("done", result)) }

func runRecord(kind string, result runResult) jsonRun {
	status := result.status
	record := jsonRun{
		Type: kind, Run: status.GetRun(), Episodes: countsOf(status), Turns: status.GetTurns(), Groups: []jsonGroup{},
		Warnings: append([]string{}, result.summary.Warnings...), Digest: status.GetDigest(),
	}
	for _, group := range result.summary.Groups {
		g := jsonGroup{
			Factors: map[string]string{}, N: group.Started, Valid: group.Valid,
			Reward: estimateOf(group.Reward), Dimensions: map[string]jsonEstimate{},
		}
		for _, factor := range group.Factors {
			g.Factors[factor.Name] = factor.Level
		}
		for _, dimension := range group.Dimensions {
			g.Dimensions[dimension.ID] = estimateOf(dimension.Estimate)
		}
		record.Groups = append(record.Groups, g)
	}
	record.Compared = studies.Records(result.summary.Comparisons)
	record.Models, record.Reports = spendingRecord(result.spending), gapRecord(result.summary.Gap)
	record.Usage = usageRecord(result.usage)
	record.Mismatch = mismatchRecords(result.summary.Relations)
	return record
}

func countsOf(status *vignettev1.RunStatus) jsonCounts {
	return jsonCounts{status.GetTotal(), status.GetOk(), status.GetInvalid(), status.GetFailed(), status.GetUnfinished(), status.GetDeleted()}
}

func estimateOf(e studies.Estimate) jsonEstimate {
	out := jsonEstimate{Mean: e.Mean, N: e.N, Missing: e.Missing}
	if e.CI95 != nil {
		out.CI95 = &[2]float64{e.CI95.Low, e.CI95.High}
	}
	return out
}

type jsonSpent struct {
	Kind             string         `json:"kind,omitempty"`
	Who              string         `json:"who,omitempty"`
	Model            string         `json:"model,omitempty"`
	Calls            int            `json:"calls"`
	Recorded         int            `json:"recorded"`
	Unanswered       int            `json:"unanswered"`
	Repairs          int            `json:"repairs"`
	AskedAgain       int            `json:"asked_again"`
	Attempts         int            `json:"attempts"`
	Failures         map[string]int `json:"failures"`
	PromptTokens     int64          `json:"prompt_tokens"`
	CompletionTokens int64          `json:"completion_tokens"`
	Cost             *float64       `json:"cost"` // null: a price is not known
	Unpriced         int            `json:"unpriced"`
	Parts            []*jsonSpent   `json:"parts,omitempty"`
}

// spendingRecord is nil where no model was asked.
func spendingRecord(s *projection.Spending) *jsonSpent {
	if s == nil || s.Total.Calls == 0 {
		return nil
	}
	total := spentRecord(s.Total)
	for _, part := range s.Parts {
		record := spentRecord(part.Spent)
		record.Kind, record.Who, record.Model = part.Kind, part.Who, part.Model
		total.Parts = append(total.Parts, record)
	}
	return total
}

func spentRecord(s projection.Spent) *jsonSpent {
	record := &jsonSpent{
		Calls: s.Calls, Recorded: s.Recorded, Unanswered: s.Unanswered, Repairs: s.Repairs, AskedAgain: s.Again, Attempts: s.Attempts,
		Failures: s.Failures, PromptTokens: s.PromptTokens, CompletionTokens: s.CompletionTokens, Unpriced: s.Unpriced,
	}
	if record.Failures == nil {
		record.Failures = map[string]int{}
	}
	if s.Unpriced == 0 {
		record.Cost = &s.Cost
	}
	return record
}
