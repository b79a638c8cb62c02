package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies"
)

// Calibration is how often roles were right about another's mind, by how probable they had said it was.
type Calibration struct {
	// Ask is what was asked for: emotion, belief, next_act, or one of these of second order; Arm how the asked role was played.
	Ask string `json:"ask"`
	Arm string `json:"arm"`
	// N answers are in it, of Episodes.
	N        int `json:"n"`
	Episodes int `json:"episodes"`
	// ECE is the expected calibration error over ten bins of equal width, 0 (as good as its word) to 1; see [stats.Reliability].
	ECE  float64          `json:"ece"`
	Bins []CalibrationBin `json:"bins"`
}

// CalibrationBin is a part of the range of stated probability with the answers in it; empty ones are left out.
type CalibrationBin struct {
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	N          int     `json:"n"`
	Confidence float64 `json:"confidence"` // mean
	Right      float64 `json:"right"`      // share
	// CI95 is of Right, by a bootstrap that draws whole episodes; null with fewer than 5, or where they do not differ.
	CI95 *[2]float64 `json:"ci95"`
}

// calibrationBins of equal width. Chosen: ten are usual.
const calibrationBins = 10

// guesses are the answers to probes about others, a few numbers each.
type guesses struct {
	asked int
	known []guess
}

type guess struct {
	Ask, Arm          string
	Confidence, Right float64
	index             int // of the episode
}

func (g *guesses) add(index int, f *vignettev1.EpisodeFigures) {
	g.asked += int(f.GetReadingsAsked())
	for _, one := range f.GetReadings() {
		g.known = append(g.known, guess{one.GetAsk(), one.GetArm(), one.GetConfidence(), one.GetRight(), index})
	}
}

// missing says why there is nothing to show, "" where there is.
func (g *guesses) missing() string {
	switch {
	case len(g.known) > 0:
		return ""
	case g.asked == 0:
		return "No probe asked anybody about another's mind in closed form, so nobody stated a probability that could be held against what was the case."
	}
	return fmt.Sprintf("Of %d answers to probes about another's mind none states a probability that can be held against what was the case.", g.asked)
}

// calibrations are those of each question and arm, by question, arms in the design's order.
func (g *guesses) calibrations() []Calibration {
	slices.SortStableFunc(g.known, func(a, b guess) int { return cmp.Or(cmp.Compare(a.Ask, b.Ask), cmp.Compare(a.index, b.index)) })
	type key struct{ ask, arm string }
	var order []key
	of := map[key][]guess{}
	for _, one := range g.known {
		k := key{one.Ask, one.Arm}
		if of[k] == nil {
			order = append(order, k)
		}
		of[k] = append(of[k], one)
	}
	var out []Calibration
	for _, k := range order {
		if c, ok := calibrate(of[k]); ok {
			c.Ask, c.Arm = k.ask, k.arm
			out = append(out, c)
		}
	}
	return out
}

func calibrate(all []guess) (Calibration, bool) {
	plain := make([]stats.Guess, len(all))
	episodes := map[int]bool{}
	for i, one := range all {
		plain[i] = stats.Guess{Confidence: one.Confidence, Right: one.Right}
		episodes[one.index] = true
	}
	bins, ece, err := stats.Reliability(plain, calibrationBins)
	if err != nil {
		return Calibration{}, false
	}
	c := Calibration{N: len(all), Episodes: len(episodes), ECE: ece}
	for i, b := range bins {
		if b.N == 0 {
			continue
		}
		bin := CalibrationBin{Low: b.Low, High: b.High, N: b.N, Confidence: b.Confidence, Right: b.Right}
		var clusters [][]float64
		last := -1
		for _, one := range all {
			if in := one.Confidence >= b.Low && (one.Confidence < b.High || i == len(bins)-1); !in {
				continue
			}
			if one.index != last {
				clusters, last = append(clusters, nil), one.index
			}
			clusters[len(clusters)-1] = append(clusters[len(clusters)-1], one.Right)
		}
		if len(clusters) >= studies.MinForInterval {
			if ci, err := (stats.Bootstrap{}).MeanInterval(clusters); err == nil {
				bin.CI95 = &[2]float64{max(0, ci.Low), min(1, ci.High)}
			}
		}
		c.Bins = append(c.Bins, bin)
	}
	return c, true
}

// panel is the picture of one question, with a mark for each arm.
type panel struct {
	Ask     string
	Drawing *drawing
	Rows    []Calibration
}

// panels draw stated probability against how often right, one picture a question.
func panels(all []Calibration, arms []string) []panel {
	var out []panel
	for _, c := range all {
		if len(out) == 0 || out[len(out)-1].Ask != c.Ask {
			out = append(out, panel{Ask: c.Ask})
		}
		last := &out[len(out)-1]
		last.Rows = append(last.Rows, c)
	}
	for i := range out {
		out[i].Drawing = reliability(out[i], arms)
	}
	return out
}

// armsOf are the arms of calibrations, each once.
func armsOf(all []Calibration) []string {
	var out []string
	for _, c := range all {
		if !slices.Contains(out, c.Arm) {
			out = append(out, c.Arm)
		}
	}
	return out
}

func reliability(p panel, arms []string) *drawing {
	const side, from, to = 320.0, 44.0, 306.0
	d := &drawing{Width: side, Height: side, Title: "Stated probability against how often right: " + p.Ask}
	x, y := scale{0, 1, from, to}, scale{0, 1, 272, 10}
	for _, tick := range []float64{0, 0.25, 0.5, 0.75, 1} {
		d.line(x.at(tick), 10, x.at(tick), 272, "grid")
		d.line(from, y.at(tick), to, y.at(tick), "grid")
		d.write(x.at(tick), 288, "middle", "tick", figure(tick))
		d.write(from-6, y.at(tick)+4, "end", "tick", figure(tick))
	}
	d.line(x.at(0), y.at(0), x.at(1), y.at(1), "zero")
	d.write((from+to)/2, 306, "middle", "tick", "stated probability")
	d.write(from+6, 24, "start", "tick", "share right")
	for _, c := range p.Rows {
		class := hue(slices.Index(arms, c.Arm))
		points := ""
		for _, b := range c.Bins {
			at := x.at(b.Confidence)
			text := fmt.Sprintf("%s: said %s, right %s (n %d)", c.Arm, figure(b.Confidence), figure(b.Right), b.N)
			if b.CI95 != nil {
				d.line(at, y.at(b.CI95[0]), at, y.at(b.CI95[1]), "spread "+class)
			}
			d.Dots = append(d.Dots, dot{at, y.at(b.Right), 3.5, class, text})
			points += fmt.Sprintf("%.1f,%.1f ", at, y.at(b.Right))
		}
		d.Paths = append(d.Paths, path{points, class})
	}
	d.Text = fmt.Sprintf("%d lines; on the diagonal what is said comes about as often as it is said to", len(p.Rows))
	return d
}
