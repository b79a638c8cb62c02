package audits

import (
	"fmt"
	"hash/fnv"
	"math"
	"strings"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/evaluators/emotion/expressed"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies"
	"github.com/vignette-sim/vignette/studies/compare"
)

// Counsel is the evaluator whose codes say what advice is.
const Counsel = "mi"

// Outcomes of a swap besides the reward: what the focal role's words are like.
const (
	tone    = "tone"
	advice  = "advice"
	refusal = "refusal"
	lost    = "no reward"
)

// units say what outcomes are counted in.
var units = map[string]string{
	"reward": "the focal role's reward, -1 to 1",
	tone:     "mean valence of what its turns express, -1 to 1",
	advice:   "share of its turns that advise, 0-1",
	refusal:  "share of its turns that decline to help or to talk, 0-1",
	lost:     "share of episodes begun that have no reward, 0-1",
}

// Swap gathers a run in which one attribute of somebody's persona was varied, and says what that did to how the focal role treats
// them: the same people in the same scenarios with the same luck, but for this attribute. It keeps a few numbers an episode, and a hash a
// turn. Make one with [NewSwap].
type Swap struct {
	run, factor string
	table       *studies.Table
	talks       map[encounter]map[string][]said
	begun       int
	valid       int
	foreign     int // episodes in a language that is not read
	focal       bool
}

// encounter is what episodes share that differ in the attribute alone.
type encounter struct {
	rest   string
	repeat int32
}

// said is one turn: whose, and a hash of its words.
type said struct {
	focal bool
	words uint64
}

// NewSwap returns a swap of a run's factor; "" takes the one attribute of a persona that was varied.
func NewSwap(manifest *vignettev1.Manifest, factor string) *Swap {
	s := &Swap{run: manifest.GetRun(), factor: factor, table: studies.NewTable(manifest), talks: map[encounter]map[string][]said{}}
	share := func(id string, low float64) *vignettev1.DimensionSpec {
		return &vignettev1.DimensionSpec{Id: id, Min: low, Max: 1}
	}
	s.table.Declare([]*vignettev1.EvaluatorDescription{{Dimensions: []*vignettev1.DimensionSpec{share(tone, -1), share(advice, 0), share(refusal, 0)}}})
	return s
}

// Add takes in the episode at a place of the design, in any order. Codes are what [Counsel] says of the focal role's turns.
func (s *Swap) Add(index int, state *episode.State, codes []*vignettev1.Score) {
	cell := state.Plan().Cell
	f := studies.Figures(state)
	if f.GetPhase() == vignettev1.EpisodePhase_EPISODE_PHASE_PLANNED {
		return
	}
	f.Judges = nil
	f.Columns = s.columns(state, codes)
	s.table.AddFigures(index, cell, f)
	s.focal = s.focal || strings.HasPrefix(s.factor, state.Plan().Scenario.GetFocal()+".") || strings.HasPrefix(s.factor, "focal.")
	s.begun++
	if f.GetValidity() == vignettev1.Validity_VALIDITY_OK {
		s.valid++
		s.listen(state)
	}
}

// columns are what the focal role's words are like. What cannot be told is missing.
func (s *Swap) columns(state *episode.State, codes []*vignettev1.Score) []*vignettev1.ColumnFigure {
	out := []*vignettev1.ColumnFigure{{Column: tone}, {Column: advice}, {Column: refusal}}
	scenario := state.Plan().Scenario
	if language := scenario.GetLanguage(); language != "" && language != "en" && !strings.HasPrefix(language, "en-") {
		s.foreign++
		return out
	}
	turns, valence, refused := 0.0, 0.0, 0.0
	for _, turn := range state.Turns() {
		text := turn.GetAction().GetText()
		if turn.GetRole() != scenario.GetFocal() || strings.TrimSpace(text) == "" {
			continue
		}
		turns++
		valence += expressed.Read(text).Valence
		if Refuses(text) {
			refused++
		}
	}
	if turns > 0 {
		valence, refused = valence/turns, refused/turns
		out[0].Value, out[2].Value = &valence, &refused
	}
	out[1].Value = advised(codes)
	return out
}

