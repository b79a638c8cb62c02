package minds

import (
	"hash/fnv"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// mask is put in place of a person's own facts.
const mask = "_"

// factsOf are the stems of everything a scenario's file says: names, notes, objectives, stances. What is left of an utterance
// without them is wording.
func factsOf(scenario *vignettev1.Scenario) language.Stems {
	facts := language.Stems{}
	for _, role := range scenario.GetRoles() {
		addTexts(facts, role.ProtoReflect())
	}
	addTexts(facts, scenario.GetObjective().ProtoReflect())
	return facts
}

// addTexts adds the words of all texts in a message.
func addTexts(facts language.Stems, m protoreflect.Message) {
	add := func(fd protoreflect.FieldDescriptor, v protoreflect.Value) {
		switch {
		case fd.Message() != nil && !fd.IsMap():
			addTexts(facts, v.Message())
		case fd.Kind() == protoreflect.StringKind && !fd.IsMap():
			facts.Add(language.Tokens(v.String()))
		}
	}
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if !fd.IsList() {
			add(fd, v)
			return true
		}
		for i := range v.List().Len() {
			add(fd, v.List().Get(i))
		}
		return true
	})
}

// masked is an utterance in small letters, without punctuation, with facts and numbers masked.
func masked(text string, facts language.Stems) []string {
	var words []string
	for _, token := range language.Tokens(text) {
		if !token.IsWord() {
			continue
		}
		word := token.Norm
		if token.Kind == language.Number || !language.IsStopWord(word) && facts.Has(word) {
			word = mask
		}
		if word == mask && len(words) > 0 && words[len(words)-1] == mask {
			continue
		}
		words = append(words, word)
	}
	return words
}

// grams are the hashes of all runs of three words, sorted, each once; the ends count as words.
func grams(words []string) []uint64 {
	padded := slices.Concat([]string{"^"}, words, []string{"$"})
	var out []uint64
	for i := 0; i+3 <= len(padded); i++ {
		h := fnv.New64a()
		_, _ = h.Write([]byte(strings.Join(padded[i:i+3], " "))) // a hash takes everything
		out = append(out, h.Sum64())
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// twinAt is the share of runs of three words in common from which two utterances are near twins: Jaccard's index.
const twinAt = 0.8

// near says whether two sets of grams are that much alike.
func near(a, b []uint64) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if float64(len(a)) < twinAt*float64(len(b)) {
		return false
	}
	shared := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			shared, i, j = shared+1, i+1, j+1
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return float64(shared) >= twinAt*float64(len(a)+len(b)-shared)
}

// utterance is a line, masked.
type utterance struct {
	session *session
	part    string
	words   []string
	grams   []uint64
	// twin says that somebody else's session has a near twin of it.
	twin bool
}

// utterances masks all lines, and finds the twins among those of the same part.
func utterances(sessions []*session) map[string][]*utterance {
	facts := map[string]language.Stems{}
	out := map[string][]*utterance{}
	for _, s := range sessions {
		if facts[s.scenario] == nil {
			facts[s.scenario] = factsOf(s.plan)
		}
		for _, l := range s.lines {
			u := &utterance{session: s, part: l.part, words: masked(l.text, facts[s.scenario])}
			u.grams = grams(u.words)
			out[l.part] = append(out[l.part], u)
		}
	}
	for _, list := range out {
		findTwins(list)
	}
	return out
}

func findTwins(list []*utterance) {
	for i, a := range list {
		for _, b := range list[i+1:] {
			if a.session.scenario != b.session.scenario && !(a.twin && b.twin) && near(a.grams, b.grams) {
				a.twin, b.twin = true, true
			}
		}
	}
}

// frameUse is a masked sentence and how often it was said.
type frameUse struct {
	words                  string
	said, sessions, people int
}

// frames counts masked sentences of a part, the most repeated first. Short ones, which anybody says, are left out.
func frames(sessions []*session, part string) []frameUse {
	type seen struct {
		said     int
		sessions map[*session]bool
		people   map[string]bool
	}
	facts, all := map[string]language.Stems{}, map[string]*seen{}
	for _, s := range sessions {
		if facts[s.scenario] == nil {
			facts[s.scenario] = factsOf(s.plan)
		}
		for _, l := range s.lines {
			if l.part != part {
				continue
			}
			for _, sentence := range language.Sentences(l.text) {
				words := masked(sentence.Quote, facts[s.scenario])
				if len(words) < leastFrame {
					continue
				}
				key := strings.Join(words, " ")
				if all[key] == nil {
					all[key] = &seen{sessions: map[*session]bool{}, people: map[string]bool{}}
				}
				all[key].said++
				all[key].sessions[s], all[key].people[s.scenario] = true, true
			}
		}
	}
	var out []frameUse
	for _, key := range byName(all) {
		out = append(out, frameUse{key, all[key].said, len(all[key].sessions), len(all[key].people)})
	}
	slices.SortStableFunc(out, func(a, b frameUse) int { return b.said - a.said })
	return out
}

// leastFrame is how many words a sentence must have to count as a frame.
const leastFrame = 4
