package minds

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Lengths at which sessions are cut, in turns of the counselor: one that nearly all have, and one that says more and leaves the
// short sessions out.
var humanTurns = []int{6, 12}

// humanOutcomes are what is looked at.
var humanOutcomes = []outcome{trustGain, distressChange, depth, changeShare}

// Human says the counselors' turns of transcripts (AnnoMI's CSV) to the builtin clients, in their order: the same clients for
// all, and all cut to the same length. It asks whether outcomes go with the quality of sessions and with what people say the
// counselors did, and whether the clients' ear hears what people labelled.
//
// The clients answer, but the recorded counselor does not hear them: it goes on with what it said to somebody else.
func (s *Stage) Human(ctx context.Context, csv io.Reader, options Options) (*Report, error) {
	transcripts, err := readAnnoMI(csv)
	if err != nil {
		return nil, err
	}
	report := &Report{Experiment: "human", Title: "What becomes of counselors' real words"}
	for _, turns := range humanTurns {
		replayed, episodes, err := s.replayAll(ctx, longEnough(transcripts, turns), turns, options)
		if err != nil {
			return nil, err
		}
		report.Episodes += episodes
		if len(replayed) == 0 {
			continue
		}
		correlations, err := correlationTable(replayed, turns, options.Seed)
		if err != nil {
			return nil, err
		}
		qualities, err := qualityTable(replayed, turns, options.Seed)
		if err != nil {
			return nil, err
		}
		report.Tables = append(report.Tables, qualities, correlations)
	}
	ear, err := s.earTable(transcripts, options.Seed)
	if err != nil {
		return nil, err
	}
	report.Tables = append(report.Tables, ear)
	return report, nil
}

// replayed is a transcript and what became of it, over all clients.
type replayed struct {
	*transcript
	turns    []labelled
	outcomes map[outcome]float64
}

// replayAll plays every transcript with every client.
func (s *Stage) replayAll(ctx context.Context, transcripts []*transcript, turns int, options Options) ([]*replayed, int, error) {
	if len(transcripts) == 0 {
		return nil, 0, nil
	}
	scenes, err := clientScenarios(int32(2 * turns))
	if err != nil {
		return nil, 0, err
	}
	var arms, names []string
	for _, t := range transcripts {
		name, err := s.serve(ctx, "replay-"+t.id, "Says what a counselor said in a transcript.", replay(t.lines(turns)))
		if err != nil {
			return nil, 0, err
		}
		arms, names = append(arms, t.id), append(names, name)
	}
	sessions, err := s.play(ctx, fmt.Sprintf("human, %d turns", turns), runs.Design{
		Scenarios: scenes, Factors: []*vignettev1.Factor{factor("focal", agentField, arms, names)}, Repeats: options.repeats(len(scenes)*len(arms), len(scenes)*len(arms)),
	}, options)
	if err != nil {
		return nil, 0, err
	}
	out := make([]*replayed, len(transcripts))
	for i, t := range transcripts {
		out[i] = &replayed{transcript: t, turns: t.lines(turns), outcomes: map[outcome]float64{}}
		mine := where(sessions, at(agentField, t.id))
		for _, o := range humanOutcomes {
			var values []float64
			for _, session := range mine {
				if x, ok := session.outcomes[o]; ok {
					values = append(values, x)
				}
			}
			if len(values) > 0 {
				out[i].outcomes[o] = average(values)
			}
		}
	}
	return out, len(sessions), nil
}

// qualityTable sets sessions of high quality beside those of low.
func qualityTable(all []*replayed, turns int, seed uint64) (Table, error) {
	t := Table{
		ID: fmt.Sprintf("human.quality.%d", turns), Title: fmt.Sprintf("Sessions of high and low quality, %d turns of the counselor", turns),
		Note: "Mean over transcripts of the mean over the clients; 95% interval over transcripts. With so few of low quality this describes, and proves nothing.",
		Keys: []string{"quality"}, Columns: append([]string{"transcripts"}, headers(humanOutcomes)...),
	}
	for _, quality := range []string{"high", "low"} {
		row := Row{Keys: []string{quality}, Cells: []Cell{count(len(ofQuality(all, quality)))}}
		for _, o := range humanOutcomes {
			v := values{}
			for _, r := range ofQuality(all, quality) {
				if x, ok := r.outcomes[o]; ok {
					v[r.id] = []float64{x}
				}
			}
			row.Cells = append(row.Cells, v.estimate(seed))
		}
		t.Rows = append(t.Rows, row)
	}
	difference := Row{Keys: []string{"high less low"}, Cells: []Cell{count(len(all))}}
	for _, o := range humanOutcomes {
		cell, err := intervalOf(seed, len(all), func(drawn []int) (float64, error) { return qualityGap(all, drawn, o) })
		if err != nil {
			return t, err
		}
		difference.Cells = append(difference.Cells, cell)
	}
	t.Rows = append(t.Rows, difference)
	return t, nil
}

