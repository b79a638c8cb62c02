package persona_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// odd are authors' sentences as they come: long, questions, names with apostrophes, quotations, marks missing.
var odd = []string{
	"O'Malley's garage is shut on Mondays.",
	"Zoë's bus leaves at half past five",
	"NHS rules say that it has to be a relative.",
	"Did you know that the hall is five minutes from here?",
	"What would you do in my place?",
	"\"No way,\" she said, and that was that.",
	"It can't go on like this!",
	"I've thought about it for weeks … and I still do.",
	"Since the first of March, when the old clinic closed and the new one, which is a good deal further away, had not yet opened, I've had to take him to three different places in one week, and each of them wanted the same papers from me again.",
	"We could, if you like, talk to D'Arcy.",
	"I could.",
	"That's it.",
	"My sister's in. She won't stay.",
	"that's how it is",
	"Half of it is mine.",
	"You could have it back, all of it.",
	"I could ask Zoë O'Brien-Smith to do it",
}

var (
	badMarks = regexp.MustCompile(`[?!][.,;:]|,\s*[.,;:!?]|[.;:]\s*[,;:]|\s[.,;:!?]|:\s*$|\bi\b[^'’.]|\(\)|""|,\s*$`)
)

// wellFormed says what is wrong with an utterance, as far as a machine can tell; "" for nothing.
func wellFormed(text string) string {
	if m := badMarks.FindString(strings.ReplaceAll(text, "…", ".")); m != "" && !strings.Contains(text, " … ") {
		return "marks: " + m
	}
	for _, sentence := range language.Read(text).Sentences {
		letters := strings.TrimLeft(sentence.Quote, `"“'‘(`)
		first := []rune(letters)[0]
		if unicode.IsLetter(first) && !unicode.IsUpper(first) && unicode.ToUpper(first) != first {
			return "begins small: " + sentence.Quote
		}
		end := []rune(strings.TrimRight(sentence.Quote, `"”'’)`))
		if last := end[len(end)-1]; !strings.ContainsRune(".!?…", last) {
			return "has no end: " + sentence.Quote
		}
		words := language.Words(sentence.Tokens)
		for i := 1; i < len(words); i++ {
			following := ""
			if i+1 < len(words) {
				following = words[i+1].Norm
			}
			switch norm := words[i].Norm; {
			case norm == "you" && following == "know":
			case norm == words[i-1].Norm && norm != "had" && norm != "that" && norm != "wait" && norm != "right" && norm != "sorry" && norm != "know":
				return "says a word twice: " + sentence.Quote
			case norm == "that's" && words[i-1].Norm == "that":
				return "that that's: " + sentence.Quote
			}
		}
		for _, token := range words[1:] {
			if lower := strings.ToLower(token.Quote); language.IsStopWord(token.Norm) && token.Quote != lower && !strings.HasPrefix(token.Quote, "I") && token.Quote != "May" && !afterMark(sentence.Tokens, token) {
				return "a capital inside: " + sentence.Quote
			}
		}
	}
	return ""
}

// afterMark says whether a token follows a mark that may begin a quotation or a new thought.
func afterMark(tokens []language.Token, token language.Token) bool {
	for i, t := range tokens {
		if t.Start == token.Start {
			return i > 0 && strings.Contains("\"“'‘:…", tokens[i-1].Norm)
		}
	}
	return false
}

// strange puts odd sentences into a scenario, others with each turn.
func strange(s *vignettev1.Scenario, turn int) {
	at := turn
	pick := func() string { at++; return odd[at%len(odd)] }
	o := s.GetObjective()
	for _, list := range [][]string{o.Facts, o.Feelings, o.Benefits, o.Compromises} {
		for i := range list {
			list[i] = pick()
		}
	}
	o.Request = []string{o.Request, "Could I leave at two?", "Tuesdays off, please", "I want O'Malley's key, and a receipt.", "I'm not going to do it, and that's that."}[turn%5]
	for _, role := range s.GetRoles() {
		if stance := role.GetStance(); stance != nil {
			for i := range stance.Objections {
				stance.Objections[i] = pick()
			}
			for i := range stance.Offers {
				stance.Offers[i] = pick()
			}
			for _, interest := range stance.GetInterests() {
				interest.Text = pick()
			}
			if turn%3 == 1 {
				stance.Objections, stance.Offers, stance.Interests = nil, nil, nil
			}
		}
	}
	if turn%4 == 2 {
		o.Facts, o.Feelings, o.Benefits, o.Compromises = nil, nil, nil, nil
	}
}

// TestSentencesAreWellFormed: whatever an author's sentences are put into comes out as sentences.
func TestSentencesAreWellFormed(t *testing.T) {
	for _, id := range ours {
		for _, modality := range modalities {
			for seed := range uint64(2 * seeds) {
				s := with(library(t, id), modality, float64(seed%5)/4)
				if seed%2 == 1 {
					strange(s, int(seed/2))
				}
				st := play(t, s, seed, nil)
				for _, turn := range st.turns {
					action := turn.GetAction()
					if action.GetKind() == vignettev1.ActionKind_ACTION_KIND_NONVERBAL || action.GetText() == "" {
						continue
					}
					if wrong := wellFormed(action.GetText()); wrong != "" {
						t.Errorf("%s, %s, seed %d, %s: %s\n\t%s", id, modality, seed, turn.GetRole(), wrong, action.GetText())
					}
				}
			}
		}
	}
}
