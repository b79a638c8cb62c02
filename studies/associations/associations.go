// Package associations says which codes go with what came of a conversation for the others: with a client's satisfaction, as far as
// a mind tells it, and with the outcomes of studies/outcomes. An association is no effect: counselors do other things with clients
// who do well.
//
// A code's share is of the turns of the scored role. Numbers are compared within scenarios (each scenario's own mean is taken off),
// intervals draw clients, and their level is raised for the number of codes that are looked at (Bonferroni), so that of all
// codes together one interval in twenty leaves out zero by chance.
//
// It reads states and scores, and may import what the room of studies may. Start reading at [Study.Add].
package associations

import (
	"cmp"
	"slices"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/outcomes"
)

// Satisfaction is the others' trust in the last turn of each that tells it, 0-1, on average: as near to satisfaction as their own
// states come.
const Satisfaction = "satisfaction"

// MinEpisodes is the fewest episodes an association is given for, and the fewest clients an interval is.
const MinEpisodes = 5

const (
	level     = 0.95
	resamples = 1000
	// narrowest is what an interval's level is at most: beyond it so few draws would do no more.
	narrowest = 0.999
)

// Study gathers conversations. The zero value is ready to use.
type Study struct {
	talks []talk
	codes []code
}

type code struct{ evaluator, dimension, label string }

// talk is what is kept of a conversation.
type talk struct {
	scenario, client string
	shares           map[code]float64
	outcomes         map[string]float64
}

// OutcomesOf are what came of an episode for the others, by name.
func OutcomesOf(state *episode.State) map[string]float64 {
	out := map[string]float64{}
	for _, kind := range outcomes.Kinds() {
		if value, _, ok := outcomes.Mean(state, kind); ok {
			out[string(kind)] = value
		}
	}
	last := map[string]float64{}
	for _, turn := range state.Turns() {
		if m := turn.GetMentalState(); m != nil && m.Trust != nil && turn.GetRole() != state.Plan().Scenario.GetFocal() {
			last[turn.GetRole()] = m.GetTrust()
		}
	}
	var trusts []float64
	for _, x := range last {
		trusts = append(trusts, x)
	}
	slices.Sort(trusts) // sums of floats hang on their order
	if mean, err := stats.Mean(trusts); err == nil {
		out[Satisfaction] = mean
	}
	return out
}

// Add takes in a conversation: its scenario, whose luck it is (see outcomes.Client), what came of it, and the scores of its turns.
// Codes are those of dimensions that hold codes, and the labels of nominal ones.
func (s *Study) Add(scenario, client string, came map[string]float64, evaluator *vignettev1.EvaluatorDescription, scores []*vignettev1.Score) {
	t := talk{scenario: scenario, client: client, shares: map[code]float64{}, outcomes: came}
	for _, spec := range evaluator.GetDimensions() {
		if !spec.GetTurn() || spec.GetScale() != vignettev1.Scale_SCALE_CODES && spec.GetScale() != vignettev1.Scale_SCALE_NOMINAL {
			continue
		}
		turns, counts := 0.0, map[string]float64{}
		for _, score := range scores {
			if score.GetDimension() != spec.GetId() || score.TurnIndex == nil || score.GetValue() == nil {
				continue
			}
			turns++
			for _, label := range labelsOf(spec, score) {
				counts[label]++
			}
		}
		if turns == 0 {
			continue
		}
		for _, label := range spec.GetLabels() {
			c := code{evaluator.GetName(), spec.GetId(), label}
			if !slices.Contains(s.codes, c) {
				s.codes = append(s.codes, c)
			}
			t.shares[c] = counts[label] / turns
		}
	}
	s.talks = append(s.talks, t)
}

// labelsOf are the labels of a turn, each once.
func labelsOf(spec *vignettev1.DimensionSpec, score *vignettev1.Score) []string {
	if spec.GetScale() == vignettev1.Scale_SCALE_NOMINAL {
		return []string{score.GetValue().GetLabel()}
	}
	var labels []string
	for _, span := range score.GetSpans() {
		if !slices.Contains(labels, span.GetLabel()) {
			labels = append(labels, span.GetLabel())
		}
	}
	return labels
}

