package studies

import (
	"context"
	"fmt"

	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
)

// LevelSpending is what those who speak asked of models at one level of a factor, per episode begun, beside what the level gains. What
// a run's own judges ask is not in it; what a judge is asked by a prompting strategy is.
type LevelSpending struct {
	Factor   string `json:"factor"`
	Level    string `json:"level"`
	Episodes int    `json:"episodes"`
	// Gain is the difference of the reward to the factor's first level; nil for that level, and where there is none.
	Gain *float64 `json:"gain"`
	// Calls and tokens are means per episode, as if nobody else had asked the same. Recorded calls (in all) were answered by what earlier
	// runs paid for: their tokens are not in it.
	Calls            float64 `json:"calls"`
	PromptTokens     float64 `json:"prompt_tokens"`
	CompletionTokens float64 `json:"completion_tokens"`
	Recorded         int     `json:"recorded"`
	// Cost is in the currency of the prices, per episode; nil where a price is not known, or answers came from earlier runs.
	Cost *float64 `json:"cost"`
}

// SpendingByLevel adds up what was asked in the episodes begun, which are places of the design, by every level that comparisons hold against
// another. It is nil where no model was asked.
func SpendingByLevel(ctx context.Context, calls projection.Calls, planner *planning.Planner, begun []int, comparisons []Comparison) ([]LevelSpending, error) {
	spent, err := askedFor(ctx, calls, planner)
	if err != nil {
		return nil, err
	}
	if len(spent) == 0 {
		return nil, nil
	}
	var out []LevelSpending
	for i, c := range comparisons {
		if i == 0 || comparisons[i-1].Factor != c.Factor {
			out = append(out, spentAt(planner, begun, spent, c.Factor, c.Against))
		}
		at := spentAt(planner, begun, spent, c.Factor, c.Level)
		at.Gain = c.Reward.Mean
		out = append(out, at)
	}
	return out, nil
}

// taken is what the calls of an episode take.
type taken struct {
	calls, elsewhere, unpriced int
	prompt, completion, cost   float64
}

// askedFor is what each episode's calls take, by its place. One answer serves all who ask the same question, whichever level asked first, so
// a call that was answered from the record takes what the call of this run took that paid for the answer.
func askedFor(ctx context.Context, calls projection.Calls, planner *planning.Planner) (map[int]*taken, error) {
	type asked struct {
		index  int
		answer string
	}
	var all []asked
	payers, seen := map[string]taken{}, map[string]bool{}
	out := map[int]*taken{}
	for call, err := range calls.Calls(ctx, planner.Manifest().GetRun(), "") {
		if err != nil {
			return nil, fmt.Errorf("what levels of run %s have cost: %w", planner.Manifest().GetRun(), err)
		}
		index, known := planner.Index(call.GetAccount().GetEpisode())
		if !known || seen[call.GetId()] || call.GetAccount().GetKind() == "evaluator" {
			continue
		}
		seen[call.GetId()] = true
		if out[index] == nil {
			out[index] = &taken{}
		}
		out[index].calls++
		if call.GetRecorded() {
			all = append(all, asked{index: index, answer: call.GetAnswer()})
			continue
		}
		one := taken{prompt: float64(call.GetUsage().GetPromptTokens()), completion: float64(call.GetUsage().GetCompletionTokens()), cost: call.GetCost()}
		if call.Cost == nil && call.GetAttempts() > 0 {
			one.unpriced = 1
		}
		if call.GetAnswer() != "" {
			payers[call.GetAnswer()] = one
		}
		out[index].add(one)
	}
	for _, a := range all {
		if one, known := payers[a.answer]; known {
			out[a.index].add(one)
		} else {
			out[a.index].elsewhere++
		}
	}
	return out, nil
}

func (t *taken) add(one taken) {
	t.prompt, t.completion, t.cost, t.unpriced = t.prompt+one.prompt, t.completion+one.completion, t.cost+one.cost, t.unpriced+one.unpriced
}

func spentAt(planner *planning.Planner, begun []int, spent map[int]*taken, factor, level string) LevelSpending {
	out := LevelSpending{Factor: factor, Level: level}
	cost, unpriced := 0.0, 0
	for _, index := range begun {
		for _, at := range planner.Cell(index).GetFactors() {
			if at.GetFactor() != factor || at.GetLevel() != level {
				continue
			}
			out.Episodes++
			if s := spent[index]; s != nil {
				out.Calls += float64(s.calls)
				out.PromptTokens += s.prompt
				out.CompletionTokens += s.completion
				out.Recorded += s.elsewhere
				cost, unpriced = cost+s.cost, unpriced+s.unpriced
			}
		}
	}
	n := float64(max(1, out.Episodes))
	out.Calls, out.PromptTokens, out.CompletionTokens = out.Calls/n, out.PromptTokens/n, out.CompletionTokens/n
	if unpriced == 0 && out.Recorded == 0 {
		cost /= n
		out.Cost = &cost
	}
	return out
}
