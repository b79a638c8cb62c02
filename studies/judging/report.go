package judging

import (
	"fmt"

	"github.com/vignette-sim/vignette/internal/stats"
)

// Report is what anchors say of judges.
type Report struct {
	File    string `json:"file"`
	SHA256  string `json:"sha256"`
	Anchors int    `json:"anchors"`
	// PromptHash names the words that all were asked in, Samples is how often in each order.
	PromptHash string      `json:"prompt_hash"`
	Samples    int         `json:"samples"`
	Judges     []*Standing `json:"judges"`
	Pairs      []*Pair     `json:"pairs"`
	// Findings are all that was tested; those that are named come with Named.
	Findings []*Finding `json:"findings"`
	// Ensemble is what all judges come to together; null with one.
	Ensemble *Ensemble `json:"ensemble"`
	Seed     uint64    `json:"seed"`
}

// Standing is one judge.
type Standing struct {
	Judge string `json:"judge"`
	// Reading is the number of this reading of it, from 0; drift is told from the second on.
	Reading int `json:"reading"`
	// Judged anchors have a verdict in both orders; verdicts that are missing are counted by reason, with those not given for want of
	// confidence under "abstained".
	Judged  int            `json:"judged"`
	Missing map[string]int `json:"missing"`
	// Accuracy is that of both orders together, a disagreement counted as a tie, over anchors that were not abstained from.
	Accuracy   *float64    `json:"accuracy"`
	AccuracyCI *[2]float64 `json:"accuracy_ci95"`
	// Consistency is the share of anchors with the same choice in both orders.
	Consistency   *float64      `json:"consistency"`
	ConsistencyCI *[2]float64   `json:"consistency_ci95"`
	Confidence    []*Confidence `json:"confidence"`
}

// Judged is a judge's reading, and its first one; nil where this is the first.
type Judged struct{ Now, First *Reading }

// Options say how a report is made.
type Options struct {
	// Abstain is the confidence below which a verdict of both orders is not given; 0 gives all.
	Abstain float64
	// Seed of the intervals' draws, Resamples for each (0 means 2000).
	Seed      uint64
	Resamples int
}

// Judge makes the report of judges, whose readings are of these anchors.
func Judge(anchors *Anchors, judges []Judged, options Options) (*Report, error) {
	report := &Report{File: anchors.File, SHA256: anchors.SHA256, Anchors: len(anchors.List), PromptHash: PromptHash(), Seed: options.Seed}
	all := make([][]*outcome, len(judges))
	for i, judge := range judges {
		if judge.Now.Anchors != anchors.SHA256 {
			return nil, fmt.Errorf("the reading of %s is of other anchors (%.12s, not %.12s)", judge.Now.Model, judge.Now.Anchors, anchors.SHA256)
		}
		name := judge.Now.Model
		outcomes, missing := outcomesOf(anchors, judge.Now)
		all[i], report.Samples = outcomes, judge.Now.Samples
		report.Judges = append(report.Judges, standing(judge.Now, outcomes, missing, options.Abstain))
		report.Findings = append(report.Findings, overConfidence(name, outcomes), positionBias(name, outcomes), selfPreference(name, outcomes))
		if judge.First != nil {
			then, _ := outcomesOf(anchors, judge.First)
			report.Findings = append(report.Findings, drift(name, then, outcomes))
		} else {
			report.Findings = append(report.Findings, &Finding{What: Drifting, Judge: name, Why: "this is the first reading"})
		}
		for other := range i {
			pair, finding := collusion([2]string{judges[other].Now.Model, name}, [2][]*outcome{all[other], outcomes}, stats.Bootstrap{Level: level, Seed: options.Seed, Resamples: options.Resamples})
			report.Pairs, report.Findings = append(report.Pairs, pair), append(report.Findings, finding)
		}
	}
	if len(judges) > 1 {
		report.Ensemble = together(anchors, all)
	}
	return report, correct(report.Findings)
}

func standing(reading *Reading, outcomes []*outcome, missing map[string]int, abstain float64) *Standing {
	s := &Standing{Judge: reading.Model, Reading: reading.Number, Judged: len(outcomes), Missing: missing, Confidence: confidences(outcomes, reading.Samples)}
	given, right, consistent := 0, 0, 0
	for _, o := range outcomes {
		if o.consistent {
			consistent++
		}
		switch {
		case o.sure() < abstain:
			missing["abstained"]++
		case o.wrong():
			given++
		default:
			given++
			right++
		}
	}
	s.Accuracy, s.AccuracyCI = share(right, given)
	s.Consistency, s.ConsistencyCI = share(consistent, len(outcomes))
	return s
}

// share is a share with Wilson's interval; nil of nothing.
func share(k, n int) (*float64, *[2]float64) {
	ci, err := stats.WilsonInterval(k, n, level)
	if err != nil {
		return nil, nil
	}
	at := float64(k) / float64(n)
	return &at, &[2]float64{ci.Low, ci.High}
}
