package coach

import (
	"strings"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// question is a question in the trainee's words.
type question struct {
	language.Sentence
	closed bool
}

func (m *Moment) questions() []question {
	var out []question
	for _, sentence := range language.Read(m.Text).Sentences {
		if form := language.FormOf(sentence.Tokens); form != language.NoQuestion {
			out = append(out, question{sentence, form.IsClosed()})
		}
	}
	return out
}

// reflection says back the most telling of what was heard, "" when nothing was told.
func (m *Moment) reflection() string {
	best, most := "", 2 // fewer content words tell little
	for _, sentence := range language.Read(m.Heard).Sentences {
		words := language.Words(sentence.Tokens)
		if language.FormOf(sentence.Tokens) != language.NoQuestion || len(words) > longestReflected {
			continue
		}
		if n := len(language.ContentWords(sentence.Tokens)); n >= most {
			best, most = sentence.Quote, n
		}
	}
	if best == "" {
		return ""
	}
	return language.Finish("It sounds like " + language.LowerFirst(language.Unstop(language.SwapPersons(withoutLead(best)))))
}

// longestReflected is the longest sentence that is said back, in words: a longer one would be read out.
const longestReflected = 22

// withoutLead takes away what only leads into a sentence.
func withoutLead(sentence string) string {
	for {
		first, rest, found := strings.Cut(sentence, " ")
		switch strings.Trim(strings.ToLower(first), ",.…-–") {
		case "well", "yeah", "yes", "no", "but", "and", "so", "because", "oh", "look", "honestly", "anyway", "okay", "ok", "hm", "hmm", "um", "uh", "i mean":
			if found {
				sentence = rest
				continue
			}
		}
		return sentence
	}
}

// replace puts other words in the place of a span.
func replace(text string, span language.Span, words string) string {
	runes := []rune(text)
	return strings.TrimSpace(string(runes[:span.Start]) + words + string(runes[span.End:]))
}

// oneQuestion keeps the first open question of some length, else the first of all opened, and all that is not asked.
func (m *Moment) oneQuestion(questions []question) string {
	kept := questions[0]
	for _, q := range questions {
		if !q.closed && language.CountWords(q.Tokens) > 2 {
			kept = q
			break
		}
	}
	var parts []string
	for _, sentence := range language.Read(m.Text).Sentences {
		if language.FormOf(sentence.Tokens) == language.NoQuestion {
			parts = append(parts, sentence.Quote)
		}
	}
	asked := kept.Quote
	if kept.closed {
		if open := opened(kept.Sentence); open != "" {
			asked = open
		}
	}
	return language.Join(append(parts, asked)...)
}

// opened is a question for yes or no as one that leaves the answer open, about the same thing; "" where it cannot be said so.
func opened(sentence language.Sentence) string {
	words := language.Words(sentence.Tokens)
	if len(words) < 3 || !language.IsAuxiliary(words[0].Norm) {
		return ""
	}
	subject := words[1].Norm
	switch subject {
	case "you", "he", "she", "it", "they", "we", "that", "this", "there":
	default:
		return ""
	}
	rest := strings.TrimRight(string([]rune(sentence.Quote)[words[2].Start-sentence.Start:]), " ?!.")
	verb, tail := words[2].Norm, ""
	if i := strings.IndexByte(rest, ' '); i >= 0 {
		tail = rest[i:]
	}
	clause := ""
	switch aux := words[0].Norm; aux {
	case "do":
		clause = subject + " " + rest
	case "does":
		clause = subject + " " + language.ThirdPerson(verb) + tail
	case "did":
		clause = subject + " " + language.Past(verb) + tail
	case "are", "is", "was", "were", "have", "has", "had":
		clause = subject + " " + aux + " " + rest
	default:
		return "" // can, could, would, will: requests and offers, not questions about how things are
	}
	return "What can you tell me about whether " + clause + "?"
}

// modals are words before what somebody is told to do.
var modals = [][]string{
	{"you", "should"}, {"you", "must"}, {"you", "could"}, {"you", "might"}, {"you", "need", "to"}, {"you", "have", "to"}, {"you", "ought", "to"}, {"you've", "got", "to"},
	{"you", "better"}, {"you'd", "better"}, {"why", "don't", "you"}, {"i", "would"}, {"i'd"}, {"try", "to"}, {"you", "can"}, {"you", "just", "need", "to"}, {"you", "really", "should"},
	{"you", "really", "need", "to"}, {"you", "just", "have", "to"}, {"if", "i", "were", "you", "i'd"}, {"if", "i", "were", "you", "i", "would"},
}

// askFirst asks before it advises: what was told to be done is offered as something to be weighed.
func (m *Moment) askFirst(spans []*vignettev1.Span) string {
	var before, after []string
	thought, seen := "", false
	for _, sentence := range language.Read(m.Text).Sentences {
		inside := covers(spans, sentence.Span)
		switch {
		case inside && !seen:
			seen, thought = true, offered(sentence)
		case inside:
			after = append(after, sentence.Quote)
		case seen:
			after = append(after, sentence.Quote)
		default:
			before = append(before, sentence.Quote)
		}
	}
	if !seen {
		return ""
	}
	parts := before
	if reflection := m.reflection(); reflection != "" && len(before) == 0 {
		parts = append(parts, reflection)
	}
	parts = append(parts, "Would it be all right if I shared a thought?", thought)
	parts = append(parts, after...)
	return language.Join(append(parts, "What do you make of that?")...)
}

// offered is a piece of advice as what some people find helps; as it stands where it cannot be said so.
func offered(sentence language.Sentence) string {
	words := language.Words(sentence.Tokens)
	for _, modal := range modals {
		for at := 0; at+len(modal) < len(words) && at < 4; at++ {
			if !starts(words[at:], modal) {
				continue
			}
			next := words[at+len(modal)]
			rest := strings.TrimRight(string([]rune(sentence.Quote)[next.Start-sentence.Start:]), " ?!.")
			if next.Norm == "not" {
				return "Some people find that it helps " + rest + "."
			}
			if language.IsVerb(next.Norm) {
				return "Some people find that it helps to " + rest + "."
			}
		}
	}
	if len(words) > 0 && language.IsVerb(words[0].Norm) && !language.IsAuxiliary(words[0].Norm) {
		return "Some people find that it helps to " + language.LowerFirst(strings.TrimRight(sentence.Quote, " ?!.")) + "."
	}
	return sentence.Quote
}

func starts(words []language.Token, with []string) bool {
	if len(words) < len(with) {
		return false
	}
	for i, norm := range with {
		if words[i].Norm != norm {
			return false
		}
	}
	return true
}

// insteadOf leaves out what puts the other in the wrong, says back what they said, and asks them.
func (m *Moment) insteadOf(spans []*vignettev1.Span) string {
	var kept []string
	for _, sentence := range language.Read(m.Text).Sentences {
		if !covers(spans, sentence.Span) {
			kept = append(kept, sentence.Quote)
		}
	}
	parts := []string{}
	if reflection := m.reflection(); reflection != "" {
		parts = append(parts, reflection)
	}
	return language.Join(append(append(parts, kept...), "How do you see it yourself?")...)
}

func covers(spans []*vignettev1.Span, sentence language.Span) bool {
	for _, span := range spans {
		if int(span.GetStart()) < sentence.End && int(span.GetEnd()) > sentence.Start {
			return true
		}
	}
	return false
}
