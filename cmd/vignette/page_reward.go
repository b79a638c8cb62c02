package main

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/rewards"
)

// recomposition writes what rewards come to under other weights, and how far they can be relied on.
func (p *page) recomposition(r *recomposition) {
	change := r.change.String()
	if change == "" {
		change = "as stated"
	}
	p.printf("%s  composed from scores on record by %s: %s\n\n", p.bold("run "+r.planner.Manifest().GetRun()), rewards.Version, line(change))
	var rows [][]string
	for _, g := range r.groups {
		rows = append(rows, []string{groupName(g.cell), fmt.Sprint(g.n), meanOf(g.recorded), meanOf(g.composed), fmt.Sprint(g.missing)})
	}
	p.grid("  ", []string{"cell", "n", "on record", "composed", "missing"}, rows, 1, func(column int) bool { return column > 0 })
	p.printf("\n")
	p.preferences(r.votes.Tally())
	p.confident(r)
	for _, fitted := range r.fitted() {
		p.printf("\n")
		p.fitted(fitted)
	}
	if r.recorded > 0 {
		p.printf("\n%s appended; what was rewarded before stays on record\n", plural(r.recorded, "note", "notes"))
	}
}

// confident says what calibrating against confidence did.
func (p *page) confident(r *recomposition) {
	if r.confident == nil {
		return
	}
	said, sure, moved := 0, 0.0, 0.0
	for _, c := range r.calibrated {
		if c.Confidence != nil {
			said++
			sure, moved = sure+*c.Confidence, moved+math.Abs(c.Value-c.Reward)
		}
	}
	if said == 0 {
		p.paragraph("", "  ", fmt.Sprintf("Confidence: none of %s rests on scores that say how sure they are; all stay as they are.", plural(len(r.calibrated), "reward", "rewards")))
		return
	}
	p.paragraph("", "  ", fmt.Sprintf("Confidence: %d of %s rest on scores that say how sure they are (mean %.2f); calibrated against it they move by %.3f on average. --json has each.",
		said, plural(len(r.calibrated), "reward", "rewards"), sure/float64(said), moved/float64(said)))
}

func meanOf(values []float64) string {
	mean, err := stats.Mean(values)
	if err != nil {
		return "-"
	}
	return fmt.Sprintf("%+.2f", mean)
}

// preferences says how far the terms agree about which episode is better.
func (p *page) preferences(t rewards.Tally) {
	if t.MeanStrength == nil {
		p.paragraph("", "  ", fmt.Sprintf("Preferences: undefined: no two episodes share a client and have two terms or evaluators to vote (%s)",
			plural(t.Ties+t.Unvoted, "pair is a tie or has one vote", "pairs are ties or have one vote")))
		return
	}
	p.paragraph("", "  ", fmt.Sprintf("Preferences: of %s with the same client %d are strong, %d ambiguous, %d probably wrong by the votes of terms and evaluators; mean strength %.2f.",
		plural(len(t.Preferences), "pair of episodes", "pairs of episodes"), t.Count(rewards.Strong), t.Count(rewards.Ambiguous), t.Count(rewards.ProbablyWrong), *t.MeanStrength))
}

// fitted writes the weights of one scenario and what they are worth.
func (p *page) fitted(f rewards.Fitted) {
	p.printf("%s  fitted to %s\n", p.bold(line(f.Scenario)), f.Outcome.Title())
	if f.Undefined == "" {
		p.printf("  --weights %s\n", line(f.Weights.String())) // on one line, to be copied
		p.paragraph("  ", "    ", fmt.Sprintf("variance predicted with other clients: fitted %.2f, weights as they are %.2f, %s alone %.2f (n %d, %s, penalty %g)",
			f.R2.Fitted, f.R2.Stated, line(f.Alone), f.R2.Alone, f.N, plural(f.Clients, "client", "clients"), f.Penalty))
		p.paragraph("  ", "    ", fmt.Sprintf("gain %s, over %s alone %s", gainOf(f.Gain), line(f.Alone), gainOf(f.GainAlone)))
	}
	if len(f.LeftOut) > 0 {
		p.paragraph("  ", "    ", "left out, being missing too often: "+line(strings.Join(f.LeftOut, ", ")))
	}
	p.paragraph("  ", "    ", f.Meaning())
}

func gainOf(g rewards.Gain) string {
	if g.CI95 == nil {
		return fmt.Sprintf("%+.2f", g.Value)
	}
	return fmt.Sprintf("%+.2f [%.2f, %.2f]", g.Value, g.CI95.Low, g.CI95.High)
}

// revisions writes what was scored and composed later, by whom and how; the play's own stand above.
func (p *page) revisions(notes []*vignettev1.Note, names map[string]string) {
	for _, note := range notes {
		if rescored := note.GetRescored(); rescored != nil {
			p.paragraph("  ", "    ", fmt.Sprintf("scored again by %s on %s: %s, of what %s did: %s", note.GetAuthor(), note.GetTime().AsTime().Local().Format("2006-01-02 15:04"),
				rescored.GetEvaluator(), names[rescored.GetRole()], plural(len(rescored.GetScores()), "score", "scores")))
		}
		rewarded := note.GetRewarded()
		for _, reward := range rewarded.GetRewards() {
			what := "missing: " + reward.GetMissing().GetDetail()
			if value, ok := rewards.Value(reward); ok {
				what = fmt.Sprintf("%+.2f", value)
			}
			p.paragraph("  ", "    ", fmt.Sprintf("composed anew, revision %d by %s on %s (%s): reward of %s %s", rewarded.GetRevision(), note.GetAuthor(),
				note.GetTime().AsTime().Local().Format("2006-01-02 15:04"), cmp.Or(rewarded.GetChange(), "as stated"), names[reward.GetRole()], what))
		}
	}
}