func ofQuality(all []*replayed, quality string) []*replayed {
	var out []*replayed
	for _, r := range all {
		if r.quality == quality {
			out = append(out, r)
		}
	}
	return out
}

func qualityGap(all []*replayed, drawn []int, o outcome) (float64, error) {
	groups := map[string][]float64{}
	for _, i := range drawn {
		if x, ok := all[i].outcomes[o]; ok {
			groups[all[i].quality] = append(groups[all[i].quality], x)
		}
	}
	high, err := stats.Mean(groups["high"])
	if err != nil {
		return 0, err
	}
	low, err := stats.Mean(groups["low"])
	return high - low, err
}

// correlationTable relates what counselors did, by people's labels, to what became of it.
func correlationTable(all []*replayed, turns int, seed uint64) (Table, error) {
	t := Table{
		ID: fmt.Sprintf("human.labels.%d", turns), Title: fmt.Sprintf("What counselors did and what became of it, %d turns", turns),
		Note: "Spearman's correlation over transcripts of the share of the counselor's turns with a label and the mean outcome over the clients; 95% bootstrap interval over transcripts.",
		Keys: []string{"share of"}, Columns: append([]string{"mean share"}, headers(humanOutcomes)...),
	}
	for _, label := range []string{labelReflection, labelQuestion, labelOpen, labelClosed, labelAdvice, labelInformation} {
		shares := make([]float64, len(all))
		for i, r := range all {
			shares[i] = share(r.turns, label)
		}
		row := Row{Keys: []string{label}, Cells: []Cell{number(average(shares))}}
		for _, o := range humanOutcomes {
			cell, err := intervalOf(seed, len(all), func(drawn []int) (float64, error) {
				var xs, ys []float64
				for _, i := range drawn {
					if y, ok := all[i].outcomes[o]; ok {
						xs, ys = append(xs, shares[i]), append(ys, y)
					}
				}
				return stats.Spearman(xs, ys)
			})
			if err != nil {
				return t, err
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// earActs are the acts of the client's ear that a label corresponds to.
var earActs = []struct{ label, act string }{
	{labelOpen, "question.open"}, {labelClosed, "question.closed"}, {labelReflection, "reflection"}, {labelAdvice, "advice"}, {labelInformation, "information"},
}

// earTable compares what the client's ear hears with people's labels, turn by turn, over all turns of counselors.
func (s *Stage) earTable(transcripts []*transcript, seed uint64) (Table, error) {
	t := Table{
		ID: "human.ear", Title: "The clients' ear and people's labels",
		Note: "All turns of the counselors, from words alone: what was said, and the other's last turns. Kappa with 95% bootstrap interval over transcripts; people agree on these codes with each other at about .5 to .75.",
		Keys: []string{"code"}, Columns: []string{"turns", "labelled", "heard", "agreement", "kappa"},
	}
	for _, code := range earActs {
		tables := make([][2][2]float64, len(transcripts))
		for i, transcript := range transcripts {
			tables[i] = s.confusion(transcript, code.label, code.act)
		}
		cell, err := intervalOf(seed, len(tables), func(drawn []int) (float64, error) {
			sum := summed(tables, drawn)
			return stats.CohenKappa([][]float64{sum[0][:], sum[1][:]})
		})
		if err != nil {
			return t, err
		}
		every := make([]int, len(tables))
		for i := range every {
			every[i] = i
		}
		sum := summed(tables, every)
		n := sum[0][0] + sum[0][1] + sum[1][0] + sum[1][1]
		row := Row{Keys: []string{code.label}, Cells: []Cell{count(int(n)), {}, {}, {}, cell}}
		if n > 0 {
			row.Cells[1], row.Cells[2], row.Cells[3] = number((sum[1][0]+sum[1][1])/n), number((sum[0][1]+sum[1][1])/n), number((sum[0][0]+sum[1][1])/n)
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// confusion counts turns by label (first index) and by what was heard (second).
func (s *Stage) confusion(t *transcript, label, act string) [2][2]float64 {
	var out [2][2]float64
	var own []string
	for _, turn := range t.turns {
		if !turn.therapist {
			own = append(own, turn.text)
			continue
		}
		if turn.text == "" {
			continue
		}
		labelled, heard := 0, 0
		if turn.labels[label] {
			labelled = 1
		}
		for _, name := range s.Perceive(turn.text, strings.Join(own[max(0, len(own)-workingMemory):], " ")) {
			if name == act {
				heard = 1
			}
		}
		out[labelled][heard]++
	}
	return out
}

func summed(tables [][2][2]float64, drawn []int) [2][2]float64 {
	var sum [2][2]float64
	for _, i := range drawn {
		for a := range 2 {
			for b := range 2 {
				sum[a][b] += tables[i][a][b]
			}
		}
	}
	return sum
}
