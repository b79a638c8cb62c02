package mi

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// silent are the scores of a turn without words.
func silent(index int32) []*vignettev1.Score {
	return notThis(slices.Concat(counselorDimensions(), clientDimensions()), index, "nothing was said")
}

// miti are MITI's names for a finding.
func (f finding) miti() []string {
	var names []string
	if name, counted := mitiOf[f.code]; counted {
		names = append(names, name)
	}
	if f.seek {
		names = append(names, "Seek")
	}
	return names
}

// counselorScores are those of a counselor's turn.
func counselorScores(t *turn, r *reading) []*vignettev1.Score {
	scores := []*vignettev1.Score{
		r.score(Main, t, mainLabels, r.main, func(f finding) bool { return f.code.behaviour() == r.main }),
		r.behaviours(t),
		r.questionScore(t), r.reflectionScore(t), r.inputScore(t),
		coded(MISC, t, r.findings, func(f finding) []string { return []string{string(f.code)} }),
		coded(MITI, t, r.findings, finding.miti),
		coded(Peer, t, r.findings, func(f finding) []string {
			if f.peer == "" {
				return nil
			}
			return []string{f.peer}
		}),
	}
	return append(scores, notThis(clientDimensions(), t.index, "the role is no client")...)
}

var mainLabels = []string{"question", "reflection", "therapist_input", "other"}

// score is a nominal score: a label, its place among the labels, and the findings that speak for it.
func (r *reading) score(dimension string, t *turn, labels []string, place int, speaks func(finding) bool) *vignettev1.Score {
	score := &vignettev1.Score{
		Dimension: dimension, TurnIndex: proto.Int32(t.index),
		Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: float64(place), Label: labels[place]}},
	}
	for _, f := range r.findings {
		if speaks(f) {
			score.Spans = append(score.Spans, span(t.index, dimension, labels[place], f.span))
			if score.Rationale == "" {
				score.Rationale = "“" + clip(f.span.Quote) + "” " + f.why + "."
			}
		}
	}
	return score
}

func (r *reading) behaviours(t *turn) *vignettev1.Score {
	return coded(Behaviours, t, r.findings, func(f finding) []string {
		if b := f.code.behaviour(); b != other {
			return []string{mainLabels[b]}
		}
		return nil
	})
}

func (r *reading) questionScore(t *turn) *vignettev1.Score {
	if !r.has(question) {
		return at(inapplicable(Question, "nothing is asked"), t.index)
	}
	place, code := 0, closedQuestion
	if r.open {
		place, code = 1, openQuestion
	}
	shown := r.coded(code)
	return r.score(Question, t, []string{"closed", "open"}, place, func(f finding) bool {
		return f.code == code || !shown && f.code.behaviour() == question
	})
}

func (r *reading) reflectionScore(t *turn) *vignettev1.Score {
	if !r.has(reflection) {
		return at(inapplicable(Reflection, "nothing is reflected"), t.index)
	}
	place, code := 0, simpleReflection
	if r.coded(complexReflect) {
		place, code = 1, complexReflect
	}
	return r.score(Reflection, t, []string{"simple", "complex"}, place, func(f finding) bool { return f.code == code })
}

func (r *reading) inputScore(t *turn) *vignettev1.Score {
	if !r.has(input) {
		return at(inapplicable(Input, "nothing is brought in"), t.index)
	}
	var words [4]int
	for _, f := range r.findings {
		if f.code.behaviour() == input {
			words[f.input] += f.words
		}
	}
	kind := slices.Index(words[:], slices.Max(words[:]))
	labels := []string{"information", "advice", "options", "negotiation"}
	return r.score(Input, t, labels, kind, func(f finding) bool { return f.code.behaviour() == input && f.input == kind })
}

func (r *reading) coded(c code) bool {
	return slices.ContainsFunc(r.findings, func(f finding) bool { return f.code == c })
}

// coded is a score of codes: each finding is a span with the labels it has.
func coded(dimension string, t *turn, findings []finding, labelsOf func(finding) []string) *vignettev1.Score {
	score := &vignettev1.Score{Dimension: dimension, TurnIndex: proto.Int32(t.index)}
	var seen, said []string
	for _, f := range findings {
		for _, label := range labelsOf(f) {
			score.Spans = append(score.Spans, span(t.index, dimension, label, f.span))
			if !slices.Contains(seen, label) {
				seen = append(seen, label)
				said = append(said, saying(label, f.span, f.why))
			}
		}
	}
	return withCount(score, len(seen), said)
}

// saying is how a rationale tells of a code.
func saying(label string, s language.Span, why string) string {
	return label + ": “" + clip(s.Quote) + "” " + why
}

func withCount(score *vignettev1.Score, n int, said []string) *vignettev1.Score {
	score.Outcome = &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: float64(n)}}
	score.Rationale = "None of the codes."
	if len(said) > 0 {
		score.Rationale = strings.Join(said, "; ") + "."
	}
	return score
}

// clientScores are those of a client's turn.
func clientScores(t *turn, v *verdictOnTalk) []*vignettev1.Score {
	labels := []string{"sustain", "neutral", "change"}
	talk := &vignettev1.Score{
		Dimension: Client, TurnIndex: proto.Int32(t.index), Rationale: "Nothing leads towards change or away from it.",
		Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: float64(v.talk - neutral), Label: labels[v.talk]}},
	}
	codes := &vignettev1.Score{Dimension: ClientMISC, TurnIndex: proto.Int32(t.index)}
	seen := map[string]bool{}
	var said []string
	for _, l := range v.leans {
		if seen[l.sign()] {
			continue
		}
		seen[l.sign()] = true
		said = append(said, saying(l.sign(), l.span, l.why))
		codes.Spans = append(codes.Spans, span(t.index, ClientMISC, l.sign(), l.span))
		if v.talk != neutral && (l.points > 0) == (v.talk == change) {
			talk.Spans = append(talk.Spans, span(t.index, Client, labels[v.talk], l.span))
		}
	}
	if len(said) > 0 {
		talk.Rationale = strings.Join(said, "; ") + "."
	}
	own := []*vignettev1.Score{talk, withCount(codes, len(seen), said)}
	return append(notThis(counselorDimensions(), t.index, "the role is a client"), own...)
}

func at(score *vignettev1.Score, turn int32) *vignettev1.Score {
	score.TurnIndex = proto.Int32(turn)
	return score
}

func span(turn int32, code, label string, s language.Span) *vignettev1.CodedSpan {
	return &vignettev1.CodedSpan{TurnIndex: turn, Code: code, Label: label, Span: &vignettev1.Span{Start: int32(s.Start), End: int32(s.End), Quote: s.Quote}}
}

// quoted is how many characters of a quotation a rationale shows; the span has all of them.
const quoted = 120

func clip(quote string) string { return language.Clip(quote, quoted) }
