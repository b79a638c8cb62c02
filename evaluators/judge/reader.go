package judge

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators"
	"github.com/vignette-sim/vignette/internal/prompt"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// ReaderName is the name under which scenarios use the judge that reads what somebody feels.
const ReaderName = "reader"

// Dimensions of the reader. They score the reading of the judge, not the role: the role is the one who is read.
const (
	// ReaderBrier is the quadratic score of the distribution over emotions, 0 (right) to 2.
	ReaderBrier = "tom.judge_brier"
	// ReaderHit is 1 when the emotion with the largest share is the strongest felt (or as strong), else 0.
	ReaderHit = "tom.judge_hit"
	// ReaderDistressError is how far the distress was off, 0-100 SUDS points.
	ReaderDistressError = "tom.judge_distress_error"
)

// unity is how far shares may be from making 1, for rounding; they are divided by what they make.
const unity = 0.02

var (
	readerSystem   = prompt.Must(prompts, "prompts/reader_system.tmpl", "prompts/fence.tmpl")
	readerQuestion = prompt.Must(prompts, "prompts/reader_question.tmpl", "prompts/turn.tmpl")
)

// Reader is the family of theory of mind by a reader: the model is shown what was said up to a turn of the role and says what the
// role feels; the answer is scored against the state the role committed, which the model is never shown. It is a yardstick for
// counselors: what can be read from the words alone.
func Reader() Family {
	spec := func(id, title string, high float64, source, definition string) *vignettev1.DimensionSpec {
		return &vignettev1.DimensionSpec{Id: id, Title: title, Max: high, Turn: true, Episode: true, Source: source,
			Definition: definition + " The episode's is the mean over the role's turns."}
	}
	return Family{
		Description: &vignettev1.EvaluatorDescription{
			Summary: "What the role feels, as a language model reads it from what was said, scored against the state the role committed.",
			Needs:   []vignettev1.Need{vignettev1.Need_NEED_MENTAL_STATES},
			Dimensions: []*vignettev1.DimensionSpec{
				spec(ReaderBrier, "Brier score of the reader", 2, "Brier (1950), Verification of forecasts expressed in terms of probability",
					"Sum over the emotions of the squared difference between the share the reader gave and the share it had in what the role felt "+
						"(intensities divided by their sum). 0 is right, 2 is all on one emotion that was not felt where one was."),
				spec(ReaderHit, "Hit of the reader", 1, "Proportion correct, beside the proper score",
					"1 when the emotion to which the reader gave the largest share is one of those felt most strongly, else 0."),
				spec(ReaderDistressError, "Distress error of the reader", 100, "Distress in SUDS: Wolpe (1969), The Practice of Behavior Therapy",
					"Absolute difference, in SUDS points, between the distress the reader took the role to feel and what it felt. 0 is right."),
			},
		},
		Hidden:  []vignettev1.Need{vignettev1.Need_NEED_MENTAL_STATES},
		Episode: readerMeans,
		turns:   readerForm,
	}
}

func readerForm(dimensions []*vignettev1.DimensionSpec) (*form, error) {
	system, err := readerSystem.Render(struct{ Emotions []string }{emotionNames})
	if err != nil {
		return nil, err
	}
	var shares []member
	for _, name := range emotionNames {
		shares = append(shares, member{name, sure})
	}
	distribution, err := objectSchema(shares)
	if err != nil {
		return nil, err
	}
	schema, err := objectSchema([]member{
		{"reason", text}, {"quote", text}, {"emotions", distribution},
		{"distress", json.RawMessage(`{"maximum":100,"minimum":0,"type":"number"}`)}, {"confidence", sure},
	})
	if err != nil {
		return nil, err
	}
	f := &form{dimensions: dimensions, answer: guesses{}, system: system, schema: string(schema), question: readerQuestion, heard: soFar, idle: nothingCommitted}
	return f.seal(readerSystem, casePrompt, turnPrompt, readerQuestion), nil
}

// soFar is what the role has said up to the turn.
func soFar(o occasion) []said {
	var out []said
	for _, turn := range o.req.GetTurns() {
		if turn.GetRole() == o.req.GetRole() && turn.GetIndex() <= o.turn.GetIndex() {
			out = append(out, said{turn.GetIndex(), turn.GetAction().GetText()})
		}
	}
	return out
}

