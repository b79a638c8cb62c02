// Package verdict holds what an evaluator answers to what it declared. It is pure, so that both ends of the wire use the
// same rules: the service around an evaluator of ours, and the engine, which cannot know who wrote an evaluator.
//
// A dimension that was asked for and not answered, a number outside the declared range, a label nobody declared: each
// becomes a score without a value that says so. Nothing is dropped in silence and nothing becomes zero.
package verdict

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Question is what an evaluator was asked to score.
type Question struct {
	// Episode is the episode's id; scores get their ids from it.
	Episode string
	// Role is whose doing is scored.
	Role string
	// Turns are the indexes of the turns to score, ascending.
	Turns []int32
	// Whole says that the episode is to be scored too.
	Whole bool
	// Texts are the words of all turns, by index, for checking quotations.
	Texts map[int32]string
	// AbstainBelow is the confidence below which a verdict is none, 0 to 1; see [Abstain].
	AbstainBelow float64
}

// event names the occasion: the same evaluator may be asked about a turn when it is taken and again at the end.
func (q Question) event() string {
	if q.Whole || len(q.Turns) != 1 {
		return "end"
	}
	return fmt.Sprintf("t%d", q.Turns[0])
}

// target is one thing to score: a dimension of a turn, or of the episode.
type target struct {
	dimension string
	turn      int32 // -1: the episode
}

// Settle returns one score for each dimension of each turn asked for and one for each of the episode, in the order
// declared: those of the answer that hold, and reasons where none does. What the answer has beyond the question is kept
// as a score without a value that says so.
func Settle(description *vignettev1.EvaluatorDescription, question Question, answer []*vignettev1.Score) []*vignettev1.Score {
	given := map[target]*vignettev1.Score{}
	var surplus []*vignettev1.Score
	for _, score := range answer {
		at := targetOf(score)
		if _, twice := given[at]; twice || !asked(description, question, at) {
			surplus = append(surplus, score)
			continue
		}
		given[at] = score
	}
	var out []*vignettev1.Score
	for _, spec := range description.GetDimensions() {
		for _, at := range targets(spec, question) {
			out = append(out, settle(description, question, spec, at, given[at]))
		}
	}
	for i, score := range surplus {
		out = append(out, refuse(description, question, score, i))
	}
	return out
}

// None returns a score without a value for everything that was asked for, all with the same reason.
func None(description *vignettev1.EvaluatorDescription, question Question, reason vignettev1.MissingReason, detail string) []*vignettev1.Score {
	var out []*vignettev1.Score
	for _, spec := range description.GetDimensions() {
		for _, at := range targets(spec, question) {
			out = append(out, missing(description, question, at, reason, detail))
		}
	}
	return out
}

// Wrong says what is wrong with a value of a dimension, or "".
func Wrong(spec *vignettev1.DimensionSpec, value *vignettev1.ScoreValue) string {
	number := value.GetNumber()
	switch {
	case math.IsNaN(number) || number < spec.GetMin() || number > spec.GetMax():
		return fmt.Sprintf("%v is outside the declared range %v to %v", number, spec.GetMin(), spec.GetMax())
	case value.GetLabel() != "" && len(spec.GetLabels()) > 0 && !slices.Contains(spec.GetLabels(), value.GetLabel()):
		return fmt.Sprintf("label %q is none of %q", value.GetLabel(), spec.GetLabels())
	}
	return ""
}

func targetOf(score *vignettev1.Score) target {
	if score.TurnIndex == nil {
		return target{score.GetDimension(), -1}
	}
	return target{score.GetDimension(), score.GetTurnIndex()}
}

func targets(spec *vignettev1.DimensionSpec, question Question) []target {
	var out []target
	if spec.GetTurn() {
		for _, turn := range question.Turns {
			out = append(out, target{spec.GetId(), turn})
		}
	}
	if spec.GetEpisode() && question.Whole {
		out = append(out, target{spec.GetId(), -1})
	}
	return out
}

func asked(description *vignettev1.EvaluatorDescription, question Question, at target) bool {
	for _, spec := range description.GetDimensions() {
		if spec.GetId() == at.dimension {
			return slices.Contains(targets(spec, question), at)
		}
	}
	return false
}

