package mi

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
	"github.com/vignette-sim/vignette/internal/language/classify"
)

// Where a client's talk leads is said by weights that were trained on conversations of our own (corpus/; make weights trains them again). There are two
// models, and the mean of their probabilities counts: one weighs what the rules found and what is answered, the other the words too. The second knows
// more, the first goes further from home.

//go:embed trained/talk-cues.txt
var talkCuesFile []byte

//go:embed trained/talk-words.txt
var talkWordsFile []byte

var talkModels = sync.OnceValue(func() [2]*classify.Model {
	return [2]*classify.Model{classify.MustParse(talkCuesFile), classify.MustParse(talkWordsFile)}
})

// wordWorth is what a word is worth beside a cue: less, so that the ridge holds it back more. Chosen by leaving out files of the corpus in turn.
const wordWorth = 0.7

// bags are used again: what they hold is read at once.
var bags = sync.Pool{New: func() any { return classify.NewBag() }}

// decide has the trained weights say where talk leads. Where they alone say so, the words that weighed most are quoted.
func (v *verdictOnTalk) decide(t *turn, h *history) {
	if v.plainly(t) {
		v.talk = v.ruled
		return
	}
	bag := bags.Get().(*classify.Bag)
	defer bags.Put(bag)
	bag.Reset()
	models := talkModels()
	talkCues(bag, t, v, h)
	cues := models[0].Probabilities(bag)
	talkWords(bag, t, h)
	words := models[1].Probabilities(bag)
	for k := range cues {
		if cues[k]+words[k] > cues[v.talk]+words[v.talk] {
			v.talk = k
		}
	}
	if v.talk == neutral || v.shown() {
		return
	}
	points := v.talk - neutral
	for _, r := range models[1].Explain(bag, v.talk, bag.Len()) {
		if r.Span.End > r.Span.Start && strings.HasPrefix(r.Feature, "w:") {
			v.leans = append(v.leans, lean{points: points, code: "O", span: language.Slice(t.text, r.Span.Start, r.Span.End), why: "is how such talk goes"})
			return
		}
	}
	v.drawn(t, points, "stands where such talk does")
}

// brief is how many words an utterance has in which what the rules found has nothing beside it.
const brief = 10

// plainly says whether the rules are enough: a few words, all that was found in them leading one way.
func (v *verdictOnTalk) plainly(t *turn) bool {
	if v.ruled == neutral || t.words > brief {
		return false
	}
	for _, l := range v.leans {
		if (l.points > 0) != (v.ruled == change) {
			return false
		}
	}
	return true
}

// shown says whether the rules found words for the direction.
func (v *verdictOnTalk) shown() bool {
	for _, l := range v.leans {
		if (l.points > 0) == (v.talk == change) {
			return true
		}
	}
	return false
}

// kindsOfWord stand for words that would tell what is talked about, and not what is said of it; hesitation stands for nothing.
var kindsOfWord = func() map[string]string {
	kinds := map[string]string{}
	for kind, words := range map[string]string{
		"~habit": strings.ReplaceAll(habits, "|", " ") + " smoke drink vape gamble cigarette cigs joint joints beer beers wine whisky vodka liquor booze tobacco bet bets betting heroin cocaine coke meth crack pills pot cannabis marijuana",
		"~kin":   "wife husband kids kid children child son daughter boy girl mom mum mother dad father family parents brother sister girlfriend boyfriend partner baby grandson granddaughter grandchildren",
		"~n":     "one two three four five six seven eight nine ten twenty thirty hundred",
		"~move":  "exercise walk walking gym run running swim swimming workout jog jogging",
		"":       "um uh er erm hmm ah oh mm mhm",
	} {
		for word := range utterance.Words(words) {
			kinds[word] = kind
		}
	}
	return kinds
}()

// plain are the words of a unit as they count: contractions in full, without hesitation, with kinds for words that tell the topic. They are not
// to be changed.
func (u *unit) plain() []language.Token {
	if u.plainly == nil {
		u.plainly = plainOf(u.tokens)
	}
	return u.plainly
}

func plainOf(tokens []language.Token) []language.Token {
	out := make([]language.Token, 0, len(tokens)+4)
	for i := range tokens {
		token := &tokens[i]
		switch {
		case token.Kind == language.Number:
			out = append(out, language.Token{Span: token.Span, Norm: "~n", Kind: language.Number})
		case token.IsWord():
			first, second := token.Parts()
			out = appendKind(out, token, first)
			if second != "" {
				out = appendKind(out, token, second)
			}
		case token.Norm == "?":
			out = append(out, *token)
		}
	}
	return out
}

func appendKind(out []language.Token, token *language.Token, word string) []language.Token {
	if kind, told := kindsOfWord[word]; told {
		if kind == "" {
			return out
		}
		word = kind
	}
	return append(out, language.Token{Span: token.Span, Norm: word, Kind: language.Word})
}

var talkLabels = []string{"sustain", "neutral", "change"}

