package report

import (
	"fmt"
	"math"
)

// drawing is a picture in lines, dots, bars and words; the template makes SVG of it. Classes say which arm something belongs to.
type drawing struct {
	Width, Height float64
	Title, Text   string // what it shows, for those who do not see it
	Lines         []segment
	Paths         []path
	Dots          []dot
	Bars          []bar
	Words         []words
}

type segment struct {
	X1, Y1, X2, Y2 float64
	Class          string
}

type path struct{ Points, Class string }

type dot struct {
	X, Y, R float64
	Class   string
	Title   string
}

type bar struct {
	X, Y, Width, Height float64
	Class, Title        string
}

type words struct {
	X, Y   float64
	Anchor string
	Class  string
	Text   string
}

func (d *drawing) line(x1, y1, x2, y2 float64, class string) {
	d.Lines = append(d.Lines, segment{x1, y1, x2, y2, class})
}

func (d *drawing) write(x, y float64, anchor, class, text string) {
	d.Words = append(d.Words, words{x, y, anchor, class, text})
}

// scale puts numbers into a picture.
type scale struct{ low, high, from, to float64 }

func (s scale) at(v float64) float64 {
	if s.high == s.low {
		return (s.from + s.to) / 2
	}
	return s.from + (v-s.low)/(s.high-s.low)*(s.to-s.from)
}

// ticks are round numbers within a scale, about five of them.
func (s scale) ticks() []float64 {
	span := s.high - s.low
	if span <= 0 {
		return []float64{s.low}
	}
	step := math.Pow(10, math.Floor(math.Log10(span/4)))
	for _, times := range []float64{1, 2, 5, 10} {
		if span/(step*times) <= 6 {
			step *= times
			break
		}
	}
	var out []float64
	for v := math.Ceil(s.low/step-1e-9) * step; v <= s.high+step*1e-9; v += step {
		out = append(out, v)
	}
	return out
}

// hue is the class of an arm's colour.
func hue(i int) string { return fmt.Sprintf("arm-%d", i%6) }

const (
	width = 640.0
	row   = 24.0
	// left is room for names, right for numbers.
	left, right = 208.0, 150.0
)

// forest shows effects with their intervals; nil where there is nothing to show.
func forest(title, unit string, effects []Effect, name func(Effect) string, value func(Effect, float64) float64) *drawing {
	low, high := 0.0, 0.0
	var shown []Effect
	for _, e := range effects {
		if e.Difference == nil {
			continue
		}
		shown = append(shown, e)
		for _, v := range []*float64{e.Difference, e.Low, e.High} {
			if v != nil {
				low, high = min(low, value(e, *v)), max(high, value(e, *v))
			}
		}
	}
	if len(shown) == 0 {
		return nil
	}
	pad := max((high-low)*0.06, 0.02)
	d := &drawing{Width: width, Height: row*float64(len(shown)) + 44, Title: title}
	x := scale{low - pad, high + pad, left, width - right}
	for _, tick := range x.ticks() {
		d.line(x.at(tick), 8, x.at(tick), d.Height-34, map[bool]string{true: "zero", false: "grid"}[math.Abs(tick) < 1e-12])
		d.write(x.at(tick), d.Height-18, "middle", "tick", figure(tick))
	}
	d.write((left+width-right)/2, d.Height-3, "middle", "tick", unit)
	for i, e := range shown {
		y := 8 + row*(float64(i)+0.5)
		d.write(left-10, y+4, "end", "name", fitting(name(e)))
		text := figure(*e.Difference)
		if e.Low != nil {
			d.line(x.at(value(e, *e.Low)), y, x.at(value(e, *e.High)), y, "interval")
			text += fmt.Sprintf(" [%s, %s]", figure(*e.Low), figure(*e.High))
		}
		d.Dots = append(d.Dots, dot{x.at(value(e, *e.Difference)), y, 4, "effect", name(e) + ": " + text})
		d.write(width-right+10, y+4, "start", "number", text)
	}
	d.Text = fmt.Sprintf("%d differences with intervals", len(shown))
	return d
}