func settle(description *vignettev1.EvaluatorDescription, question Question, spec *vignettev1.DimensionSpec, at target, score *vignettev1.Score) *vignettev1.Score {
	switch {
	case score == nil:
		return missing(description, question, at, vignettev1.MissingReason_MISSING_REASON_NOT_ANSWERED, "the evaluator left it out")
	case score.GetValue() == nil && score.GetMissing() == nil:
		return missing(description, question, at, vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, "neither a value nor a reason")
	}
	score = proto.CloneOf(score)
	sign(score, description, question, at)
	if wrong := breaks(spec, question, score); wrong != "" {
		return missing(description, question, at, vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, wrong)
	}
	return Abstain(score, question.AbstainBelow)
}

// breaks says which rule a score breaks, or "".
func breaks(spec *vignettev1.DimensionSpec, question Question, score *vignettev1.Score) string {
	if score.GetValue() != nil {
		if wrong := Wrong(spec, score.GetValue()); wrong != "" {
			return wrong
		}
	}
	if wrong := wrongSpan(score.GetSpans(), question.Texts); wrong != "" {
		return wrong
	}
	if err := protovalidate.Validate(score); err != nil {
		return err.Error()
	}
	return ""
}

// wrongSpan says which span quotes something that was not said there, or "".
func wrongSpan(spans []*vignettev1.CodedSpan, texts map[int32]string) string {
	for _, coded := range spans {
		span := coded.GetSpan()
		text, ok := texts[coded.GetTurnIndex()]
		if !ok {
			return fmt.Sprintf("a span of %q is in turn %d, which there is not", coded.GetCode(), coded.GetTurnIndex())
		}
		points := []rune(text)
		start, end := int(span.GetStart()), int(span.GetEnd())
		if start < 0 || end < start || end > len(points) {
			return fmt.Sprintf("a span of %q is %d to %d, turn %d has %d characters", coded.GetCode(), start, end, coded.GetTurnIndex(), len(points))
		}
		if said := string(points[start:end]); said != span.GetQuote() {
			return fmt.Sprintf("a span of %q quotes %q where turn %d says %q", coded.GetCode(), span.GetQuote(), coded.GetTurnIndex(), said)
		}
	}
	return ""
}

// maxDetail is how many characters of a reason are kept: it may stand beside many scores.
const maxDetail = 400

// Shorten cuts a reason that has grown too long, as errors of other programs do.
func Shorten(text string) string {
	if points := []rune(text); len(points) > maxDetail {
		return string(points[:maxDetail-1]) + "…"
	}
	return text
}

func missing(description *vignettev1.EvaluatorDescription, question Question, at target, reason vignettev1.MissingReason, detail string) *vignettev1.Score {
	score := &vignettev1.Score{
		Dimension: at.dimension,
		Outcome:   &vignettev1.Score_Missing{Missing: &vignettev1.Missing{Reason: reason, Detail: Shorten(detail)}},
	}
	sign(score, description, question, at)
	return score
}

// refuse keeps what was not asked for in sight without letting it count.
func refuse(description *vignettev1.EvaluatorDescription, question Question, score *vignettev1.Score, nth int) *vignettev1.Score {
	at := targetOf(score)
	out := missing(description, question, at, vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER,
		"the evaluator scored what it was not asked for, or scored it twice")
	out.Id = fmt.Sprintf("%s-surplus%d", out.GetId(), nth)
	return out
}

// sign fills in who scored what.
func sign(score *vignettev1.Score, description *vignettev1.EvaluatorDescription, question Question, at target) {
	where := "episode"
	if at.turn >= 0 {
		where = fmt.Sprintf("t%d", at.turn)
		score.TurnIndex = proto.Int32(at.turn)
	}
	score.Id = question.Episode + "-s" + fingerprint(description.GetName(), question.Role, at.dimension, where, question.event())
	score.Evaluator, score.Role = description.GetName(), question.Role
	// Who scored is ours to say; which prompt it used, and which model when that is chosen by whoever asks, only the
	// evaluator knows.
	score.Provenance = &vignettev1.Provenance{
		Agent:      description.GetName(),
		Mind:       description.GetMethod(),
		Model:      cmp.Or(score.GetProvenance().GetModel(), description.GetModel()),
		Version:    description.GetVersion(),
		PromptHash: score.GetProvenance().GetPromptHash(),
	}
}

// fingerprint is the same for the same parts and, with sizes before them, for no others.
func fingerprint(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}
