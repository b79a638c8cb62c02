package scenarios

import (
	_ "embed"
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

// Holds says whether a scenario has all words of a query somewhere in what it says to whoever chooses: id, title, description, setting,
// tags, the objective with what can be said for it, and how its roles are called. A word is found in any of its forms, where it is a part of a word, and in a word that means
// the same (synonyms.txt); words that carry nothing are passed over, unless there are no others.
func Holds(s *vignettev1.Scenario, query string) bool {
	text := strings.ToLower(strings.Join(shown(s), "\n"))
	stems := map[string]bool{}
	for _, token := range language.Words(language.Tokens(text)) {
		stems[language.Stem(token.Norm)] = true
	}
	words := strings.Fields(strings.ToLower(query))
	telling := words[:0:0]
	for _, word := range words {
		if !language.IsStopWord(word) {
			telling = append(telling, word)
		}
	}
	if len(telling) == 0 {
		telling = words
	}
	for _, word := range telling {
		if !strings.Contains(text, word) && !means(stems, language.Stem(word)) {
			return false
		}
	}
	return true
}

func means(stems map[string]bool, stem string) bool {
	if stems[stem] {
		return true
	}
	for _, other := range synonyms()[stem] {
		if stems[other] {
			return true
		}
	}
	return false
}

// shown are the texts of a scenario that anybody who chooses may read. What is private to a role is not among them.
func shown(s *vignettev1.Scenario) []string {
	o := s.GetObjective()
	out := []string{s.GetId(), s.GetTitle(), s.GetDescription(), s.GetSetting(), o.GetStatement(), o.GetRequest()}
	for _, texts := range [][]string{s.GetTags(), o.GetFacts(), o.GetFeelings(), o.GetBenefits(), o.GetCompromises()} {
		out = append(out, texts...)
	}
	for _, r := range s.GetRoles() {
		out = append(out, r.GetName(), r.GetRelation(), r.GetPersona().GetName(), r.GetPersona().GetIntroduction())
	}
	return out
}
