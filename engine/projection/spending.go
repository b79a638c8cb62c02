package projection

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Calls reads the books of calls to models.
type Calls interface {
	// Calls yields the calls of a run, or of one of its episodes unless that is "".
	Calls(ctx context.Context, run, episode string) iter.Seq2[*vignettev1.ModelCall, error]
}

// Spending is what a run's calls to models came to.
type Spending struct {
	// Total is everything together.
	Total Spent
	// Parts are the same by who asked and which model, sorted.
	Parts []SpentPart
}

// SpentPart is the part of one role or evaluator, and one model.
type SpentPart struct {
	// Kind is what kind of agent asked: persona, client, counselor or evaluator.
	Kind string
	// Who is the role id or the evaluator's name.
	Who string
	// Model is the model that was asked, with its endpoint.
	Model string
	Spent
}

// Spent is what some calls came to.
type Spent struct {
	// Calls that were made.
	Calls int
	// Recorded is how many of them were answered from the record and cost nothing.
	Recorded int
	// Unanswered is how many came to no answer at all.
	Unanswered int
	// Repairs are calls to have an answer mended, and Again calls for another answer.
	Repairs, Again int
	// Attempts is how often an endpoint was asked.
	Attempts int
	// Failures counts attempts that failed, by kind.
	Failures map[string]int
	// Outcomes counts answers by what they came to, other than answered.
	Outcomes map[vignettev1.Outcome]int
	// PromptTokens and CompletionTokens of everything asked now.
	PromptTokens, CompletionTokens int64
	// Cost is what it cost, as far as prices are known; Unpriced is how many calls have no price.
	Cost     float64
	Unpriced int
}

// ReadSpending adds up a run's calls, or those of one of its episodes unless that is "".
func ReadSpending(ctx context.Context, calls Calls, run, episode string) (*Spending, error) {
	spending, parts, seen := &Spending{}, map[[3]string]*Spent{}, map[string]bool{}
	for call, err := range calls.Calls(ctx, run, episode) {
		if err != nil {
			return nil, fmt.Errorf("what run %s has cost: %w", run, err)
		}
		if seen[call.GetId()] {
			continue // entered twice because an acknowledgement was lost
		}
		seen[call.GetId()] = true
		key := [3]string{call.GetAccount().GetKind(), call.GetAccount().GetWho(), call.GetEndpoint() + "/" + call.GetModel()}
		if parts[key] == nil {
			parts[key] = &Spent{}
		}
		parts[key].Add(call)
		spending.Total.Add(call)
	}
	for _, key := range slices.SortedFunc(maps.Keys(parts), func(a, b [3]string) int { return slices.Compare(a[:], b[:]) }) {
		spending.Parts = append(spending.Parts, SpentPart{Kind: key[0], Who: key[1], Model: key[2], Spent: *parts[key]})
	}
	return spending, nil
}

// Add takes in a call.
func (s *Spent) Add(call *vignettev1.ModelCall) {
	s.Calls++
	s.Attempts += int(call.GetAttempts())
	switch outcome := call.GetOutcome(); outcome {
	case vignettev1.Outcome_OUTCOME_UNSPECIFIED:
		s.Unanswered++
	case vignettev1.Outcome_OUTCOME_ANSWERED:
	default:
		if s.Outcomes == nil {
			s.Outcomes = map[vignettev1.Outcome]int{}
		}
		s.Outcomes[outcome]++
	}
	for _, failure := range call.GetFailures() {
		if s.Failures == nil {
			s.Failures = map[string]int{}
		}
		s.Failures[failure.GetKind()] += int(failure.GetCount())
	}
	if call.GetRepair() {
		s.Repairs++
	}
	// After a failure all questions of an episode have higher numbers, and are not asked again for that.
	if call.GetAccount().GetSample().GetAsk()%episode.AsksPerFailure > 0 {
		s.Again++
	}
	if call.GetRecorded() {
		s.Recorded++
		return
	}
	s.PromptTokens += call.GetUsage().GetPromptTokens()
	s.CompletionTokens += call.GetUsage().GetCompletionTokens()
	s.Cost += call.GetCost()
	if call.Cost == nil && call.GetAttempts() > 0 {
		s.Unpriced++
	}
}

// SortedFailures returns the kinds of failed attempts, most frequent first.
func (s *Spent) SortedFailures() []string {
	return slices.SortedFunc(maps.Keys(s.Failures), func(a, b string) int {
		return cmp.Or(cmp.Compare(s.Failures[b], s.Failures[a]), cmp.Compare(a, b))
	})
}
