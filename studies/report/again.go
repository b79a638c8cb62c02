package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// Again is a command that plays a run again: its scenarios, factors, repeats, seed and models. A study is named by its id, which is that of a study
// that ships or stands for its file.
func Again(m *vignettev1.Manifest) string {
	from := map[string]string{}
	for _, source := range m.GetSources() {
		from[source.GetScenario()] = source.GetFrom()
	}
	words := []string{"vignette", "run"}
	if study := m.GetStudy(); study != nil {
		words = append(words, quoted(study.GetId()), "--repeats", fmt.Sprint(m.GetRepeats()), "--seed", fmt.Sprint(m.GetSeed()))
		return strings.Join(append(words, modelWords(m)...), " ")
	}
	for _, scenario := range m.GetScenarios() {
		words = append(words, quoted(cmp.Or(from[scenario.GetId()], scenario.GetId())))
	}
	for _, factor := range m.GetFactors() {
		var levels []string
		for _, level := range factor.GetLevels() {
			levels = append(levels, level.GetName())
		}
		words = append(words, "--vary", quoted(scenarios.Label(factor)+"="+strings.Join(levels, ",")))
	}
	words = append(words, "--repeats", fmt.Sprint(m.GetRepeats()), "--seed", fmt.Sprint(m.GetSeed()))
	return strings.Join(append(words, modelWords(m)...), " ")
}

// modelWords are the words of a command that say who plays.
func modelWords(m *vignettev1.Manifest) []string {
	var models []string
	for _, who := range slices.Sorted(maps.Keys(m.GetModels())) {
		models = append(models, strings.TrimPrefix(who+"="+m.GetModels()[who], "="))
	}
	if len(models) == 0 {
		return nil
	}
	return []string{"--model", quoted(strings.Join(models, ","))}
}

// quoted is a word as a shell takes it.
func quoted(word string) string {
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-/=,:+@", r)
	}) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
