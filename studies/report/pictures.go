package report

import (
	"fmt"
	"html/template"
	"strings"
)

// Picture is a drawing as SVG, and what is said below it. Colours are the reader's: classes name what is what (arm-0 to arm-5, grid,
// zero, tick, name, number, interval, effect, valid, lost).
type Picture struct {
	ID, Title, Caption string
	SVG                template.HTML
	Legend             []Key // empty where nothing needs one
}

// Key is an arm and the class of its colour.
type Key struct{ Class, Name string }

// Pictures are the drawings of a report in the order of its page, those left out that have nothing to show.
func (r *Report) Pictures() ([]Picture, error) {
	v := view{R: r, Trajectories: trajectories(r.Arms), Scatter: scatter(r.Points, r.Arms)}
	v.pictures()
	var keys []Key
	for i, a := range r.Arms {
		keys = append(keys, Key{hue(i), a.Name})
	}
	var out []Picture
	for _, p := range []struct {
		drawing *drawing
		picture Picture
	}{
		{fates(r.Arms), Picture{ID: "fates", Title: "What became of all that was begun", Caption: "Validity may be an effect of what is compared: look here first. All below is over valid episodes."}},
		{v.Rewards, Picture{ID: "rewards", Title: "The reward", Caption: fmt.Sprintf("Difference of the focal role's reward (−1 to 1) over pairs with the same scenario, client and luck, with 95%% bootstrap intervals over %s.", v.Over)}},
		{v.Profile, Picture{ID: "profile", Title: "What it changes", Caption: "Difference as a share of each dimension's range; the numbers are in its own unit. 95% intervals. Many are looked at: of twenty with no effect one lies beside zero by chance."}},
		{v.Trajectories, Picture{ID: "distress", Title: "Distress, turn by turn", Caption: "Felt distress (SUDS 0–100) of those the focal role spoke with, by their own account, for as many turns as at least half of them had.", Legend: keys}},
		{v.Scatter, Picture{ID: "scatter", Title: "Is more reward better for the other?", Caption: "Each dot is an episode: its reward, and what became of the others' distress.", Legend: keys}},
	} {
		if p.drawing == nil {
			continue
		}
		var svg strings.Builder
		if err := page.ExecuteTemplate(&svg, "drawing", p.drawing); err != nil {
			return nil, fmt.Errorf("draw %s: %w", p.picture.ID, err)
		}
		p.picture.SVG = template.HTML(svg.String()) // #nosec: made by the template above, which escapes
		out = append(out, p.picture)
	}
	return out, nil
}
