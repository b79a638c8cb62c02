package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/feedback/campaign"
	"github.com/vignette-sim/vignette/feedback/hindsight"
	"github.com/vignette-sim/vignette/feedback/ratings"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/training"
)

type jsonRatedGap struct {
	Type      string   `json:"type"`
	Scale     string   `json:"scale"`
	By        string   `json:"by"`
	Group     string   `json:"group"`
	Judge     string   `json:"judge"`
	N         int      `json:"n"`
	Clients   int      `json:"clients"`
	Foresight jsonGain `json:"foresight"`
	Hindsight jsonGain `json:"hindsight"`
	Gap       jsonGain `json:"gap"`
	Flips     int      `json:"flips"`
}

type jsonTurned struct {
	Type   string `json:"type"`
	Scale  string `json:"scale"`
	Judge  string `json:"judge"`
	Turned int    `json:"turned"`
	Of     int    `json:"of"`
}

// tellGaps says how ratings change with hindsight, scale by scale.
func (f rewardRatingsFlags) tellGaps(cmd *cobra.Command, record *campaign.Record, rated *ratedEpisodes, fits []*ratings.Fit) error {
	judge := map[bool]string{true: training.Simulated, false: training.People}[f.simulated]
	told := map[string]bool{}
	for _, fit := range fits {
		if told[fit.Scale] {
			continue
		}
		told[fit.Scale] = true
		if record.Campaign.GetRubric().GetUnit() == vignettev1.CampaignUnit_CAMPAIGN_UNIT_PAIR {
			turned, of, err := ratings.Turned(record, rated.cells, fit.Question)
			if err != nil {
				return err
			}
			if f.json {
				err = writeJSON(cmd, jsonTurned{"turned", fit.Scale, judge, turned, of})
			} else {
				newPage(cmd.OutOrStdout()).paragraph("", "  ", fmt.Sprintf("%s, by %s: %d of %s compared at both times are preferred the other way round in hindsight", line(fit.Scale), judge, turned, plural(of, "pair", "pairs")))
			}
			if err != nil {
				return err
			}
			continue
		}
		gaps, flips, err := ratings.Gaps(record, rated.cells, rated.personas, fit.Question)
		if err != nil {
			return err
		}
		if !f.json {
			newPage(cmd.OutOrStdout()).ratedGaps(fit.Scale, judge, record, gaps, flips)
			continue
		}
		for _, g := range gaps {
			if err := writeJSON(cmd, jsonRatedGap{"gap", fit.Scale, g.By.Title(), g.Name, judge, g.Items, g.Clients, estimateRecord(g.Foresight), estimateRecord(g.Hindsight), estimateRecord(g.Gap), g.Flips}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *page) ratedGaps(scale, judge string, record *campaign.Record, gaps []ratings.Gap, flips []ratings.Flip) {
	if len(gaps) == 0 {
		return
	}
	p.printf("%s\n", p.bold(line(scale)+", foresight and hindsight of the same "+judge))
	if record.Campaign.GetRubric().GetArm() == vignettev1.CampaignArm_CAMPAIGN_ARM_RERATE {
		p.paragraph("  ", "    ", "A control: at the second time nothing was shown, so the gap is what rating twice does.")
	}
	for _, by := range []hindsight.By{hindsight.ByPolicy, hindsight.ByScenario, hindsight.ByPersona} {
		var rows [][]string
		for _, g := range gaps {
			if g.By == by {
				rows = append(rows, []string{line(g.Name), fmt.Sprint(g.Items), fmt.Sprint(g.Clients), estimateText(g.Foresight, true), estimateText(g.Hindsight, true), estimateText(g.Gap, true), fmt.Sprint(g.Flips)})
			}
		}
		p.grid("  ", []string{by.Title(), "items", "clients", "foresight", "hindsight", "gap", "flips"}, rows, 1, func(column int) bool { return column >= 1 })
	}
	for _, flip := range flips {
		p.printf("  flip: %s is preferred in foresight and %s in hindsight with %d of %s\n", line(flip.Foreseen), line(flip.Seen), flip.Clients, plural(flip.Of, "client", "clients"))
	}
}