// trajectories show the distress of the others turn by turn, by arm; nil where nobody told any.
func trajectories(arms []Arm) *drawing {
	longest := 0
	for _, a := range arms {
		longest = max(longest, a.reached())
	}
	if longest < 2 {
		return nil
	}
	d := &drawing{Width: width, Height: 260, Title: "Felt distress of the others, turn by turn"}
	x, y := scale{1, float64(longest), 44, width - 20}, scale{0, 100, 220, 12}
	for _, tick := range []float64{0, 25, 50, 75, 100} {
		d.line(44, y.at(tick), width-20, y.at(tick), "grid")
		d.write(38, y.at(tick)+4, "end", "tick", figure(tick))
	}
	for _, tick := range x.ticks() {
		d.write(x.at(tick), 236, "middle", "tick", figure(tick))
	}
	d.write((44+width-20)/2, 254, "middle", "tick", "the others' turn; SUDS 0-100, mean over valid episodes")
	for i, a := range arms {
		points := ""
		for n, s := range a.Distress[:a.reached()] {
			points += fmt.Sprintf("%.1f,%.1f ", x.at(float64(n+1)), y.at(s.Mean))
			d.Dots = append(d.Dots, dot{x.at(float64(n + 1)), y.at(s.Mean), 2.5, hue(i), fmt.Sprintf("%s, turn %d: %s (n %d)", a.Name, n+1, figure(s.Mean), s.N)})
		}
		d.Paths = append(d.Paths, path{points, hue(i)})
	}
	d.Text = fmt.Sprintf("%d lines over %d turns", len(arms), longest)
	return d
}

// reached is how many turns at least half of the first turn's people reached: what comes later is of fewer and other episodes, and a line
// through it would show who is left and not what became of anybody.
func (a Arm) reached() int {
	for n, s := range a.Distress {
		if 2*s.N < a.Distress[0].N {
			return n
		}
	}
	return len(a.Distress)
}

// scatter shows the reward against what became of the others' distress; nil without points.
func scatter(points []Point, arms []Arm) *drawing {
	if len(points) < 3 {
		return nil
	}
	d := &drawing{Width: width, Height: 300, Title: "Reward and what became of the others' distress"}
	low, high := points[0].DistressChange, points[0].DistressChange
	for _, p := range points {
		low, high = min(low, p.DistressChange), max(high, p.DistressChange)
	}
	pad := max((high-low)*0.05, 1)
	x, y := scale{-1, 1, 50, width - 20}, scale{low - pad, high + pad, 256, 12}
	for _, tick := range x.ticks() {
		d.line(x.at(tick), 12, x.at(tick), 256, "grid")
		d.write(x.at(tick), 272, "middle", "tick", figure(tick))
	}
	for _, tick := range y.ticks() {
		d.line(50, y.at(tick), width-20, y.at(tick), map[bool]string{true: "zero", false: "grid"}[math.Abs(tick) < 1e-12])
		d.write(44, y.at(tick)+4, "end", "tick", figure(tick))
	}
	d.write((50+width-20)/2, 292, "middle", "tick", "reward of the focal role; upwards: change of distress, SUDS points (below 0 is relief)")
	place := map[string]int{}
	for i, a := range arms {
		place[a.Name] = i
	}
	for _, p := range points {
		d.Dots = append(d.Dots, dot{x.at(p.Reward), y.at(p.DistressChange), 3, hue(place[p.Arm]), fmt.Sprintf("%s: reward %s, distress %s", p.Arm, figure(p.Reward), figure(p.DistressChange))})
	}
	d.Text = fmt.Sprintf("%d episodes", len(points))
	return d
}

// fates show what became of all episodes that were begun, by arm.
func fates(arms []Arm) *drawing {
	d := &drawing{Width: width, Height: row*float64(len(arms)) + 12, Title: "What became of all episodes that were begun", Text: "bars by arm"}
	for i, a := range arms {
		y := 6 + row*float64(i)
		d.write(left-10, y+15, "end", "name", fitting(a.Name))
		ok := scale{0, 1, 0, width - left - right}.at(share(a.Valid, a.Started))
		d.Bars = append(d.Bars, bar{left, y + 4, ok, row - 8, "valid", fmt.Sprintf("valid: %d", a.Valid)}, bar{left + ok, y + 4, width - left - right - ok, row - 8, "lost", fmt.Sprintf("not valid: %d", a.Started-a.Valid)})
		d.write(width-right+10, y+15, "start", "number", fmt.Sprintf("%d of %d valid", a.Valid, a.Started))
	}
	return d
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// figure is a number for people.
func figure(v float64) string {
	switch {
	case math.Abs(v) < 0.005:
		return "0"
	case v == math.Trunc(v):
		return fmt.Sprintf("%.0f", v)
	case math.Abs(v) >= 100:
		return fmt.Sprintf("%.0f", v)
	case math.Abs(v) >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// longest is how many letters of a name the room beside a drawing has.
const longest = 26

// fitting is a name as it is written beside a drawing: of a long one both ends, since either may tell it from the others. The tables have it whole.
func fitting(name string) string {
	letters := []rune(name)
	if len(letters) <= longest {
		return name
	}
	head := (longest - 1) / 2
	return string(letters[:head]) + "…" + string(letters[len(letters)-(longest-1-head):])
}
