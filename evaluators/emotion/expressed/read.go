package expressed

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vignette-sim/vignette/evaluators/emotion/taxonomy"
	"github.com/vignette-sim/vignette/internal/language"
)

// Finding is a feeling that an utterance expresses.
type Finding struct {
	// Place is the feeling, and where it belongs in each vocabulary.
	taxonomy.Place
	// Intensity is how strongly it is expressed, above 0 and at most 1.
	Intensity float64
	// Spans are the words and signs that express it, in order.
	Spans []language.Span
	// Why says what was done to it, where something was: "denied", "meant ironically".
	Why string
}

// Reading is what an utterance expresses.
type Reading struct {
	// Findings, strongest first; empty where nothing is expressed.
	Findings []Finding
	// Valence is how pleasant what is expressed is, -1 to 1; 0 where nothing is.
	Valence float64
	// Intensity is that of the strongest feeling, 0-1.
	Intensity float64
	// Others says that a feeling was named and not taken for the speaker's: somebody else's, denied or supposed.
	Others bool
}

// Threshold is the intensity from which a feeling counts as expressed. Chosen: a weak hint alone stays below it.
const Threshold = 0.35

// What a modifier makes of an intensity. Chosen: a modified feeling stays on its side of a plain one of the next strength.
const (
	strongerBy     = 1.25
	weakerBy       = 0.6
	shoutedBy      = 1.15
	exclaimedBy    = 1.1
	hypotheticalBy = 0.4
	deniedBy       = 0.85
)

// cue is one place where something is expressed.
type cue struct {
	feeling  taxonomy.Feeling
	strength float64
	span     language.Span
	why      string
}

// Read reads an utterance.
func Read(text string) Reading { return Of(language.Read(text)) }

// Of reads an utterance whose sentences were read already.
func Of(read *language.Text) Reading {
	var cues []cue
	others := false
	for _, sentence := range read.Sentences {
		found, passed := readSentence(sentence, read.Raw)
		cues, others = append(cues, found...), others || passed
	}
	cues = append(cues, readMarks(read.Raw)...)
	if ironic(read) {
		turnIronic(cues)
	}
	return sum(cues, others)
}

// readSentence hears the phrases of a sentence. Passed says that one was heard and not taken.
func readSentence(s language.Sentence, raw string) (cues []cue, passed bool) {
	exclaimed := 1.0
	if n := strings.Count(s.Quote, "!"); n > 0 {
		exclaimed = exclaimedBy
	}
	for _, match := range words.phrases.Find(s.Tokens) {
		e := words.entries[match.Pattern]
		c := cue{feeling: e.feeling, strength: e.strength * exclaimed, span: language.Cover(raw, s.Tokens[match.First:match.Last])}
		if e.asked && !asks(s) {
			continue
		}
		if e.state && ofSomebodyElse(s.Tokens, match) {
			passed = true
			continue
		}
		if denied(s.Tokens, match) {
			place, _ := taxonomy.Of(e.feeling)
			if place.Denied == "" {
				passed = true
				continue
			}
			c.feeling, c.strength, c.why = place.Denied, c.strength*deniedBy, "denied"
		}
		if supposed(s.Tokens, match.First) && e.feeling != "optimism" && e.feeling != "desire" {
			c.strength *= hypotheticalBy
			passed = true
		}
		c.strength *= modified(s.Tokens, match)
		cues = append(cues, c)
	}
	return cues, passed
}

// asks says whether a sentence ends with a question mark.
func asks(s language.Sentence) bool {
	return strings.HasSuffix(strings.TrimRight(s.Quote, "!\"'”’) "), "?")
}

// reach is how far before a word its subject or its condition is looked for, in tokens.
const reach = 12

// ofSomebodyElse says whether the one who is said to be so is not the speaker: whoever is named last before the word, in its
// clause. Where nobody is, it is the speaker's, and so is what has the speaker in it ("he hurt me").
func ofSomebodyElse(tokens []language.Token, match language.Match) bool {
	at := match.First
	for _, token := range tokens[at:match.Last] {
		if words.self[token.Norm] {
			return false
		}
	}
	for i := at - 1; i >= 0 && i >= at-reach; i-- {
		token := tokens[i]
		if token.Kind == language.Punct && token.Norm != "," && token.Norm != "'" && token.Norm != "\"" {
			return false
		}
		switch first, second := token.Parts(); {
		case words.self[first]:
			return false
		case words.other[first]:
			return true
		case words.self[second]:
			return false
		case words.other[second]:
			return true
		}
	}
	return false
}

// denied says whether a phrase is negated from outside. A question that begins with a negation ("isn't it great?") denies nothing.
func denied(tokens []language.Token, match language.Match) bool {
	if !language.Negated(tokens, match.First) {
		return false
	}
	question := len(tokens) > 0 && tokens[len(tokens)-1].Norm == "?"
	return !question || !strings.HasSuffix(tokens[0].Norm, "n't")
}

// supposed says whether a condition or a possibility stands before a word in its sentence.
func supposed(tokens []language.Token, at int) bool {
	return words.hypothetical.In(tokens[max(0, at-reach):at])
}

