package emotion

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators"
	"github.com/vignette-sim/vignette/evaluators/emotion/expressed"
	"github.com/vignette-sim/vignette/evaluators/emotion/taxonomy"
	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Sources of the vocabularies.
const (
	ekmanSource    = "Ekman (1992), An argument for basic emotions"
	goSource       = "Demszky et al. (2020), GoEmotions: A Dataset of Fine-Grained Emotions"
	valenceSource  = "Russell (1980), A circumplex model of affect"
	ourRules       = " Read from English words by rules; what is given to others, supposed or denied does not count."
	clinicalSource = "The clinical vocabulary of the contracts (Emotion)"
)

// expressedDimensions are those that are read from words.
func expressedDimensions() []*vignettev1.DimensionSpec {
	clinical := clinicalNames()
	return []*vignettev1.DimensionSpec{
		{
			Id: Expressed, Title: "Expressed emotions", Max: float64(len(clinical)), Turn: true, Labels: clinical, Scale: vignettev1.Scale_SCALE_CODES, Source: clinicalSource,
			Definition: "Emotions the speaker expresses as his or her own, in the clinical vocabulary, each a span with its intensity." + ourRules,
		},
		{
			Id: Ekman, Title: "Basic emotion", Max: float64(len(taxonomy.Ekman()) - 1), Turn: true, Labels: taxonomy.Ekman(), Scale: vignettev1.Scale_SCALE_NOMINAL, Source: ekmanSource,
			Definition: "The one of Ekman's six emotions that is expressed most, or neutral." + ourRules,
		},
		{
			Id: GoEmotions, Title: "Fine emotions", Max: float64(len(taxonomy.GoEmotions())), Turn: true, Labels: taxonomy.GoEmotions(), Scale: vignettev1.Scale_SCALE_CODES, Source: goSource,
			Definition: "Those of the 27 emotions of GoEmotions that are expressed about as strongly as the strongest; neutral where none is." + ourRules,
		},
		{
			Id: Valence, Title: "Valence", Min: -1, Max: 1, Turn: true, Source: valenceSource,
			Definition: "How pleasant what is expressed is, -1 to 1: the valences of the emotions, weighted by intensity; 0 where none is expressed." + ourRules,
		},
		{
			Id: Intensity, Title: "Intensity", Max: 1, Turn: true, Source: valenceSource,
			Definition: "How strong the strongest expressed emotion is, 0 (none is expressed) to 1." + ourRules,
		},
		{
			Id: Trajectory, Title: "Trajectory", Min: -2, Max: 2, Episode: true, Source: valenceSource,
			Definition: "By how much the expressed valence rises from one turn of the role to its next: the slope of a line fitted to all its turns with words. Negative is a decline.",
		},
	}
}

// clinicalNames are the short names of the clinical vocabulary, in its order.
func clinicalNames() []string {
	values := vignettev1.Emotion(0).Descriptor().Values()
	var names []string
	for i := range values.Len() {
		if values.Get(i).Number() != 0 {
			names = append(names, enumname.Short(values.Get(i)))
		}
	}
	return names
}

// express reads what the turns of the role express.
func express(request *vignettev1.EvaluateRequest) []*vignettev1.Score {
	var scores []*vignettev1.Score
	var valences []float64
	for _, turn := range turnsOf(request) {
		text := spoken(turn.GetAction())
		switch {
		case !speaks(request):
			scores = append(scores, unread(turn.GetIndex(), vignettev1.MissingReason_MISSING_REASON_LANGUAGE_NOT_SUPPORTED, "words are read in English only")...)
		case strings.TrimSpace(text) == "":
			scores = append(scores, unread(turn.GetIndex(), vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, "nothing was said")...)
		default:
			reading := expressed.Of(utterance.Text(text))
			valences = append(valences, reading.Valence)
			scores = append(scores, scoresOf(turn.GetIndex(), text, reading)...)
		}
	}
	if request.TurnIndex == nil {
		scores = append(scores, trajectory(speaks(request), valences))
	}
	return scores
}

// ComposeTrajectory is the trajectory of an episode, from the valences of the turns of a role that were read, oldest first.
func ComposeTrajectory(valences []float64) *vignettev1.Score { return trajectory(true, valences) }

// unread are the scores of a turn whose words were not read.
func unread(turn int32, reason vignettev1.MissingReason, detail string) []*vignettev1.Score {
	var scores []*vignettev1.Score
	for _, dimension := range []string{Expressed, Ekman, GoEmotions, Valence, Intensity} {
		scores = append(scores, &vignettev1.Score{Dimension: dimension, TurnIndex: proto.Int32(turn), Outcome: evaluators.Without(reason, detail)})
	}
	return scores
}

