package dearman

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/stats"
)

var fitting = flag.Bool("fit", false, "fit the weights to the labels, and say how they do where situations are left out")

// example is an utterance as a skill is weighed by.
type example struct {
	set, group string
	values     []float64
	want, rule utterance.Level
	weight     float64
	// ruled says that the rules decide, where it is not fitted.
	ruled bool
}

// TestFitWeights prints weights.go again, and what such weights are worth on situations they were not fitted on.
func TestFitWeights(t *testing.T) {
	if !*fitting {
		t.Skip("with -fit")
	}
	kept := weights
	weights = map[skill]scale{}
	defer func() { weights = kept }()
	fitted := map[skill]scale{}
	// Confident is weighed last: it goes by what the others came to.
	for _, s := range []skill{describe, negotiate, mindful, confident} {
		examples := examplesOf(t, s)
		fitted[s] = fit(examples)
		for _, set := range []string{"full", "forms", "full, stripped", "forms, stripped", "plain"} {
			rule, left := table(), table()
			groups := groupsOf(examples, set)
			if groups == nil {
				continue
			}
			for _, group := range groups {
				var rest []example
				for _, e := range examples {
					if e.group != group {
						rest = append(rest, e)
					}
				}
				w := fit(rest)
				for _, e := range examples {
					if e.set == set && e.group == group {
						rule[e.want][e.rule]++
						left[e.want][e.level(w)]++
					}
				}
			}
			t.Logf("%-10s %-15s rules %.2f, weighed with the situation left out %.2f %v", dimensions[s].title, set, kappaOf(t, rule), kappaOf(t, left), left)
		}
		weights[s] = fitted[s]
	}
	for s := range skills {
		if w, ok := fitted[s]; ok {
			var b strings.Builder
			for i, each := range weighed[s] {
				fmt.Fprintf(&b, "%.2f, // %s\n", w.weights[i], each.name)
			}
			t.Logf("%s: {weak: %.2f, strong: %.2f, weights: []float64{\n%s}},", strings.ToLower(dimensions[s].title), w.weak, w.strong, b.String())
		}
	}
}

// level is what the utterance comes to by some weights.
func (e example) level(w scale) utterance.Level {
	if e.ruled {
		return e.rule
	}
	return w.level(e.values)
}

func table() [][]float64 {
	return [][]float64{make([]float64, 3), make([]float64, 3), make([]float64, 3)}
}

func kappaOf(t *testing.T, table [][]float64) float64 {
	kappa, err := stats.WeightedKappa(table, stats.Quadratic)
	if err != nil {
		t.Fatal(err)
	}
	return kappa
}

func examplesOf(t *testing.T, s skill) []example {
	var out []example
	for _, from := range []struct {
		set    string
		files  []string
		weight float64
		bare   bool
	}{
		{"full", []string{"blind/seen.jsonl", "blind/held.jsonl"}, 0.5, false},
		{"forms", []string{"forms.jsonl"}, 0.5, false},
		{"full, stripped", []string{"blind/seen.jsonl", "blind/held.jsonl"}, 0.2, true},
		{"forms, stripped", []string{"forms.jsonl"}, 0.2, true},
		{"plain", []string{"blind/plain.jsonl"}, 1, true},
	} {
		// States have labels enough where the objective is given in full.
		if from.set != "plain" && from.bare && s.state() {
			continue
		}
		kind, _, _ := strings.Cut(from.set, ",")
		for _, line := range readRated(t, from.files...) {
			want := utterance.Level(slices.Index(utterance.Labels, line.Labels[dimensions[s].id]))
			req := line.request(t)
			if o := req.GetObjective(); from.bare {
				o.Request, o.Facts, o.Feelings, o.Benefits, o.Compromises = "", nil, nil, nil, nil
			}
			findings, said := last(req)
			if want < utterance.None || findings[s].Level < utterance.None || said == nil {
				continue
			}
			out = append(out, example{set: from.set, group: kind + line.Group, values: said.signs(s, &findings), want: want, rule: findings[s].Level, ruled: s == negotiate && said.words < roomy, weight: from.weight})
		}
	}
	return out
}

func groupsOf(examples []example, set string) []string {
	var groups []string
	for _, e := range examples {
		if e.set == set && !slices.Contains(groups, e.group) {
			groups = append(groups, e.group)
		}
	}
	return groups
}

// fit makes weights by a cumulative logit (McCullagh 1980) with a ridge, by gradient descent.
func fit(examples []example) scale {
	const ridge, steps, rate = 0.004, 800, 0.25
	n := len(examples[0].values)
	w := scale{weights: make([]float64, n), weak: 0.5, strong: 2}
	speed, total := make([]float64, n+2), 0.0
	for _, e := range examples {
		total += e.weight
	}
	for range steps {
		slope := make([]float64, n+2)
		for _, e := range examples {
			sum := w.sum(e.values)
			for at, threshold := range []float64{w.weak, w.strong} {
				miss := 1/(1+math.Exp(threshold-sum)) - yes(e.want > utterance.Level(at))
				for i, v := range e.values {
					slope[i] += e.weight * miss * v / total
				}
				slope[n+at] -= e.weight * miss / total
			}
		}
		for i := range slope {
			if i < n {
				slope[i] += ridge * w.weights[i]
			}
			speed[i] = 0.9*speed[i] - rate*0.2*slope[i]
		}
		for i := range w.weights {
			w.weights[i] += speed[i]
		}
		w.weak += speed[n]
		w.strong += speed[n+1]
	}
	return w
}