// modified is what stands right before a phrase makes of it, and whether it is shouted.
func modified(tokens []language.Token, match language.Match) float64 {
	factor := 1.0
	before := tokens[max(0, match.First-3):match.First]
	switch {
	case endsWith(words.weaker, before):
		factor = weakerBy
	case endsWith(words.stronger, before):
		factor = strongerBy
	}
	if shouted(tokens[match.First:match.Last]) {
		factor *= shoutedBy
	}
	return factor
}

// endsWith says whether some tokens end with one of some phrases.
func endsWith(phrases *language.Phrases, tokens []language.Token) bool {
	for _, match := range phrases.Find(tokens) {
		if match.Last == len(tokens) {
			return true
		}
	}
	return false
}

// shouted says whether words are in capitals, and not for being an abbreviation.
func shouted(tokens []language.Token) bool {
	letters := 0
	for _, token := range tokens {
		if token.Quote != strings.ToUpper(token.Quote) {
			return false
		}
		letters += utf8.RuneCountInString(token.Quote)
	}
	return letters > 3
}

// readMarks hears signs. Each kind counts once however often it is repeated.
func readMarks(text string) []cue {
	var cues []cue
	taken := make([]bool, len(text))
	for _, mark := range words.marks {
		for from := 0; ; {
			at := strings.Index(text[from:], mark.text)
			if at < 0 {
				break
			}
			at += from
			from = at + len(mark.text)
			if taken[at] || inWord(text, at, from) {
				continue
			}
			for i := at; i < from; i++ {
				taken[i] = true
			}
			start := utf8.RuneCountInString(text[:at])
			cues = append(cues, cue{feeling: mark.feeling, strength: mark.strength, span: language.Slice(text, start, start+utf8.RuneCountInString(mark.text))})
			break
		}
	}
	return cues
}

// inWord says whether a mark that begins or ends with a letter, or could be part of an address, touches a letter or digit.
func inWord(text string, at, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	after, _ := utf8.DecodeRuneInString(text[end:])
	first, _ := utf8.DecodeRuneInString(text[at:])
	ascii := first < utf8.RuneSelf
	return ascii && (alphanumeric(before) || alphanumeric(after) || after == '/')
}

func alphanumeric(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// ironic says whether the speaker marks that the opposite is meant.
func ironic(text *language.Text) bool {
	if strings.HasSuffix(strings.TrimSpace(text.Raw), "/s") {
		return true
	}
	for _, sentence := range text.Sentences {
		if words.sarcasm.In(sentence.Tokens) {
			return true
		}
	}
	return false
}

// turnIronic makes annoyance of what would be pleasant.
func turnIronic(cues []cue) {
	for i := range cues {
		if place, _ := taxonomy.Of(cues[i].feeling); place.Valence > 0.2 {
			cues[i].feeling, cues[i].why = "annoyance", "meant ironically"
		}
	}
}

// sum makes findings of cues: several cues of one feeling make it stronger, each by a share of what is left to 1.
func sum(cues []cue, others bool) Reading {
	byFeeling := map[taxonomy.Feeling]*Finding{}
	for _, c := range cues {
		f := byFeeling[c.feeling]
		if f == nil {
			place, _ := taxonomy.Of(c.feeling)
			f = &Finding{Place: place}
			byFeeling[c.feeling] = f
		}
		f.Intensity = 1 - (1-f.Intensity)*(1-min(c.strength, 1))
		f.Spans = append(f.Spans, c.span)
		f.Why = cmp.Or(f.Why, c.why)
	}
	out := Reading{Others: others}
	var pull, weight float64
	for _, p := range taxonomy.All() {
		f := byFeeling[p.Feeling]
		if f == nil || f.Intensity < Threshold {
			continue
		}
		slices.SortFunc(f.Spans, func(a, b language.Span) int { return cmp.Compare(a.Start, b.Start) })
		out.Findings = append(out.Findings, *f)
		pull, weight = pull+p.Valence*f.Intensity, weight+f.Intensity
	}
	slices.SortStableFunc(out.Findings, func(a, b Finding) int { return cmp.Compare(b.Intensity, a.Intensity) })
	if len(out.Findings) > 0 {
		out.Intensity = out.Findings[0].Intensity
		out.Valence = pull / max(1, weight)
	}
	return out
}

// Ekman is the label of Ekman's that an utterance expresses most, or neutral, and how sure that is, 0-1: how far it is ahead of
// the next, which nobody has calibrated.
func (r Reading) Ekman() (label string, confidence float64) {
	left := map[string]float64{}
	for _, f := range r.Findings {
		if _, ok := left[f.Ekman]; !ok {
			left[f.Ekman] = 1
		}
		left[f.Ekman] *= 1 - f.Intensity
	}
	if len(left) == 0 {
		return taxonomy.Neutral, 0.5
	}
	var best, next float64
	for _, name := range taxonomy.Ekman() {
		rest, ok := left[name]
		if !ok {
			continue
		}
		switch strength := 1 - rest; {
		case strength > best:
			label, best, next = name, strength, best
		case strength > next:
			next = strength
		}
	}
	return label, best / (best + next + 0.25)
}

// closeTo is how strong a feeling must be beside the strongest to be named with it. Chosen.
const closeTo = 0.8

// Strongest are the findings that are nearly as strong as the strongest.
func (r Reading) Strongest() []Finding {
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f Finding) bool { return f.Intensity < closeTo*r.Intensity })
}