// scoresOf are the scores of a turn that was read.
func scoresOf(turn int32, text string, reading expressed.Reading) []*vignettev1.Score {
	why := rationale(reading)
	score := func(dimension string, value *vignettev1.ScoreValue, spans []*vignettev1.CodedSpan) *vignettev1.Score {
		return &vignettev1.Score{
			Dimension: dimension, TurnIndex: proto.Int32(turn), Outcome: &vignettev1.Score_Value{Value: value}, Spans: spans, Rationale: why,
		}
	}
	label, confidence := reading.Ekman()
	ekman := score(Ekman, &vignettev1.ScoreValue{Number: float64(slices.Index(taxonomy.Ekman(), label)), Label: label}, ekmanSpans(turn, label, reading))
	ekman.Confidence = &confidence
	clinical, fine := clinicalSpans(turn, reading), fineSpans(turn, text, reading)
	return []*vignettev1.Score{
		score(Expressed, &vignettev1.ScoreValue{Number: countCodes(clinical)}, clinical),
		ekman,
		score(GoEmotions, &vignettev1.ScoreValue{Number: countCodes(fine)}, fine),
		score(Valence, &vignettev1.ScoreValue{Number: reading.Valence}, nil),
		score(Intensity, &vignettev1.ScoreValue{Number: reading.Intensity}, nil),
	}
}

// codedSpan marks words for a label of a dimension.
func codedSpan(turn int32, dimension, label string, span language.Span, intensity float64) *vignettev1.CodedSpan {
	return &vignettev1.CodedSpan{
		TurnIndex: turn, Code: dimension, Label: label, Intensity: proto.Float64(intensity),
		Span: &vignettev1.Span{Start: int32(span.Start), End: int32(span.End), Quote: span.Quote},
	}
}

func clinicalSpans(turn int32, reading expressed.Reading) []*vignettev1.CodedSpan {
	var spans []*vignettev1.CodedSpan
	for _, f := range reading.Findings {
		if f.Clinical == vignettev1.Emotion_EMOTION_UNSPECIFIED {
			continue
		}
		for _, span := range f.Spans {
			spans = append(spans, codedSpan(turn, Expressed, enumname.Of(f.Clinical), span, f.Intensity))
		}
	}
	return spans
}

func ekmanSpans(turn int32, label string, reading expressed.Reading) []*vignettev1.CodedSpan {
	var spans []*vignettev1.CodedSpan
	for _, f := range reading.Findings {
		if f.Ekman != label {
			continue
		}
		for _, span := range f.Spans {
			spans = append(spans, codedSpan(turn, Ekman, label, span, f.Intensity))
		}
	}
	return spans
}

// fineSpans mark the strongest emotions; a text that expresses none is neutral as a whole.
func fineSpans(turn int32, text string, reading expressed.Reading) []*vignettev1.CodedSpan {
	var spans []*vignettev1.CodedSpan
	for _, f := range reading.Strongest() {
		for _, span := range f.Spans {
			spans = append(spans, codedSpan(turn, GoEmotions, f.GoEmotion, span, f.Intensity))
		}
	}
	if len(spans) == 0 {
		whole := language.Slice(text, 0, utf8.RuneCountInString(text))
		spans = append(spans, codedSpan(turn, GoEmotions, taxonomy.Neutral, whole, 1))
		spans[0].Intensity = nil
	}
	return spans
}

// countCodes is how many different labels some spans have.
func countCodes(spans []*vignettev1.CodedSpan) float64 {
	seen := map[string]bool{}
	for _, span := range spans {
		seen[span.GetLabel()] = true
	}
	return float64(len(seen))
}

// rationale says in words what was read.
func rationale(reading expressed.Reading) string {
	var parts []string
	for _, f := range reading.Findings {
		var quotes []string
		for _, span := range f.Spans {
			quotes = append(quotes, "“"+span.Quote+"”")
		}
		part := fmt.Sprintf("%s %.2f (%s", f.Feeling, f.Intensity, strings.Join(quotes[:min(len(quotes), maxQuotes)], ", "))
		if f.Why != "" {
			part += ", " + f.Why
		}
		parts = append(parts, part+")")
	}
	switch {
	case len(parts) > 0:
		return "Expresses " + strings.Join(parts, ", ") + "."
	case reading.Others:
		return "An emotion is named, and it is somebody else's, denied or only supposed."
	default:
		return "No words or signs of emotion."
	}
}

// maxQuotes is how many pieces of evidence a rationale quotes for each feeling; the spans have all.
const maxQuotes = 3

// trajectory fits a line to the valences of the role's turns.
func trajectory(known bool, valences []float64) *vignettev1.Score {
	score := &vignettev1.Score{Dimension: Trajectory}
	n := float64(len(valences))
	switch {
	case !known:
		score.Outcome = evaluators.Without(vignettev1.MissingReason_MISSING_REASON_LANGUAGE_NOT_SUPPORTED, "words are read in English only")
		return score
	case n < 2:
		score.Outcome = evaluators.Without(vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA, fmt.Sprintf("%d turns with words; a slope needs two", len(valences)))
		return score
	}
	var sum, above, below float64
	for _, v := range valences {
		sum += v
	}
	for i, v := range valences {
		x := float64(i) - (n-1)/2
		above, below = above+x*(v-sum/n), below+x*x
	}
	score.Outcome = evaluators.Value(above / below)
	score.Rationale = fmt.Sprintf("Expressed valence from %.2f to %.2f over %d turns.", valences[0], valences[len(valences)-1], len(valences))
	return score
}
