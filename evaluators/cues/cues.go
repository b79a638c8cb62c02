package cues

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators"
	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// English is all that rules made of phrases can read.
var English = []string{"en"}

// Rule says which phrases show a label.
type Rule struct {
	Label   string
	Phrases *language.Phrases
	// Undenied wants a phrase that is not denied; a question may have it.
	Undenied bool
	// Asserted wants a phrase that is not denied and not asked about.
	Asserted bool
	// Asked wants a question.
	Asked bool
}

// Says is the rule of a label whose phrases count wherever they stand. Tables are as utterance.Phrases has them.
func Says(label string, tables ...string) Rule {
	return Rule{Label: label, Phrases: utterance.Phrases(tables...)}
}

// Asserts is the rule of a label whose phrases count where they are said to be so: not denied, not asked.
func Asserts(label string, tables ...string) Rule {
	return Rule{Label: label, Phrases: utterance.Phrases(tables...), Asserted: true}
}

// Names is the rule of a label whose phrases count unless they are denied, in questions too.
func Names(label string, tables ...string) Rule {
	return Rule{Label: label, Phrases: utterance.Phrases(tables...), Undenied: true}
}

// Asks is the rule of a label whose phrases count in a question.
func Asks(label string, tables ...string) Rule {
	return Rule{Label: label, Phrases: utterance.Phrases(tables...), Asked: true}
}

// Dimension is a dimension and the rules of its labels. An ordinal one has the highest label that is found, and the lowest where
// none is; one of codes has all that are found. An episode has the highest of its turns.
type Dimension struct {
	Spec  *vignettev1.DimensionSpec
	Rules []Rule
}

// Hit is a place where a rule was found.
type Hit struct {
	Label string
	Span  language.Span
}

// Find returns what the rules find in some words, in the order of the words.
func Find(rules []Rule, text string) []Hit {
	return find(rules, text, utterance.Sentences(text))
}

func find(rules []Rule, text string, sentences []utterance.Sentence) []Hit {
	var hits []Hit
	for i := range sentences {
		s := &sentences[i]
		if s.Broken {
			continue
		}
		for r := range rules {
			hits = rules[r].in(s, text, hits)
		}
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return a.Span.Start - b.Span.Start })
	return hits
}

// in adds what of the rule is in a sentence to hits.
func (r *Rule) in(s *utterance.Sentence, text string, hits []Hit) []Hit {
	if asked := s.Form != language.NoQuestion; (r.Asked || r.Asserted) && asked != r.Asked {
		return hits
	}
	for _, match := range r.Phrases.Find(s.Tokens) {
		if (r.Asserted || r.Undenied) && language.Negated(s.Tokens, match.First) {
			continue
		}
		hits = append(hits, Hit{r.Label, language.Cover(text, s.Tokens[match.First:match.Last])})
	}
	return hits
}

// Evaluator goes by tables. It is safe for concurrent use.
type Evaluator struct {
	description *vignettev1.EvaluatorDescription
	dimensions  []Dimension
}

// New returns the evaluator of some dimensions; version is that of its rules.
func New(version, summary string, dimensions ...Dimension) *Evaluator {
	e := &Evaluator{dimensions: dimensions, description: &vignettev1.EvaluatorDescription{
		Method: "builtin", Version: version, Languages: English, Summary: summary,
	}}
	for _, d := range dimensions {
		e.description.Dimensions = append(e.description.Dimensions, d.Spec)
	}
	return e
}

// Describe says what is measured.
func (e *Evaluator) Describe() *vignettev1.EvaluatorDescription { return e.description }

// Evaluate reads the turns of the role.
func (e *Evaluator) Evaluate(_ context.Context, req *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
	var scores []*vignettev1.Score
	best := make([]*vignettev1.Score, len(e.dimensions))
	for _, turn := range req.GetTurns() {
		if turn.GetRole() != req.GetRole() || req.TurnIndex != nil && turn.GetIndex() != req.GetTurnIndex() {
			continue
		}
		text := turn.GetAction().GetText()
		var sentences []utterance.Sentence
		if utterance.Speaks(turn.GetAction()) {
			sentences = utterance.Sentences(text)
		}
		for i, d := range e.dimensions {
			score := d.score(turn.GetIndex(), text, sentences)
			if d.Spec.GetTurn() {
				scores = append(scores, score)
			}
			if score.GetValue() != nil && (best[i] == nil || score.GetValue().GetNumber() > best[i].GetValue().GetNumber()) {
				best[i] = score
			}
		}
	}
	if req.TurnIndex == nil {
		scores = append(scores, e.episode(best)...)
	}
	return scores, nil
}

