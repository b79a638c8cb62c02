// Package formulation compares a trainee's formulation of a client with the client's cognitive model, field by field: the exercise of
// PATIENT-Psi (Wang et al. 2024) on Judith Beck's cognitive conceptualization diagram (2011).
//
// It is pure and imports the contracts and internal/language. Start reading at [Score].
package formulation

import (
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// TextMethod says how texts are compared.
const TextMethod = "F1 of content words by stem, of what was handed in and the reference; words alike, not meanings alike: a paraphrase scores low"

// Methods of fields.
const (
	bySet  = "set F1"
	byText = "text"
)

// Score compares a formulation with a client's model. Of several situations in the model the one counts that is most like the one
// handed in.
func Score(submitted *vignettev1.Formulation, model *vignettev1.CognitiveModel) *vignettev1.ScoredFormulation {
	reference := Reference(model, submitted.GetSituation())
	out := &vignettev1.ScoredFormulation{Submitted: submitted, Reference: reference, TextMethod: TextMethod}
	text := func(field, mine, theirs string) {
		if theirs == "" {
			return
		}
		f := &vignettev1.ScoredFormulation_FieldScore{Field: field, Method: byText}
		if strings.TrimSpace(mine) != "" {
			f.Score = proto.Float64(f1Text(mine, theirs))
		}
		out.Fields = append(out.Fields, f)
	}
	text("situation", submitted.GetSituation(), reference.GetSituation())
	text("automatic_thoughts", submitted.GetAutomaticThoughts(), reference.GetAutomaticThoughts())
	if len(reference.GetEmotions()) > 0 {
		out.Fields = append(out.Fields, set("emotions", submitted.GetEmotions(), reference.GetEmotions()))
	}
	text("behaviors", submitted.GetBehaviors(), reference.GetBehaviors())
	if len(reference.GetCoreBeliefs()) > 0 {
		out.Fields = append(out.Fields, set("core_beliefs", submitted.GetCoreBeliefs(), reference.GetCoreBeliefs()))
	}
	text("intermediate_beliefs", submitted.GetIntermediateBeliefs(), reference.GetIntermediateBeliefs())
	text("coping_strategies", submitted.GetCopingStrategies(), reference.GetCopingStrategies())
	text("relevant_history", submitted.GetRelevantHistory(), reference.GetRelevantHistory())
	return out
}

// Reference is a model in the form of the exercise, with the situation that is most like the one given, or the first.
func Reference(model *vignettev1.CognitiveModel, situation string) *vignettev1.Formulation {
	out := &vignettev1.Formulation{
		RelevantHistory: strings.TrimSpace(model.GetRelevantHistory()), CopingStrategies: strings.Join(model.GetCopingStrategies(), " "),
		IntermediateBeliefs: strings.Join(append(append([]string{}, model.GetIntermediateBeliefs()...), model.GetIntermediateBeliefsWhenDepressed()...), " "),
	}
	seen := map[vignettev1.CoreBelief_Category]bool{vignettev1.CoreBelief_CATEGORY_UNSPECIFIED: true}
	for _, belief := range model.GetCoreBeliefs() {
		if !seen[belief.GetCategory()] {
			seen[belief.GetCategory()] = true
			out.CoreBeliefs = append(out.CoreBeliefs, belief.GetCategory())
		}
	}
	var nearest *vignettev1.DiagramSituation
	best := -1.0
	for _, s := range model.GetSituations() {
		if like := f1Text(situation, s.GetSituation()+" "+strings.Join(s.GetAutomaticThoughts(), " ")); like > best {
			nearest, best = s, like
		}
	}
	if nearest == nil {
		return out
	}
	out.Situation, out.AutomaticThoughts = nearest.GetSituation(), strings.Join(nearest.GetAutomaticThoughts(), " ")
	out.Behaviors = strings.Join(nearest.GetBehaviors(), " ")
	felt := map[vignettev1.Emotion]bool{}
	for _, emotion := range nearest.GetEmotions() {
		if !felt[emotion.GetEmotion()] {
			felt[emotion.GetEmotion()] = true
			out.Emotions = append(out.Emotions, emotion.GetEmotion())
		}
	}
	return out
}

// set compares two sets: twice what they share, divided by what both have (F1, Dice).
func set[T comparable](field string, mine, theirs []T) *vignettev1.ScoredFormulation_FieldScore {
	f := &vignettev1.ScoredFormulation_FieldScore{Field: field, Method: bySet}
	if len(mine) == 0 {
		return f // nothing handed in is not a wrong answer
	}
	in := map[T]bool{}
	for _, x := range theirs {
		in[x] = true
	}
	shared := 0
	for _, x := range mine {
		if in[x] {
			shared++
		}
	}
	f.Score = proto.Float64(2 * float64(shared) / float64(len(mine)+len(theirs)))
	return f
}

// f1Text is the F1 of the content words of two texts.
func f1Text(a, b string) float64 {
	one, two := language.StemsOf(language.ContentWords(language.Tokens(a))), language.StemsOf(language.ContentWords(language.Tokens(b)))
	if len(one)+len(two) == 0 {
		return 0
	}
	return 2 * float64(one.Shared(two)) / float64(len(one)+len(two))
}