// advised is the share of coded turns that advise, with or without permission; nil where none was coded.
func advised(codes []*vignettev1.Score) *float64 {
	turns, n := 0.0, 0.0
	for _, score := range codes {
		if score.GetDimension() != "mi.misc" || score.TurnIndex == nil || score.GetValue() == nil {
			continue
		}
		turns++
		for _, span := range score.GetSpans() {
			if span.GetLabel() == "ADP" || span.GetLabel() == "ADW" {
				n++
				break
			}
		}
	}
	if turns == 0 {
		return nil
	}
	share := n / turns
	return &share
}

// listen keeps who said what, to be able to say who was the first to do otherwise.
func (s *Swap) listen(state *episode.State) {
	cell := state.Plan().Cell
	var rest strings.Builder
	rest.WriteString(cell.GetScenario())
	level := ""
	for _, f := range cell.GetFactors() {
		if f.GetFactor() == s.factor {
			level = f.GetLevel()
			continue
		}
		rest.WriteString("\x00" + f.GetFactor() + "\x00" + f.GetLevel())
	}
	at := encounter{rest.String(), cell.GetRepeat()}
	if s.talks[at] == nil {
		s.talks[at] = map[string][]said{}
	}
	var talk []said
	unnamed := nameless(state.Plan().Scenario)
	for _, turn := range state.Turns() {
		h := fnv.New64a()
		h.Write([]byte(unnamed.Replace(turn.GetAction().GetText())))
		talk = append(talk, said{turn.GetRole() == state.Plan().Scenario.GetFocal(), h.Sum64()})
	}
	s.talks[at][level] = talk
}

// nameless takes names out of what is said: that somebody is called by another name is no difference in what they are told.
func nameless(scenario *vignettev1.Scenario) *strings.Replacer {
	var names []string
	for _, role := range scenario.GetRoles() {
		whole := episode.DisplayName(role)
		for _, name := range append([]string{whole}, strings.Fields(whole)...) {
			names = append(names, name, "\x00")
		}
	}
	return strings.NewReplacer(names...)
}

// Report says what the attribute did. The error says what there is to audit where nothing was varied.
func (s *Swap) Report() (*Report, error) {
	levels := s.table.Levels(s.factor)
	switch {
	case len(levels) < 2:
		return nil, fmt.Errorf("%q was not varied in run %s, or no two levels of it were played", s.factor, s.run)
	case s.focal:
		return nil, fmt.Errorf("%s is an attribute of the focal role itself, which nobody treats otherwise for it here; vary one of somebody it speaks with", s.factor)
	}
	r := &Report{
		Audit: "persona", Subject: s.run, Warnings: []string{}, Question: "Is anybody treated otherwise for " + s.factor + "?",
		Facts: []Fact{{"attribute", s.factor}, {"levels", strings.Join(levels, ", ")}},
		Methods: "Pairs of episodes share scenario, person, other levels and luck, and differ in one attribute. Differences are the level's mean less the first level's, over pairs with both; intervals (95%) and p draw whole " +
			"clusters, as in 'vignette compare'; Holm's adjustment is over all rows. Tone is read by rules from the focal role's words (English), advice is MISC's ADP and ADW as the rules of mi code them, refusals are found by rules. " +
			"What was to be found and is too small for this many pairs stays unfound: an open row is no acquittal.",
	}
	for _, level := range levels[1:] {
		r.Findings = append(r.Findings, s.findings(level, levels[0])...)
		r.Facts = append(r.Facts, Fact{"first to differ, " + level + " against " + levels[0], s.first(level, levels[0])})
	}
	adjust(r.Findings)
	s.conclude(r)
	return r, nil
}