// Association is how a code goes with an outcome.
type Association struct {
	Evaluator string `json:"evaluator"`
	Dimension string `json:"dimension"`
	Code      string `json:"code"`
	Outcome   string `json:"outcome"`
	// N episodes have both, of Clients clients.
	N       int `json:"n"`
	Clients int `json:"clients"`
	// Share is the mean share of turns with the code.
	Share float64 `json:"share"`
	// R is Pearson's correlation within scenarios, CI its interval at Level; nil where it is undefined.
	R     *float64    `json:"r"`
	CI    *[2]float64 `json:"ci"`
	Level float64     `json:"level"`
}

// Clear says whether the interval leaves out zero.
func (a Association) Clear() bool { return a.CI != nil && (a.CI[0] > 0 || a.CI[1] < 0) }

// Of are the associations with an outcome, those that go furthest from zero first. Codes that never vary are left out.
func (s *Study) Of(outcome string, seed uint64) []Association {
	var out []Association
	for _, c := range s.codes {
		if a, varies := s.associate(c, outcome); varies {
			out = append(out, a)
		}
	}
	each := min(1-(1-level)/float64(max(len(out), 1)), narrowest)
	for i := range out {
		out[i].Level = each
		s.interval(&out[i], code{out[i].Evaluator, out[i].Dimension, out[i].Code}, stats.Bootstrap{Level: each, Seed: seed, Resamples: resamples})
	}
	slices.SortStableFunc(out, func(a, b Association) int { return cmp.Compare(size(b.R), size(a.R)) })
	return out
}

func size(r *float64) float64 {
	if r == nil {
		return -1
	}
	return max(*r, -*r)
}

// having are the conversations that have both.
func (s *Study) having(c code, outcome string) (with []talk) {
	for _, t := range s.talks {
		_, told := t.outcomes[outcome]
		if _, coded := t.shares[c]; told && coded {
			with = append(with, t)
		}
	}
	return with
}

// within takes each scenario's own mean off.
func within(talks []talk, of func(talk) float64) []float64 {
	sums, ns := map[string]float64{}, map[string]float64{}
	for _, t := range talks {
		sums[t.scenario], ns[t.scenario] = sums[t.scenario]+of(t), ns[t.scenario]+1
	}
	out := make([]float64, len(talks))
	for i, t := range talks {
		out[i] = of(t) - sums[t.scenario]/ns[t.scenario]
	}
	return out
}

func (s *Study) associate(c code, outcome string) (Association, bool) {
	with := s.having(c, outcome)
	a := Association{Evaluator: c.evaluator, Dimension: c.dimension, Code: c.label, Outcome: outcome, N: len(with)}
	if len(with) < MinEpisodes {
		return a, false
	}
	clients := map[string]bool{}
	for _, t := range with {
		clients[t.client] = true
		a.Share += t.shares[c] / float64(len(with))
	}
	a.Clients = len(clients)
	r, err := stats.Pearson(within(with, func(t talk) float64 { return t.shares[c] }), within(with, func(t talk) float64 { return t.outcomes[outcome] }))
	if err != nil {
		return a, false
	}
	a.R = &r
	return a, true
}

func (s *Study) interval(a *Association, c code, boot stats.Bootstrap) {
	with := s.having(c, a.Outcome)
	xs, ys := within(with, func(t talk) float64 { return t.shares[c] }), within(with, func(t talk) float64 { return t.outcomes[a.Outcome] })
	var order []string
	of := map[string][]int{}
	for i, t := range with {
		if of[t.client] == nil {
			order = append(order, t.client)
		}
		of[t.client] = append(of[t.client], i)
	}
	if len(order) < MinEpisodes {
		return
	}
	interval, err := boot.Interval(len(order), func(drawn []int) (float64, error) {
		var x, y []float64
		for _, k := range drawn {
			for _, i := range of[order[k]] {
				x, y = append(x, xs[i]), append(y, ys[i])
			}
		}
		return stats.Pearson(x, y)
	})
	if err == nil {
		a.CI = &[2]float64{interval.Low, interval.High}
	}
}
