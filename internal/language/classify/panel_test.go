package classify

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// A panel says what its models say.
func TestPanelSaysWhatItsModelsSay(t *testing.T) {
	names := []string{"a", "b", "c", "d", "e", "f"}
	rapid.Check(t, func(t *rapid.T) {
		bagOf := func(label string) *Bag {
			bag := NewBag()
			for range rapid.IntRange(1, 8).Draw(t, label) {
				bag.Add(rapid.SampledFrom(names).Draw(t, "name"), rapid.Float64Range(-2, 2).Draw(t, "value"), 0, 0)
			}
			return bag
		}
		var samples []Sample
		for i := range 9 {
			samples = append(samples, Sample{Bag: bagOf("features"), Label: i % 3})
		}
		labels := []string{"none", "weak", "strong"}
		var models []*Model
		for _, ordered := range []bool{true, false, true} {
			m, err := Train(samples, labels, Options{Penalty: 0.01 * float64(1+len(models)), Ordered: ordered, MinTexts: 1 + len(models)})
			if err != nil {
				t.Fatal(err)
			}
			models = append(models, m)
		}
		bag := bagOf("asked")
		got := NewPanel(models...).Probabilities(bag, nil)
		for k, m := range models {
			for i, p := range m.Probabilities(bag) {
				if math.Abs(p-got[3*k+i]) > 1e-9 {
					t.Fatalf("model %d label %d: %v alone, %v in the panel", k, i, p, got[3*k+i])
				}
			}
		}
	})
}
