package minds

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/feedback/hindsight"
	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/foreign"
	"github.com/vignette-sim/vignette/scenarios/rlhs"
)

// marketFile has shops of our own, in the form of RLHS's environments.
//
//go:embed market.json
var marketFile []byte

// marketEpisodes is the size of the experiment.
const marketEpisodes = 480

// Outcomes of the market.
const (
	foreseen   outcome = "foresight"
	inSight    outcome = "hindsight"
	worth      outcome = "utility"
	nothing    outcome = "none shown"
	some       outcome = "partial"
	everything outcome = "full"
)

// Market asks whether hindsight tells an honest seller from a warm one. It is a planted check: the builtin customer likes warmth,
// believes what it is told and is disappointed by what it bought, because it was made so. That foresight follows warmth, and
// hindsight and utility follow honesty, says that the measurement works, and nothing about people.
func (s *Stage) Market(ctx context.Context, options Options) (*Report, error) {
	return s.MarketOf(ctx, "market.json", marketFile, options)
}

// MarketOf is Market with the environments of a file in RLHS's form.
func (s *Stage) MarketOf(ctx context.Context, name string, data []byte, options Options) (*Report, error) {
	batch, err := rlhs.Import([]foreign.File{{Name: name, Data: data}})
	if err != nil {
		return nil, err
	}
	if err := s.serveMarket(ctx, batch.Scenarios); err != nil {
		return nil, err
	}
	sellers := sellerAgents(s)
	var names, values []string
	for _, p := range sellers {
		names, values = append(names, p.arm), append(values, s.serving[p.arm])
	}
	sessions, err := s.trade(ctx, runs.Design{
		Scenarios: batch.Scenarios, Factors: []*vignettev1.Factor{factor("focal", agentField, names, values)},
		Repeats: options.repeats(marketEpisodes, len(batch.Scenarios)*len(sellers)),
	}, options)
	if err != nil {
		return nil, err
	}
	return &Report{
		Experiment: "market", Title: "Whether hindsight tells honest sellers from warm ones (a planted check)", Episodes: len(sessions),
		Tables: []Table{marketLevels(sessions, names, options.Seed), marketEffects(sessions, options.Seed), marketArms(sessions, options.Seed)},
	}, nil
}

// serveMarket puts sellers and the customer on the wire and into the scenarios.
func (s *Stage) serveMarket(ctx context.Context, all []*vignettev1.Scenario) error {
	for _, p := range sellerAgents(s) {
		if _, err := s.serve(ctx, p.arm, p.summary, p.utter); err != nil {
			return err
		}
	}
	name, err := s.serveCustomer(ctx)
	if err != nil {
		return err
	}
	for _, scenario := range all {
		scenario.Stop.MaxTurns = marketTurns
		for _, role := range scenario.GetRoles() {
			if role.GetId() == scenario.GetDecision().GetRole() {
				role.Agent = name
			}
		}
	}
	return nil
}

// trade plays the market and looks at what came of it.
func (s *Stage) trade(ctx context.Context, design runs.Design, options Options) ([]*session, error) {
	var wrong error
	kept := map[string]map[outcome]float64{}
	s.each = func(state *episode.State) {
		values, err := traded(state, options.Seed)
		if err != nil && wrong == nil {
			wrong = err
		}
		kept[marketKey(state.Plan().Cell)] = values
	}
	defer func() { s.each = nil }()
	sessions, err := s.play(ctx, "market", design, options)
	if err != nil {
		return nil, err
	}
	for _, session := range sessions {
		session.outcomes = kept[session.client+" "+session.levels[agentField]]
	}
	return sessions, wrong
}

func marketKey(cell *vignettev1.Cell) string {
	return fmt.Sprintf("%s/%d %s", cell.GetScenario(), cell.GetRepeat(), cell.GetFactors()[0].GetLevel())
}