func (d Dimension) score(turn int32, text string, sentences []utterance.Sentence) *vignettev1.Score {
	score := &vignettev1.Score{Dimension: d.Spec.GetId(), TurnIndex: proto.Int32(turn)}
	if len(sentences) == 0 {
		score.Outcome = evaluators.Without(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, "Nothing was said.")
		return score
	}
	hits := find(d.Rules, text, sentences)
	score.Outcome = &vignettev1.Score_Value{Value: d.value(hits)}
	score.Spans, score.Rationale = spans(d.Spec.GetId(), turn, hits), rationale(hits)
	return score
}

// value is what hits come to.
func (d Dimension) value(hits []Hit) *vignettev1.ScoreValue {
	if d.Spec.GetScale() == vignettev1.Scale_SCALE_CODES {
		seen := map[string]bool{}
		for _, hit := range hits {
			seen[hit.Label] = true
		}
		return &vignettev1.ScoreValue{Number: float64(len(seen))}
	}
	labels, place := d.Spec.GetLabels(), 0
	for _, hit := range hits {
		place = max(place, slices.Index(labels, hit.Label))
	}
	step := (d.Spec.GetMax() - d.Spec.GetMin()) / float64(len(labels)-1)
	return &vignettev1.ScoreValue{Number: d.Spec.GetMin() + step*float64(place), Label: labels[place]}
}

// episode has the highest of the turns.
func (e *Evaluator) episode(best []*vignettev1.Score) []*vignettev1.Score {
	var out []*vignettev1.Score
	for i, d := range e.dimensions {
		if !d.Spec.GetEpisode() {
			continue
		}
		score := &vignettev1.Score{Dimension: d.Spec.GetId()}
		if best[i] == nil {
			score.Outcome = evaluators.Without(vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA, "the role said nothing")
		} else {
			score = proto.CloneOf(best[i])
			score.TurnIndex = nil
		}
		out = append(out, score)
	}
	return out
}

func spans(code string, turn int32, hits []Hit) []*vignettev1.CodedSpan {
	var out []*vignettev1.CodedSpan
	for _, hit := range hits {
		out = append(out, &vignettev1.CodedSpan{
			TurnIndex: turn, Code: code, Label: hit.Label,
			Span: &vignettev1.Span{Start: int32(hit.Span.Start), End: int32(hit.Span.End), Quote: hit.Span.Quote},
		})
	}
	return out
}

// shown is how many pieces of evidence a rationale quotes; the spans have all.
const shown = 4

func rationale(hits []Hit) string {
	if len(hits) == 0 {
		return "No words of it were found."
	}
	var parts []string
	for _, hit := range hits[:min(len(hits), shown)] {
		parts = append(parts, hit.Label+": “"+hit.Span.Quote+"”")
	}
	return strings.Join(parts, "; ") + "."
}

// Levels is an ordinal dimension of turns and of the episode, which has the highest of its turns. Numbers are 0, 1, ...
func Levels(id, title, source, definition string, labels ...string) *vignettev1.DimensionSpec {
	return &vignettev1.DimensionSpec{
		Id: id, Title: title, Source: source, Definition: definition + " The episode has the highest level of its turns.",
		Max: float64(len(labels) - 1), Labels: labels, Turn: true, Episode: true, Scale: vignettev1.Scale_SCALE_ORDINAL,
	}
}

// Codes is a dimension of turns that may hold any number of codes; the number is how many different ones.
func Codes(id, title, source, definition string, labels ...string) *vignettev1.DimensionSpec {
	return &vignettev1.DimensionSpec{
		Id: id, Title: title, Source: source, Definition: definition,
		Max: float64(len(labels)), Labels: labels, Turn: true, Scale: vignettev1.Scale_SCALE_CODES,
	}
}
