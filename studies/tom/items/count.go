package items

import (
	"maps"
	"slices"

	"github.com/vignette-sim/vignette/internal/stats"
)

// Report is how often a model was right.
type Report struct {
	Model    string `json:"model"`
	Strategy string `json:"strategy"`
	// PromptHash names the words it was asked in.
	PromptHash string `json:"prompt_hash"`
	File       string `json:"file"`
	Shape      Shape  `json:"format"`
	Items      int    `json:"items"`
	// Conditions by name, and all of them together under [Everything], which comes last.
	Conditions []*Condition `json:"conditions"`
	// Intervals hold 95% each.
	Seed uint64 `json:"seed"`
}

// Everything names all conditions together.
const Everything = "all"

// Condition is one kind of question.
type Condition struct {
	Name string `json:"condition"`
	// False, True and Neither are the versions by whether the belief is true; nil where there are no items of it.
	False   *Accuracy `json:"false_belief"`
	True    *Accuracy `json:"true_belief"`
	Neither *Accuracy `json:"neither"`
	// Difference is accuracy with false beliefs less that with true ones, over pairs that were answered in both versions.
	Difference *Difference `json:"difference"`
}

// Accuracy is over what was answered.
type Accuracy struct {
	N        int `json:"n"`
	Answered int `json:"answered"`
	Right    int `json:"right"`
	// Missing counts what was not answered, by reason; Detail has one example of each.
	Missing map[string]int    `json:"missing"`
	Detail  map[string]string `json:"missing_detail"`
	// Accuracy is nil where nothing was answered; its interval is Wilson's.
	Accuracy *float64    `json:"accuracy"`
	CI95     *[2]float64 `json:"accuracy_ci95"`
	// Chance is what guessing would get.
	Chance float64 `json:"chance"`
}

// Difference is between versions of the same stories.
type Difference struct {
	Pairs int     `json:"pairs"`
	Value float64 `json:"value"`
	// CI95 is of a bootstrap over pairs; nil where it cannot be had, as where all pairs differ alike.
	CI95 *[2]float64 `json:"ci95"`
}

const level = 0.95

// Count counts answers, which are in the order of the items.
func Count(items []*Item, answers []Answer, seed uint64) []*Condition {
	places := map[string][]int{}
	for i, item := range items {
		places[item.Condition] = append(places[item.Condition], i)
		if item.Condition != Everything {
			places[Everything] = append(places[Everything], i)
		}
	}
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(places)), func(name string) bool { return name == Everything })
	var out []*Condition
	for _, name := range append(names, Everything) {
		at := places[name]
		out = append(out, &Condition{
			Name: name, False: accuracy(items, answers, at, False), True: accuracy(items, answers, at, True), Neither: accuracy(items, answers, at, Neither),
			Difference: difference(items, answers, at, seed),
		})
	}
	return out
}

func accuracy(items []*Item, answers []Answer, places []int, belief Belief) *Accuracy {
	a := &Accuracy{Missing: map[string]int{}, Detail: map[string]string{}}
	for _, i := range places {
		if items[i].Belief != belief {
			continue
		}
		a.N++
		a.Chance += 1 / float64(len(items[i].Choices))
		switch answer := answers[i]; {
		case answer.Missing != "":
			a.Missing[answer.Missing]++
			if a.Detail[answer.Missing] == "" && answer.Detail != "" {
				a.Detail[answer.Missing] = answer.Detail
			}
		case answer.Choice == items[i].Right:
			a.Answered++
			a.Right++
		default:
			a.Answered++
		}
	}
	if a.N == 0 {
		return nil
	}
	a.Chance /= float64(a.N)
	if ci, err := stats.WilsonInterval(a.Right, a.Answered, level); err == nil {
		share := float64(a.Right) / float64(a.Answered)
		a.Accuracy, a.CI95 = &share, &[2]float64{ci.Low, ci.High}
	}
	return a
}

// difference compares versions of the same stories; nil where there are no pairs that were answered in both.
func difference(items []*Item, answers []Answer, places []int, seed uint64) *Difference {
	type sums struct{ right, n map[Belief]float64 }
	pairs, order := map[string]sums{}, []string{}
	for _, i := range places {
		item := items[i]
		if item.Pair == "" || item.Belief == Neither || answers[i].Missing != "" {
			continue
		}
		key := item.Condition + "\n" + item.Pair
		if _, met := pairs[key]; !met {
			pairs[key] = sums{map[Belief]float64{}, map[Belief]float64{}}
			order = append(order, key)
		}
		pairs[key].n[item.Belief]++
		if answers[i].Choice == item.Right {
			pairs[key].right[item.Belief]++
		}
	}
	var all []float64
	for _, key := range order {
		if p := pairs[key]; p.n[False] > 0 && p.n[True] > 0 {
			all = append(all, p.right[False]/p.n[False]-p.right[True]/p.n[True])
		}
	}
	mean, err := stats.Mean(all)
	if err != nil {
		return nil
	}
	d := &Difference{Pairs: len(all), Value: mean}
	clusters := make([][]float64, len(all))
	for i := range all {
		clusters[i] = all[i : i+1]
	}
	if ci, err := (stats.Bootstrap{Level: level, Seed: seed}).MeanInterval(clusters); err == nil {
		d.CI95 = &[2]float64{ci.Low, ci.High}
	}
	return d
}