// nothingCommitted says that a reading could not be scored, so that nobody is asked for one.
func nothingCommitted(o occasion) (vignettev1.MissingReason, string) {
	state := o.committed()
	if felt(state) == nil && (state == nil || state.Distress == nil) {
		return vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING, "the role committed neither feelings with intensities nor distress in this turn"
	}
	return vignettev1.MissingReason_MISSING_REASON_UNSPECIFIED, ""
}

// committed is the state behind the turn, nil where there is none.
func (o occasion) committed() *vignettev1.MentalState {
	for _, private := range o.req.GetPrivateTurns() {
		if private.GetIndex() == o.turn.GetIndex() {
			return private.GetMentalState()
		}
	}
	return nil
}

// felt is the share of each emotion in what a state has, by name; nil where it has none, or does not say how strong.
func felt(state *vignettev1.MentalState) map[string]float64 {
	total := 0.0
	out := map[string]float64{}
	for _, each := range state.GetFelt() {
		if each.Intensity == nil {
			return nil // How strong it is was not said, so no share is known.
		}
		out[short(each.GetEmotion())] += each.GetIntensity()
		total += each.GetIntensity()
	}
	if total == 0 {
		return nil
	}
	for name := range out {
		out[name] /= total
	}
	return out
}

// guesses is the form of an answer that says what somebody feels.
type guesses struct{}

func (guesses) read(o occasion, raw string, texts []said) ([]*vignettev1.Score, error) {
	whole, err := object([]byte(raw))
	if err != nil {
		return nil, err
	}
	if err := exactly(whole, []string{"reason", "quote", "emotions", "distress", "confidence"}); err != nil {
		return nil, err
	}
	reason, confidence, err := readGround(whole)
	if err != nil {
		return o.none(vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, err.Error()), nil
	}
	turn, span, err := readQuote(whole, texts)
	if err != nil {
		return o.none(vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, err.Error()), nil
	}
	shares, wrongShares := readShares(whole["emotions"])
	if errors.Is(wrongShares, errUnweighed) {
		return o.none(vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, wrongShares.Error()), nil
	}
	distress, wrongDistress := readNumber("distress", whole["distress"], 0, 100)
	var scores []*vignettev1.Score
	for _, spec := range o.form.dimensions {
		wrong := wrongShares
		if spec.GetId() == ReaderDistressError {
			wrong = wrongDistress
		}
		if wrong != nil {
			scores = append(scores, o.without(spec, vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, wrong.Error()))
			continue
		}
		score := o.compare(spec, shares, distress)
		if score.GetValue() != nil {
			score.Rationale, score.Confidence = clip(score.GetRationale()+" "+reason), proto.Float64(confidence)
			score.Spans = []*vignettev1.CodedSpan{{TurnIndex: turn, Span: span, Code: spec.GetId()}}
		}
		scores = append(scores, score)
	}
	return scores, nil
}

// readQuote finds the words a reading rests on. A role that has said nothing can be read without.
func readQuote(whole map[string]json.RawMessage, texts []said) (turn int32, span *vignettev1.Span, err error) {
	var quote string
	if err := pick(whole, "quote", &quote); err != nil {
		return 0, nil, err
	}
	if strings.TrimSpace(quote) == "" {
		return 0, nil, errors.New("a reading without words that show it")
	}
	turn, span, ok := locate(texts, quote)
	if !ok {
		return 0, nil, fmt.Errorf("it quotes %q, which the one it reads has not said by then", clipTo(quote, 200))
	}
	return turn, span, nil
}

// readShares reads a distribution: every emotion, each 0-1, together 1 but for rounding.
func readShares(raw json.RawMessage) (map[string]float64, error) {
	members, err := object(raw)
	if err != nil {
		return nil, fmt.Errorf("emotions: %w", err)
	}
	if err := exactly(members, emotionNames); err != nil {
		return nil, fmt.Errorf("emotions: %w", err)
	}
	shares, total := map[string]float64{}, 0.0
	for _, name := range emotionNames {
		share, err := readNumber(name, members[name], 0, 1)
		if err != nil {
			return nil, fmt.Errorf("emotions: %w", err)
		}
		shares[name] = share
		total += share
	}
	if math.Abs(total-1) > unity {
		return nil, fmt.Errorf("emotions: the shares make %.3g together and not 1, %w", total, errUnweighed)
	}
	for name := range shares {
		shares[name] /= total
	}
	return shares, nil
}