// talkCues are what the rules found, how long an utterance is, and what it answers.
func talkCues(bag *classify.Bag, t *turn, v *verdictOnTalk, h *history) {
	sum, asked := 0, 0
	for _, l := range v.leans {
		sum += l.points
		leanFeatures(bag, l, 1)
	}
	bag.Add("points", float64(max(-6, min(6, sum)))/2, 0, 0)
	bag.Add("rules:"+talkLabels[v.ruled], 1, 0, 0)
	bag.Add("before:"+talkLabels[h.talk], 1, 0, 0)
	bag.Add("length:"+lengthOf(t.words), 1, 0, 0)
	for _, u := range t.units {
		if u.marked {
			asked++
		}
	}
	if asked == len(t.units) {
		bag.Add("asks", 1, 0, 0)
	}
	if t.fragment {
		bag.Add("goes on", 1, 0, 0)
	}
	if h.other != nil {
		answerCues(bag, t, h)
	}
	if meant, worth := meantBy(t, h); meant != nil {
		for _, u := range meant.units {
			if u.broken {
				continue
			}
			for _, l := range leansOf(meant, u) {
				l.span = language.Span{}
				leanFeatures(bag, l, worth)
			}
		}
	}
}

func leanFeatures(bag *classify.Bag, l lean, worth float64) {
	bag.Add("cue:"+l.sign()+" "+l.why, worth, l.span.Start, l.span.End)
	bag.Add("code:"+l.sign(), worth, l.span.Start, l.span.End)
}

// answerCues are what the counselor's words draw, and how the answer to them begins.
func answerCues(bag *classify.Bag, t *turn, h *history) {
	asked, drawn := h.other.units, "nothing"
	switch {
	case evokesStay.in(asked...):
		drawn = "stay"
	case evokesChange.in(asked...):
		drawn = "change"
	case worries.in(asked...):
		drawn = "worry"
	}
	form, start := formOf(h.other), opening(t)
	bag.Add("drawn:"+drawn, 1, 0, 0)
	bag.Add("asked:"+form, 1, 0, 0)
	bag.Add("answer:"+start+" to "+drawn, 1, 0, 0)
	bag.Add("answer:"+start+" to "+form+", "+lengthOf(t.words), 1, 0, 0)
	if r := h.other.read; r != nil {
		bag.Add("after:"+mainLabels[r.main], 1, 0, 0)
	}
	if start == "yes" {
		bag.Add("yes to "+leaning(h.other), 1, 0, 0)
	}
}

// talkWords are the words of an utterance, what stands behind its "but", how it begins, and what the counselor said last.
func talkWords(bag *classify.Bag, t *turn, h *history) {
	for i, u := range t.units {
		if u.broken {
			continue
		}
		words := u.plain()
		wordFeatures(bag, words, wordWorth)
		if i == 0 {
			bag.WordsWorth("first", words[:min(2, len(words))], 2, wordWorth)
		}
	}
	if h.other != nil {
		asked := h.other.units
		bag.WordsWorth("p", asked[len(asked)-1].plain(), 2, wordWorth*wordWorth)
	}
	if meant, worth := meantBy(t, h); meant != nil {
		for _, u := range meant.units {
			if u.broken {
				continue
			}
			words := slices.Clone(u.plain())
			for i := range words {
				words[i].Start, words[i].End = 0, 0 // they stand elsewhere
			}
			wordFeatures(bag, words, worth*wordWorth)
		}
	}
}

func wordFeatures(bag *classify.Bag, words []language.Token, worth float64) {
	bag.WordsWorth("w", words, 2, worth)
	for j, word := range words {
		if word.Norm == "but" || word.Norm == "though" {
			bag.WordsWorth("but", words[j+1:], 1, worth)
		}
	}
}

// nod is how many words of a counselor let a client go on.
const nod = 4

// meantBy is what an utterance stands for or goes on with: what a short yes says yes to, the sentence before a nod; and what that is worth
// beside its own words.
func meantBy(t *turn, h *history) (*turn, float64) {
	switch {
	case h.other == nil:
	case t.words <= 5 && opening(t) == "yes":
		return h.other.mirror(), 0.7
	case t.fragment && h.own != nil && h.other.words <= nod:
		return h.own, 0.5
	}
	return nil, 0
}

// formOf is how a counselor's turn asks.
func formOf(t *turn) string {
	form := "nothing"
	for _, u := range t.units {
		switch questionIn(t, u) {
		case askedOpen:
			return "open"
		case askedClosed:
			form = "closed"
		}
	}
	return form
}

// opening is how an utterance begins as an answer.
func opening(t *turn) string {
	first := t.units[0]
	switch {
	case unsure.begins(first):
		return "unsure"
	case denies.begins(first):
		return "no"
	case answersShort[first.first()]:
		return "yes"
	}
	return "other"
}

// leaning is where the counselor's words lead when the client says them.
func leaning(said *turn) string {
	swapped, sum := said.mirror(), 0
	for _, u := range swapped.units {
		for _, l := range leansOf(swapped, u) {
			sum += l.points
		}
	}
	switch {
	case sum >= 2:
		return "change"
	case sum <= -2:
		return "sustain"
	}
	return "nothing"
}

// lengthOf is how long an utterance is, in words.
func lengthOf(words int) string {
	for _, most := range []struct {
		words int
		name  string
	}{{2, "1-2"}, {5, "3-5"}, {10, "6-10"}, {20, "11-20"}, {40, "21-40"}} {
		if words <= most.words {
			return most.name
		}
	}
	return "41-"
}
