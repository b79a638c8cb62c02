package scenarios

import (
	"cmp"
	_ "embed"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

//go:embed synonyms.txt
var synonymsText string

// synonyms are, by stem, the stems of words that mean much the same when somebody looks for a situation.
var synonyms = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	for line := range strings.Lines(synonymsText) {
		line, _, _ = strings.Cut(line, "#")
		var group []string
		for _, word := range strings.Fields(line) {
			group = append(group, language.Stem(word))
		}
		for _, stem := range group {
			out[stem] = append(out[stem], group...)
		}
	}
	return out
})

// Search returns the scenarios that have most words of a query, those with rarer ones first, and whether that is all of its words.
// A word counts where it stands in what a scenario says to whoever chooses: id, title and tags, and, for half as much, description, setting, the objective with what can be said for it, and how its roles are
// called. It is found in any of its forms, where it is a part of a word, and, for less, in a word that means the same (synonyms.txt); words that
// carry nothing are passed over, unless there are no others. An empty query is about all, in their order.
func Search(among []*vignettev1.Scenario, query string) (found []*vignettev1.Scenario, whole bool) {
	words := tellingWords(query)
	if len(words) == 0 {
		return among, true
	}
	hits, in := make([]hit, len(among)), make([]float64, len(words)) // how many scenarios have each word
	for i, s := range among {
		hits[i] = look(s, words)
		for w, weight := range hits[i].words {
			if weight > 0 {
				in[w]++
			}
		}
	}
	most := 1
	for i := range hits {
		for w, weight := range hits[i].words {
			if weight > 0 {
				hits[i].many++
				hits[i].score += weight * math.Log(1+float64(len(among))/in[w])
			}
		}
		most = max(most, hits[i].many)
	}
	hits = slices.DeleteFunc(hits, func(h hit) bool { return h.many < most })
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	for _, h := range hits {
		found = append(found, h.scenario)
	}
	return found, len(found) > 0 && most == len(words)
}

func tellingWords(query string) []string {
	words := strings.Fields(strings.ToLower(query))
	var telling []string
	for _, word := range words {
		if !language.IsStopWord(word) {
			telling = append(telling, word)
		}
	}
	if len(telling) == 0 {
		return words
	}
	return telling
}

// hit is a scenario with what each word of a query weighs in it: 1 where it stands in front, less where it is only said, 0 where it is
// not; many is how many of them it has.
type hit struct {
	scenario *vignettev1.Scenario
	words    []float64
	many     int
	score    float64
}

// What a word weighs that a scenario only says somewhere, and one that stands there in another that means the same. Chosen.
const saidOnly, sameMeaning = 0.5, 0.4

func look(s *vignettev1.Scenario, words []string) hit {
	front, rest := read(inFront(s)), read(said(s))
	h := hit{scenario: s, words: make([]float64, len(words))}
	for i, word := range words {
		h.words[i] = max(front.weight(word), saidOnly*rest.weight(word))
	}
	return h
}

// text is what is looked through, in small letters, and the stems of its words.
type text struct {
	letters string
	stems   map[string]bool
}

func read(lines []string) text {
	t := text{strings.ToLower(strings.Join(lines, "\n")), map[string]bool{}}
	for _, token := range language.Words(language.Tokens(t.letters)) {
		t.stems[language.Stem(token.Norm)] = true
	}
	return t
}

// weight is 1 where a word stands, in any form or as a part of another, less where one stands that means the same, and 0 elsewhere.
func (t text) weight(word string) float64 {
	stem := language.Stem(word)
	if t.stems[stem] || strings.Contains(t.letters, word) {
		return 1
	}
	for _, other := range synonyms()[stem] {
		if t.stems[other] {
			return sameMeaning
		}
	}
	return 0
}

// inFront is what one sees of a scenario in a list.
func inFront(s *vignettev1.Scenario) []string {
	return append([]string{s.GetId(), s.GetTitle()}, s.GetTags()...)
}

// said is what else anybody who chooses may read of a scenario. What is private to a role is not among it.
func said(s *vignettev1.Scenario) []string {
	o := s.GetObjective()
	out := []string{s.GetDescription(), s.GetSetting(), o.GetStatement(), o.GetRequest()}
	for _, texts := range [][]string{o.GetFacts(), o.GetFeelings(), o.GetBenefits(), o.GetCompromises()} {
		out = append(out, texts...)
	}
	for _, r := range s.GetRoles() {
		out = append(out, r.GetName(), r.GetRelation(), r.GetPersona().GetName(), r.GetPersona().GetIntroduction())
	}
	return out
}