// compare scores a reading against the state the role committed.
func (o occasion) compare(spec *vignettev1.DimensionSpec, shares map[string]float64, distress float64) *vignettev1.Score {
	state := o.committed()
	score := &vignettev1.Score{Dimension: spec.GetId(), TurnIndex: o.index()}
	if spec.GetId() == ReaderDistressError {
		if state == nil || state.Distress == nil {
			return o.without(spec, vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING, "the role committed no distress in this turn")
		}
		score.Outcome = evaluators.Value(math.Abs(distress - state.GetDistress()))
		score.Rationale = fmt.Sprintf("Read at %.0f; it was at %.0f, %s.", distress, state.GetDistress(), evaluators.SourceOf(state))
		return score
	}
	truth := felt(state)
	if truth == nil {
		return o.without(spec, vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING, "the role committed no feelings with intensities in this turn")
	}
	if spec.GetId() == ReaderHit {
		score.Outcome = evaluators.Value(hit(shares, truth))
	} else {
		score.Outcome = evaluators.Value(brier(shares, truth))
	}
	score.Rationale = fmt.Sprintf("Read as %s; it felt %s, %s.", most(shares), most(truth), evaluators.SourceOf(state))
	return score
}

// brier is the quadratic score of shares against shares, 0 to 2 (Brier 1950, with a distribution in the outcome's place: the
// expected score of the shares when the outcome is drawn from the truth, less what the truth itself would score).
func brier(shares, truth map[string]float64) float64 {
	sum := 0.0
	for _, name := range emotionNames {
		d := shares[name] - truth[name]
		sum += d * d
	}
	return min(sum, 2) // the sum may be rounded up
}

// hit is 1 when the largest share is given to an emotion that is felt as strongly as any. Where several have the largest share, each
// counts for its part.
func hit(shares, truth map[string]float64) float64 {
	top, strongest := largest(shares), largest(truth)
	right := 0.0
	for _, name := range top {
		if slices.Contains(strongest, name) {
			right++
		}
	}
	return right / float64(len(top))
}

// largest are the emotions with the largest share, in the vocabulary's order.
func largest(shares map[string]float64) []string {
	var out []string
	high := 0.0
	for _, name := range emotionNames {
		switch share := shares[name]; {
		case share > high+1e-9:
			out, high = []string{name}, share
		case share > high-1e-9:
			out = append(out, name)
		}
	}
	return out
}

// most names up to three emotions with the largest shares.
func most(shares map[string]float64) string {
	names := slices.Clone(emotionNames)
	slices.SortStableFunc(names, func(a, b string) int {
		switch {
		case shares[a] > shares[b]:
			return -1
		case shares[a] < shares[b]:
			return 1
		}
		return 0
	})
	var parts []string
	for _, name := range names[:3] {
		if shares[name] > 0 {
			parts = append(parts, fmt.Sprintf("%s %.2f", name, shares[name]))
		}
	}
	return strings.Join(parts, ", ")
}

// readerMeans are the means over the turns. One that is missing, but for turns that do not apply, leaves the mean unknown.
func readerMeans(_ *vignettev1.EvaluateRequest, turns []*vignettev1.Score) []*vignettev1.Score {
	var out []*vignettev1.Score
	for _, id := range []string{ReaderBrier, ReaderHit, ReaderDistressError} {
		out = append(out, meanOf(id, turns))
	}
	return out
}

func meanOf(dimension string, turns []*vignettev1.Score) *vignettev1.Score {
	score := &vignettev1.Score{Dimension: dimension}
	sum, n := 0.0, 0.0
	for _, each := range turns {
		switch {
		case each.GetDimension() != dimension:
		case each.GetValue() != nil:
			sum, n = sum+each.GetValue().GetNumber(), n+1
		case each.GetMissing().GetReason() != vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE:
			score.Outcome = evaluators.Without(vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING,
				fmt.Sprintf("turn %d has no value: %s", each.GetTurnIndex(), each.GetMissing().GetDetail()))
			return score
		}
	}
	if n == 0 {
		score.Outcome = evaluators.Without(vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA, "no turn could be read")
		return score
	}
	score.Outcome = evaluators.Value(sum / n)
	score.Rationale = fmt.Sprintf("Mean over %.0f turns.", n)
	return score
}
