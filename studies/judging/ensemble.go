package judging

import "github.com/vignette-sim/vignette/internal/stats"

// Ensemble is what judges come to together. What a is worth to each is 1, .5 or 0.
type Ensemble struct {
	N int `json:"n"`
	// Nominal goes by the mean over judges, a tie at .5. Worst prefers a text only where it does in the worst case, that is to every judge;
	// all else is a tie. Blend lies between: half the mean and half the worst case.
	Nominal   *float64    `json:"nominal"`
	NominalCI *[2]float64 `json:"nominal_ci95"`
	Worst     *float64    `json:"worst"`
	WorstCI   *[2]float64 `json:"worst_ci95"`
	Blend     *float64    `json:"blend"`
	BlendCI   *[2]float64 `json:"blend_ci95"`
	// Disagreement is the mean over anchors of the standard deviation between judges, 0 to .71; ByAnchor has each.
	Disagreement *float64           `json:"disagreement"`
	ByAnchor     map[string]float64 `json:"disagreement_by_anchor"`
}

// blended is lambda of the blend, lambda * mean + (1 - lambda) * worst case. Chosen: rewards set their own (ensemble.lambda).
const blended = 0.5

// together is over anchors that every judge judged.
func together(anchors *Anchors, all [][]*outcome) *Ensemble {
	worth := map[string][]float64{}
	for _, outcomes := range all {
		for _, o := range outcomes {
			worth[o.anchor.ID] = append(worth[o.anchor.ID], o.choice.worth())
		}
	}
	e := &Ensemble{ByAnchor: map[string]float64{}}
	nominal, worst, blend, spread := 0, 0, 0, []float64{}
	for _, anchor := range anchors.List {
		values := worth[anchor.ID]
		mean, err := stats.Mean(values)
		if err != nil || len(values) < len(all) {
			continue
		}
		e.N++
		if preferred(mean, mean) == anchor.Label {
			nominal++
		}
		least, most := 1.0, 0.0
		for _, v := range values {
			least, most = min(least, v), max(most, v)
		}
		if preferred(least, most) == anchor.Label {
			worst++
		}
		if preferred(blended*mean+(1-blended)*least, blended*mean+(1-blended)*most) == anchor.Label {
			blend++
		}
		if sd, err := stats.StdDev(values); err == nil {
			e.ByAnchor[anchor.ID] = sd
			spread = append(spread, sd)
		}
	}
	e.Nominal, e.NominalCI = share(nominal, e.N)
	e.Worst, e.WorstCI = share(worst, e.N)
	e.Blend, e.BlendCI = share(blend, e.N)
	if mean, err := stats.Mean(spread); err == nil {
		e.Disagreement = &mean
	}
	return e
}

// preferred is the text that is worth more than half, a in its worst case or b in its.
func preferred(least, most float64) Choice {
	const rounding = 1e-9
	switch {
	case least > 0.5+rounding:
		return A
	case most < 0.5-rounding:
		return B
	}
	return Tie
}