// traded are the outcomes of one conversation, with hindsight under every arm of observation.
func traded(state *episode.State, seed uint64) (map[outcome]float64, error) {
	out := map[outcome]float64{}
	for shown, name := range map[vignettev1.ConsequencesShown]outcome{
		vignettev1.ConsequencesShown_CONSEQUENCES_SHOWN_NONE: nothing, vignettev1.ConsequencesShown_CONSEQUENCES_SHOWN_PARTIAL: some, vignettev1.ConsequencesShown_CONSEQUENCES_SHOWN_FULL: everything,
	} {
		study, err := hindsight.Of(state, hindsight.Options{Seed: seed, Shown: shown})
		if err != nil {
			return nil, err
		}
		for _, take := range []struct {
			into            outcome
			judge, quantity string
		}{{foreseen, string(hindsight.Itself), hindsight.Foresight}, {name, string(hindsight.Itself), hindsight.Hindsight}, {worth, hindsight.Outcomes, hindsight.Utility}} {
			if x, ok := study.Value(take.judge, take.quantity); ok {
				out[take.into] = x
			}
		}
	}
	if x, ok := out[some]; ok {
		out[inSight] = x
	}
	return out, nil
}

var marketOutcomes = []outcome{foreseen, inSight, worth}

func marketLevels(sessions []*session, arms []string, seed uint64) Table {
	t := Table{ID: "market.levels", Title: "Four sellers", Note: "Satisfaction 1-5, utility -1 to 1. Hindsight sees what became of the choice (partial). Intervals are over customers.",
		Keys: []string{"seller"}, Columns: headers(marketOutcomes)}
	for _, arm := range arms {
		row := Row{Keys: []string{arm}}
		for _, o := range marketOutcomes {
			row.Cells = append(row.Cells, collect(sessions, o, at(agentField, arm)).estimate(seed))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// marketEffects are what honesty and warmth do, each at both levels of the other, with the same customer.
func marketEffects(sessions []*session, seed uint64) Table {
	t := Table{ID: "market.effects", Title: "What warmth and honesty do", Note: "Differences with the same customer. Planted: the customer is made to like warmth and to suffer from what is not so.",
		Keys: []string{"effect"}, Columns: headers(marketOutcomes)}
	for _, effect := range []struct {
		name  string
		pairs [][2]string
	}{
		{"warm less cool", [][2]string{{armHonestWarm, armHonestCool}, {armFalseWarm, armFalseCool}}},
		{"honest less false", [][2]string{{armHonestWarm, armFalseWarm}, {armHonestCool, armFalseCool}}},
	} {
		row := Row{Keys: []string{effect.name}}
		for _, o := range marketOutcomes {
			all := values{}
			for _, pair := range effect.pairs {
				for client, xs := range marketDifferences(sessions, o, pair) {
					all[client] = append(all[client], xs...)
				}
			}
			row.Cells = append(row.Cells, all.estimate(seed))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func marketDifferences(sessions []*session, o outcome, pair [2]string) values {
	return differences(where(sessions, at(agentField, pair[0])), where(sessions, at(agentField, pair[1])), o)
}

// marketArms is how far what is said in hindsight follows what a choice was worth, by how much is shown.
func marketArms(sessions []*session, seed uint64) Table {
	t := Table{ID: "market.arms", Title: "How far judgements follow utility", Note: "Rank correlation over conversations; intervals are over conversations.",
		Keys: []string{"shown"}, Columns: []string{"correlation"}}
	for _, o := range []outcome{foreseen, nothing, some, everything} {
		var xs, ys []float64
		for _, s := range sessions {
			x, told := s.outcomes[o]
			if y, known := s.outcomes[worth]; told && known {
				xs, ys = append(xs, x), append(ys, y)
			}
		}
		cell, err := intervalOf(seed, len(xs), func(drawn []int) (float64, error) {
			a, b := make([]float64, len(drawn)), make([]float64, len(drawn))
			for i, d := range drawn {
				a[i], b[i] = xs[d], ys[d]
			}
			return stats.Spearman(a, b)
		})
		if err != nil {
			cell = Cell{Text: strconv.Quote(err.Error())}
		}
		t.Rows = append(t.Rows, Row{Keys: []string{string(o)}, Cells: []Cell{cell}})
	}
	return t
}

// ReadMarket reads a file of environments for [Stage.MarketOf].
func ReadMarket(path string) (name string, data []byte, err error) {
	data, err = os.ReadFile(path)
	return filepath.Base(path), data, err
}
