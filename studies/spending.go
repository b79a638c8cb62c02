package studies

import (
	"context"
	"fmt"
	"slices"

	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/scenarios"
)

// LevelSpending is what those who speak asked of models at one level of a factor, per episode begun, beside what the level gains. What
// a run's own judges ask is not in it; what a judge is asked by a prompting strategy is. Of a factor that varies who judges it is the other way
// round: what the judges asked, and nothing of what was said before them.
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
func SpendingByLevel(ctx context.Context, calls projection.Calls, planner *planning.Planner, all []int, comparisons []Comparison) ([]LevelSpending, error) {
	speakers, judges, err := askedFor(ctx, calls, planner)
	if err != nil {
		return nil, err
	}
	// A conversation that several judge was had once.
	had := slices.DeleteFunc(slices.Clone(all), func(index int) bool { return planner.Heard(index) != index })
	var out []LevelSpending
	for i, c := range comparisons {
		spent, begun := speakers, had
		if c.Factor == scenarios.JudgeField {
			spent, begun = judges, all
		}
		if len(spent) == 0 {
			continue
		}
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

// askedFor is what each episode's calls take, by its place: those of who speaks, and those of the run's judges. One answer serves all who ask the same question, whichever level asked first, so
// a call that was answered from the record takes what the call of this run took that paid for the answer.
func askedFor(ctx context.Context, calls projection.Calls, planner *planning.Planner) (speakers, judges map[int]*taken, err error) {
	type asked struct {
		by     *taken
		answer string
	}
	var recorded []asked
	speakers, judges = map[int]*taken{}, map[int]*taken{}
	payers, seen := map[string]taken{}, map[string]bool{}
	for call, err := range calls.Calls(ctx, planner.Manifest().GetRun(), "") {
		if err != nil {
			return nil, nil, fmt.Errorf("what levels of run %s have cost: %w", planner.Manifest().GetRun(), err)
		}
		index, known := planner.Index(call.GetAccount().GetEpisode())
		if !known || seen[call.GetId()] {
			continue
		}
		seen[call.GetId()] = true
		of := speakers
		if call.GetAccount().GetKind() == "evaluator" {
			of = judges
		}
		if of[index] == nil {
			of[index] = &taken{}
		}
		by := of[index]
		by.calls++
		if call.GetRecorded() {
			recorded = append(recorded, asked{by: by, answer: call.GetAnswer()})
			continue
		}
		one := taken{prompt: float64(call.GetUsage().GetPromptTokens()), completion: float64(call.GetUsage().GetCompletionTokens()), cost: call.GetCost()}
		if call.Cost == nil && call.GetAttempts() > 0 {
			one.unpriced = 1
		}
		if call.GetAnswer() != "" {
			payers[call.GetAnswer()] = one
		}
		by.add(one)
	}
	for _, a := range recorded {
		if one, known := payers[a.answer]; known {
			a.by.add(one)
		} else {
			a.by.elsewhere++
		}
	}
	return speakers, judges, nil
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
