package rewards

import (
	"cmp"
	"math"
	"slices"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/outcomes"
)

// Votes gathers the episodes of a run and compares those that met the same client in the same luck. The zero value is ready to use.
//
// Each term of the reward, and each member of an ensemble, votes for the episode in which it says better of the role. A
// preference that the votes bear out is strong, one that they split over is ambiguous, and one that most of them contradict is
// probably wrong: it hangs on a single large term (after Wang et al. 2024, "Secrets of RLHF in Large Language Models Part II: Reward
// Modeling", where reward models vote).
type Votes struct {
	ballots []ballot
}

// ballot is one episode: its reward and what each voter says of it, as the role sees it.
type ballot struct {
	index           int
	episode, client string
	reward          float64
	says            map[voter]float64
}

// voter is a term of a reward, or a member of its ensemble.
type voter struct{ term, evaluator, dimension string }

// Add takes in the reward of the episode at a place of the design, in any order. Episodes that are not valid and rewards that are
// missing have no say.
func (v *Votes) Add(index int, state *episode.State, r *vignettev1.Reward) {
	value, ok := Value(r)
	if !ok || state.Completed().GetValidity() != vignettev1.Validity_VALIDITY_OK {
		return
	}
	b := ballot{index: index, episode: state.Plan().Episode, client: outcomes.Client(state), reward: value, says: map[voter]float64{}}
	for _, term := range r.GetTerms() {
		sign := math.Copysign(1, term.GetWeight())
		if x, ok := term.GetOutcome().(*vignettev1.RewardTermValue_Value); ok && len(term.GetMembers()) == 0 {
			b.says[voter{term.GetDimension(), term.GetEvaluator(), term.GetDimension()}] = sign * x.Value
		}
		for _, member := range term.GetMembers() {
			if x, ok := member.GetOutcome().(*vignettev1.EnsembleValue_Value); ok {
				b.says[voter{term.GetDimension(), member.GetEvaluator(), member.GetDimension()}] = sign * x.Value
			}
		}
	}
	v.ballots = append(v.ballots, b)
}

// Preference is which of two episodes with the same client the reward prefers, and what the votes say.
type Preference struct {
	// Better and Worse are ids of episodes, by reward.
	Better, Worse string
	// Margin is the difference of their rewards, above 0.
	Margin float64
	// For and Against count voters who say better of the one or of the other; those who say the same of both do not vote.
	For, Against int
	// Strength is (For - Against) / (For + Against), -1 to 1.
	Strength float64
	Verdict  Verdict
}

// Verdict is what the votes say of a preference.
type Verdict string

// Verdicts.
const (
	// Strong: two thirds of the votes or more are for it.
	Strong Verdict = "strong"
	// Ambiguous: less than two thirds and not less than half of them are.
	Ambiguous Verdict = "ambiguous"
	// ProbablyWrong: most of them are against it.
	ProbablyWrong Verdict = "probably_wrong"
)

// strong is the least strength of a strong preference: two thirds for it, one third against.
const strong = 1.0 / 3

// Tally is what all preferences of a run come to.
type Tally struct {
	// Preferences with two voters or more, in the design's order.
	Preferences []Preference
	// Ties are pairs that the reward does not tell apart; Unvoted are those with fewer than two votes, of which nothing can be said.
	Ties, Unvoted int
	// MeanStrength is nil where there is no preference.
	MeanStrength *float64
}

// Count is how many preferences have a verdict.
func (t Tally) Count(verdict Verdict) int {
	n := 0
	for _, p := range t.Preferences {
		if p.Verdict == verdict {
			n++
		}
	}
	return n
}

// Tally compares all pairs of episodes that share a client.
func (v *Votes) Tally() Tally {
	ballots := slices.SortedFunc(slices.Values(v.ballots), func(a, b ballot) int { return cmp.Compare(a.index, b.index) })
	byClient := map[string][]ballot{}
	var out Tally
	sum := 0.0
	for _, b := range ballots {
		for _, a := range byClient[b.client] {
			p, votes := prefer(a, b)
			switch {
			case p.Margin == 0:
				out.Ties++
			case votes < 2:
				out.Unvoted++
			default:
				sum += p.Strength
				out.Preferences = append(out.Preferences, p)
			}
		}
		byClient[b.client] = append(byClient[b.client], b)
	}
	if n := len(out.Preferences); n > 0 {
		mean := sum / float64(n)
		out.MeanStrength = &mean
	}
	return out
}

// level is how far apart two values must be to differ.
const level = 1e-9

func prefer(a, b ballot) (p Preference, votes int) {
	if b.reward > a.reward {
		a, b = b, a
	}
	p = Preference{Better: a.episode, Worse: b.episode, Margin: a.reward - b.reward}
	if p.Margin < level {
		p.Margin = 0
		return p, 0
	}
	for who, x := range a.says {
		y, both := b.says[who]
		switch {
		case !both || math.Abs(x-y) < level:
		case x > y:
			p.For++
		default:
			p.Against++
		}
	}
	votes = p.For + p.Against
	if votes > 0 {
		p.Strength = float64(p.For-p.Against) / float64(votes)
	}
	switch {
	case p.Strength >= strong-level:
		p.Verdict = Strong
	case p.Strength >= 0:
		p.Verdict = Ambiguous
	default:
		p.Verdict = ProbablyWrong
	}
	return p, votes
}
