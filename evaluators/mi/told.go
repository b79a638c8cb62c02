package mi

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
	"github.com/vignette-sim/vignette/internal/language/linear"
)

// What rules found of a client's utterance, its words, and what it answers are weighed by a model that was trained on conversations of our own
// (corpus/). `make weights` trains it again.

//go:embed talk.model
var talkFile []byte

var talkModel = sync.OnceValue(func() *linear.Model { return linear.MustParse(talkFile) })

// kinds of words stand for words that would tell what is talked about, and not what is said of it.
var kindsOfWord = func() map[string]string {
	kinds := map[string]string{}
	for kind, words := range map[string]string{
		"~habit": strings.ReplaceAll(habits, "|", " ") + " smoke drink vape gamble cigarette cigs joint joints beer beers wine whisky vodka liquor booze tobacco vape bet bets betting heroin cocaine coke meth crack pills pot cannabis marijuana",
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

// plain are the words of a unit as they count: contractions in full, without hesitation, with kinds for words that tell the topic.
func plain(tokens []language.Token) []language.Token {
	out := make([]language.Token, 0, len(tokens)+4)
	for _, token := range tokens {
		if !token.IsWord() {
			if token.Norm == "?" {
				out = append(out, token)
			}
			continue
		}
		if token.Kind == language.Number {
			token.Norm = "~n"
			out = append(out, token)
			continue
		}
		for _, word := range language.Expand(token.Norm) {
			kind, told := kindsOfWord[word]
			if told && kind == "" {
				continue
			}
			if told {
				word = kind
			}
			out = append(out, language.Token{Span: token.Span, Norm: word, Kind: language.Word})
		}
	}
	return out
}

// decide has the trained weights say where talk leads. Where they alone say so, the words that weighed most are quoted.
func (v *verdictOnTalk) decide(t *turn, h *history) {
	bag := linear.NewBag()
	talkFeatures(bag, t, v, h)
	v.talk, _ = talkModel().Likeliest(bag)
	if v.talk == neutral || v.shown() {
		return
	}
	points := v.talk - neutral
	for _, r := range talkModel().Explain(bag, v.talk, len(t.text)) {
		if r.Span.End > r.Span.Start && strings.HasPrefix(r.Feature, "w:") {
			v.leans = append(v.leans, lean{points: points, code: "O", span: language.Slice(t.text, r.Span.Start, r.Span.End), why: "is how such talk goes"})
			return
		}
	}
	v.drawn(t, points, "stands where such talk does")
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

// talkFeatures puts together what speaks for a direction of talk.
func talkFeatures(bag *linear.Bag, t *turn, v *verdictOnTalk, h *history) {
	sum := 0
	for _, l := range v.leans {
		sum += l.points
		bag.Add("cue:"+l.sign()+" "+l.why, 1, l.span.Start, l.span.End)
		bag.Add("code:"+l.sign(), 1, l.span.Start, l.span.End)
	}
	bag.Add("points", float64(max(-6, min(6, sum)))/2, 0, 0)
	bag.Add("rules:"+[]string{"sustain", "neutral", "change"}[v.ruled], 1, 0, 0)
	bag.Add("length:"+lengthOf(t.words), 1, 0, 0)
	asked := 0
	for i, u := range t.units {
		if u.broken {
			continue
		}
		words := plain(u.tokens)
		bag.Words("w", words, 3)
		if i == 0 {
			bag.Words("first", words[:min(2, len(words))], 2)
		}
		if u.marked {
			asked++
		}
		for j, word := range words {
			if word.Norm == "but" || word.Norm == "though" {
				bag.Words("but", words[j+1:], 1)
			}
		}
	}
	if asked == len(t.units) {
		bag.Add("asks", 1, 0, 0)
	}
	if t.fragment {
		bag.Add("goes on", 1, 0, 0)
	}
	bag.Add("before:"+[]string{"sustain", "neutral", "change"}[h.talk], 1, 0, 0)
	if h.other != nil {
		answerFeatures(bag, t, h)
	}
}

// answerFeatures are what the counselor said just before, and what stands at the beginning of the answer.
func answerFeatures(bag *linear.Bag, t *turn, h *history) {
	drawn := "nothing"
	asked := h.other.units
	switch {
	case evokesStay.in(asked...):
		drawn = "stay"
	case evokesChange.in(asked...):
		drawn = "change"
	case worries.in(asked...):
		drawn = "worry"
	}
	form := formOf(h.other)
	start := opening(t)
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
	last := asked[len(asked)-1]
	words := plain(last.tokens)
	bag.WordsWorth("p", words, 2, 0.7)
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
	case len(first.words) > 0 && answersShort[first.words[0].Norm]:
		return "yes"
	}
	return "other"
}

// leaning is where the counselor's words lead when the client says them.
func leaning(said *turn) string {
	swapped, sum := readTurnText(language.SwapPersons(said.text)), 0
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
	switch {
	case words <= 2:
		return "1-2"
	case words <= 5:
		return "3-5"
	case words <= 10:
		return "6-10"
	case words <= 20:
		return "11-20"
	case words <= 40:
		return "21-40"
	}
	return "41-"
}
