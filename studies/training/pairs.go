package training

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/engine/episode"
)

// Candidate is what is kept of an episode while pairs are chosen.
type Candidate struct {
	Episode string
	// Group is who may be compared with it: the same scenario, persona and luck (a client), or the same fork.
	Group string
	Worth Worth
	// Before is what it was worth in foresight, for flips.
	Before Worth
}

// Source says which episodes are compared.
type Source string

// Sources of pairs.
const (
	// Clients compares episodes with the same scenario, client and luck, whatever else differs: policies, models, repeats of a fork.
	Clients Source = "clients"
	// Forks compares the branches of a conversation with each other and with the one they were forked from.
	Forks Source = "forks"
	// Flips compares as Clients does, and keeps the pairs that hindsight turns round.
	Flips Source = "flips"
	// Raters are pairs that people compared side by side, in campaigns whose unit is pairs.
	Raters Source = "raters"
)

// Sources are all of them.
func Sources() []Source { return []Source{Clients, Forks, Flips, Raters} }

// CandidateOf is an episode as a candidate. Origin is the episode it was forked from, "" where it was not.
func CandidateOf(state *episode.State, source Source, worth, before Worth) Candidate {
	plan := state.Plan()
	c := Candidate{Episode: plan.Episode, Worth: worth, Before: before}
	switch source {
	case Forks:
		c.Group = plan.Episode
		if from := plan.Fork.GetEpisode(); from != "" {
			c.Group = from
		}
	default:
		c.Group = fmt.Sprintf("%s\n%d\n%s", plan.Cell.GetScenario(), plan.Cell.GetRepeat(), personas(state))
	}
	return c
}

// personas are those of the roles that are not focal.
func personas(state *episode.State) string {
	var ids []string
	scenario := state.Plan().Scenario
	for _, role := range scenario.GetRoles() {
		if role.GetId() != scenario.GetFocal() {
			ids = append(ids, role.GetPersona().GetId())
		}
	}
	return strings.Join(ids, "\n")
}

// Pair is two episodes of which the first is preferred.
type Pair struct {
	Chosen, Rejected string
	// Margin is by how much, in the measure's own unit.
	Margin float64
	// Strength is how far single opinions agree with that, -1 to 1; nil where no opinion compares the two.
	Strength *float64
	// Ambiguous says that they hardly agree, ProbablyWrong that more of them say the opposite.
	Ambiguous, ProbablyWrong bool
	// Raters says on whose ratings the preference rests, as [Worth] does.
	Raters string
}

// ambiguous is the strength below which a preference is ambiguous: fewer than two of three opinions share it.
// The split in clear, ambiguous and probably wrong pairs by the sign of an ensemble's votes follows Wang et al. 2024 ("Secrets of RLHF
// in Large Language Models Part II"); the bound is chosen.
const ambiguous = 1.0 / 3

// Choice says which pairs are made.
type Choice struct {
	Source Source
	// Least is the least margin.
	Least float64
	// All makes every pair of a group; else the best is paired with the worst.
	All bool
	// Clear leaves out pairs that are ambiguous or probably wrong.
	Clear bool
}

// Left says why pairs were not made.
type Left map[string]int

// Pairs chooses pairs. The order is that of the candidates.
func Pairs(candidates []Candidate, choice Choice) ([]Pair, Left) {
	left, groups, order := Left{}, map[string][]Candidate{}, []string{}
	for _, c := range candidates {
		if c.Worth.Missing != "" {
			left[c.Worth.Missing]++
			continue
		}
		if groups[c.Group] == nil {
			order = append(order, c.Group)
		}
		groups[c.Group] = append(groups[c.Group], c)
	}
	var out []Pair
	for _, name := range order {
		group := groups[name]
		if len(group) < 2 {
			left["nobody to compare with"]++
			continue
		}
		for _, two := range couples(group, choice.All || choice.Source == Flips) {
			if pair, why := prefer(two[0], two[1], choice); why == "" {
				out = append(out, pair)
			} else {
				left[why]++
			}
		}
	}
	return out, left
}

// couples are those of a group that are compared: the best with the worst, or everybody with everybody.
func couples(group []Candidate, all bool) [][2]Candidate {
	if !all {
		worth := func(a, b Candidate) int { return cmp.Compare(a.Worth.Value, b.Worth.Value) }
		return [][2]Candidate{{slices.MaxFunc(group, worth), slices.MinFunc(group, worth)}}
	}
	var out [][2]Candidate
	for i := range group {
		for j := range i {
			out = append(out, [2]Candidate{group[j], group[i]})
		}
	}
	return out
}

// prefer makes a pair of two candidates, or says why not.
func prefer(a, b Candidate, choice Choice) (Pair, string) {
	if a.Worth.Value < b.Worth.Value {
		a, b = b, a
	}
	p := Pair{Chosen: a.Episode, Rejected: b.Episode, Margin: a.Worth.Value - b.Worth.Value, Raters: a.Worth.Raters}
	if b.Worth.Raters == Simulated {
		p.Raters = Simulated
	}
	switch {
	case p.Margin > 0 && choice.Source == Flips && (a.Before.Missing != "" || b.Before.Missing != ""):
		return p, "no foresight"
	case p.Margin > 0 && choice.Source == Flips && a.Before.Value >= b.Before.Value:
		return p, "hindsight agrees with foresight"
	}
	return p.judged(strength(a.Worth, b.Worth), choice)
}

// judged adds how far single opinions share the preference, NaN where none does, or says why the pair is left out.
func (p Pair) judged(strength float64, choice Choice) (Pair, string) {
	switch {
	case p.Margin == 0:
		return p, "no difference"
	case p.Margin < choice.Least:
		return p, "margin too small"
	}
	if !math.IsNaN(strength) {
		p.Strength, p.ProbablyWrong, p.Ambiguous = &strength, strength < 0, strength >= 0 && strength < ambiguous
	}
	if choice.Clear && (p.ProbablyWrong || p.Ambiguous) {
		return p, map[bool]string{true: "probably wrong", false: "ambiguous"}[p.ProbablyWrong]
	}
	return p, ""
}

// Preference is a pair in words: what both have in common, and how each goes on.
type Preference struct {
	Prompt, Chosen, Rejected []Message
	Pair
}

// PreferenceOf finds where two conversations part, and how each goes on: by the learner's next words, or to its end. The error says why
// there is nothing to prefer.
func PreferenceOf(pair Pair, chosen, rejected *Conversation, whole bool) (*Preference, error) {
	a, b := chosen.upToLearner(), rejected.upToLearner()
	common := 0
	for common < min(len(a), len(b)) && a[common] == b[common] {
		common++
	}
	switch {
	case common == len(a) || common == len(b):
		return nil, fmt.Errorf("one is the beginning of the other")
	case common == 0:
		return nil, fmt.Errorf("the learner does not know the same")
	case a[common].Role != assistant || b[common].Role != assistant:
		return nil, fmt.Errorf("somebody else's words differ before the learner's do")
	}
	out := &Preference{Prompt: a[:common], Pair: pair, Chosen: a[common : common+1], Rejected: b[common : common+1]}
	if whole {
		out.Chosen, out.Rejected = a[common:], b[common:]
	}
	return out, nil
}
