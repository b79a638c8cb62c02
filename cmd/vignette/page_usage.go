package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/vignette-sim/vignette/engine/projection"
)

// jsonUsage says what the time of an episode, or of a run's episodes together, went into, in seconds; the parts add up to the whole.
type jsonUsage struct {
	Wall     float64 `json:"wall"`
	Model    float64 `json:"model"`
	Judge    float64 `json:"judge"`
	Human    float64 `json:"human"`
	Waiting  float64 `json:"waiting"`
	Platform float64 `json:"platform"`
	// Costs are null where no model was asked, or a price is not known.
	ModelCost *float64 `json:"model_cost"`
	JudgeCost *float64 `json:"judge_cost"`
}

// usageRecord is nil for what has not begun.
func usageRecord(u projection.Usage) *jsonUsage {
	if u.Wall == 0 {
		return nil
	}
	record := &jsonUsage{Wall: u.Wall.Seconds(), Model: u.Model.Seconds(), Judge: u.Judge.Seconds(), Human: u.Human.Seconds(),
		Waiting: u.Waiting.Seconds(), Platform: u.Platform.Seconds()}
	if u.Calls > 0 && u.Unpriced == 0 {
		record.ModelCost, record.JudgeCost = &u.ModelCost, &u.JudgeCost
	}
	return record
}

// usage says what time and money went into, in a line or two.
func (p *page) usage(what string, u projection.Usage) {
	if u.Wall == 0 {
		return
	}
	var parts []string
	for _, part := range []struct {
		name string
		took time.Duration
	}{{"model", u.Model}, {"judge", u.Judge}, {"human", u.Human}, {"waiting", u.Waiting}, {"platform", u.Platform}} {
		if part.took > 0 {
			parts = append(parts, fmt.Sprintf("%s %s (%.0f%%)", part.name, tookTime(part.took), 100*float64(part.took)/float64(u.Wall)))
		}
	}
	text := fmt.Sprintf("%s %s", what, tookTime(u.Wall))
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	if u.Calls > 0 && u.Unpriced == 0 {
		text += fmt.Sprintf("; cost %.4f: model %.4f, judge %.4f", u.ModelCost+u.JudgeCost, u.ModelCost, u.JudgeCost)
	} else if u.Calls > 0 {
		text += fmt.Sprintf("; cost of %s not known", plural(u.Unpriced, "call", "calls"))
	}
	p.paragraph("", "  ", text)
}

func tookTime(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}