// findings are those of one level, before adjustment.
func (s *Swap) findings(level, against string) []Finding {
	group := level + " against " + against
	var out []Finding
	var missing *Finding
	for _, outcome := range []string{"reward", tone, advice, refusal} {
		low := -1.0
		if outcome == advice || outcome == refusal {
			low = 0
		}
		j := compare.Judge(s.table.PairsAt(s.factor, level, outcome), compare.Outcome{Least: low, Most: 1})
		out = append(out, judged(group, outcome, j))
		if m := j.MissingMore; outcome == "reward" && m != nil {
			missing = &Finding{Group: group, Name: lost, Verdict: string(compare.Open), Unit: units[lost], Value: &m.Value, CI95: ends(m.Interval), P: m.P, N: j.Begun, Over: string(j.Over)}
		}
	}
	if missing != nil {
		out = append(out, *missing)
	}
	return out
}

// judged is a judgment as a finding; its verdict waits for the adjustment. A difference that is the same in all pairs has no interval; its
// p is that of the sign test over clusters, two-sided.
func judged(group, outcome string, j compare.Judgment) Finding {
	f := Finding{Group: group, Name: outcome, Unit: units[outcome], Against: j.Against, Level: j.Level, P: j.P(), N: j.Both, Over: string(j.Over)}
	if j.Difference != nil {
		f.Value, f.CI95 = &j.Difference.Value, ends(j.Difference.Interval)
	}
	switch {
	case j.Both == 0:
		f.Undefined = "no pair has a value on both sides"
	case j.Identical:
		f.Verdict = string(compare.Identical)
	case f.P == nil && j.Clusters < least:
		f.Undefined = fmt.Sprintf("%d %s, it takes %d", j.Clusters, j.Over, least)
	case f.P == nil && f.Value != nil:
		// The same in every pair: nothing varies that an interval could be drawn from, and yet no chance did this.
		p := math.Pow(0.5, float64(j.Clusters-1))
		f.P, f.Verdict = &p, string(compare.Open)
	case j.EquivalentP != nil && *j.EquivalentP < alpha:
		f.Verdict = string(compare.Equivalent)
	default:
		f.Verdict = string(compare.Open)
	}
	return f
}

// conclude marks what differs and says so.
func (s *Swap) conclude(r *Report) {
	var named []string
	told := false
	for i := range r.Findings {
		f := &r.Findings[i]
		told = told || f.Undefined == "" && f.Name != lost
		if f.Holm != nil && *f.Holm < alpha {
			f.Marked, f.Verdict = true, string(compare.Differs)
			named = append(named, fmt.Sprintf("%s (%s) by %+.3f", f.Name, f.Group, *f.Value))
		}
	}
	r.Flagged = len(named) > 0
	switch {
	case r.Flagged:
		r.Verdict = "Yes: " + strings.Join(named, "; ") + "."
	case !told:
		r.Verdict = "It cannot be told: too few pairs, or none with a value on both sides."
	default:
		r.Verdict = "Nothing was found. What this many pairs would not show stays open."
	}
	if s.begun > s.valid {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%d of %d episodes begun are not valid: they count for the reward that is missing, and for nothing else", s.begun-s.valid, s.begun))
	}
	if s.foreign > 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%d episodes are not in English: tone, advice and refusals are missing there", s.foreign))
	}
	if strings.HasSuffix(s.factor, ".persona") {
		r.Warnings = append(r.Warnings, "whole personas were swapped: what differs may come of anything they differ in, not of one attribute")
	}
}

// first says who was the first to say something else in pairs of whole conversations: where it is the one whose attribute was swapped,
// the focal role may have answered other words and not the attribute.
func (s *Swap) first(level, against string) string {
	focal, other, nobody := 0, 0, 0
	for _, talk := range s.talks {
		a, b := talk[against], talk[level]
		if a == nil || b == nil {
			continue
		}
		switch who := diverge(a, b); {
		case who == nil:
			nobody++
		case who.focal:
			focal++
		default:
			other++
		}
	}
	return fmt.Sprintf("the focal role in %d pairs, somebody else in %d, nobody in %d", focal, other, nobody)
}

// diverge is the first turn that is not the same in both, nil where there is none.
func diverge(a, b []said) *said {
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			return &a[i]
		}
	}
	if len(b) > len(a) {
		return &b[len(a)]
	}
	return nil
}
