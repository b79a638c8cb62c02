package foreign

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// PersonField is a field of a format of people.
type PersonField = Field[*vignettev1.Persona]

// Model is a persona's cognitive model, made when it is first needed.
func Model(p *vignettev1.Persona) *vignettev1.CognitiveModel {
	if p.CognitiveModel == nil {
		p.CognitiveModel = &vignettev1.CognitiveModel{}
	}
	return p.CognitiveModel
}

// Situation is the first situation of the cognitive model, made when it is first needed.
func Situation(p *vignettev1.Persona) *vignettev1.DiagramSituation {
	m := Model(p)
	if len(m.Situations) == 0 {
		m.Situations = []*vignettev1.DiagramSituation{{}}
	}
	return m.Situations[0]
}

// Change is what a persona might change, made when it is first needed.
func Change(p *vignettev1.Persona) *vignettev1.Change {
	if p.Change == nil {
		p.Change = &vignettev1.Change{}
	}
	return p.Change
}

// Traits are a persona's traits, made when they are first needed.
func Traits(p *vignettev1.Persona) *vignettev1.Traits {
	if p.Traits == nil {
		p.Traits = &vignettev1.Traits{}
	}
	return p.Traits
}

// Identity is a persona's identity, made when it is first needed.
func Identity(p *vignettev1.Persona) *vignettev1.Identity {
	if p.Identity == nil {
		p.Identity = &vignettev1.Identity{}
	}
	return p.Identity
}

// Name maps a name that may stand in several places; they are written alike. A record that gives none, or one of the words in
// unnamed, becomes somebody called by the first of those words.
func Name(called string, paths []string, unnamed ...string) PersonField {
	return PersonField{
		Paths: paths,
		Read: func(from Part, p *vignettev1.Persona) error {
			for _, path := range paths {
				name, err := Text(from, path)
				if err != nil {
					return err
				}
				if name = strings.TrimSpace(name); name != "" && p.Name == "" && !slices.Contains(unnamed, name) {
					p.Name = name
				}
			}
			if p.Name == "" {
				p.Name = called
			}
			return nil
		},
		Write: func(p *vignettev1.Persona, _, into Part) error {
			for _, path := range paths {
				into[path] = p.GetName()
			}
			return nil
		},
	}
}

// Beliefs maps a list of texts onto core beliefs of a family; unspecified is one too.
func Beliefs(path string, category vignettev1.CoreBelief_Category) PersonField {
	return PersonField{
		Paths: []string{path},
		Read: func(from Part, p *vignettev1.Persona) error {
			beliefs, err := Texts(from, path)
			for _, text := range beliefs {
				Model(p).CoreBeliefs = append(Model(p).CoreBeliefs, &vignettev1.CoreBelief{Category: category, Text: text})
			}
			return err
		},
		Write: func(p *vignettev1.Persona, _, into Part) error {
			var mine []string
			for _, b := range p.GetCognitiveModel().GetCoreBeliefs() {
				if b.GetCategory() == category || category == vignettev1.CoreBelief_CATEGORY_UNSPECIFIED {
					mine = append(mine, b.GetText())
				}
			}
			into[path] = List(mine)
			return nil
		},
	}
}

// Social maps a text or a number onto an attribute of the social identity. The words in unknown say that there is none.
func Social(path, key string, unknown ...string) PersonField {
	return attribute(path, key, unknown, func(p *vignettev1.Persona) *[]*vignettev1.Attribute { return &Identity(p).Social })
}

// Personal maps a text or a number onto an attribute of the personal identity. The words in unknown say that there is none.
func Personal(path, key string, unknown ...string) PersonField {
	return attribute(path, key, unknown, func(p *vignettev1.Persona) *[]*vignettev1.Attribute { return &Identity(p).Personal })
}

func attribute(path, key string, unknown []string, at func(*vignettev1.Persona) *[]*vignettev1.Attribute) PersonField {
	return PersonField{
		Paths: []string{path},
		Read: func(from Part, p *vignettev1.Persona) error {
			value := ""
			switch v := from[path].(type) {
			case nil:
			case string:
				value = v
			case float64:
				value = Number(v)
			default:
				return fmt.Errorf("this must be a text or a number, not %s", KindOf(v))
			}
			if value != "" && !slices.Contains(unknown, value) {
				*at(p) = append(*at(p), &vignettev1.Attribute{Key: key, Value: value})
			}
			return nil
		},
		Write: func(p *vignettev1.Persona, was, into Part) error {
			into[path] = ""
			values := valuesOf(*at(p), key)
			if len(values) > 0 {
				into[path] = strings.Join(values, "\n")
			}
			// What was a number stays one as long as it can.
			if _, number := was[path].(float64); number && len(values) == 1 {
				if x, err := strconv.ParseFloat(values[0], 64); err == nil {
					into[path] = x
				}
			}
			return nil
		},
	}
}

func valuesOf(attributes []*vignettev1.Attribute, key string) []string {
	var out []string
	for _, a := range attributes {
		if a.GetKey() == key {
			out = append(out, a.GetValue())
		}
	}
	return out
}

// Personals maps a list of texts onto attributes of the personal identity that share a key.
func Personals(path, key string) PersonField {
	return PersonField{
		Paths: []string{path},
		Read: func(from Part, p *vignettev1.Persona) error {
			list, err := Texts(from, path)
			for _, value := range list {
				if value = strings.TrimSpace(value); value != "" {
					Identity(p).Personal = append(Identity(p).Personal, &vignettev1.Attribute{Key: key, Value: value})
				}
			}
			return err
		},
		Write: func(p *vignettev1.Persona, _, into Part) error {
			into[path] = List(valuesOf(p.GetIdentity().GetPersonal(), key))
			return nil
		},
	}
}

// SocialOf is the value of an attribute of the social identity; "" when there is none.
func SocialOf(p *vignettev1.Persona, key string) string {
	return strings.Join(valuesOf(p.GetIdentity().GetSocial(), key), " ")
}

// PersonalOf is the value of an attribute of the personal identity; "" when there is none.
func PersonalOf(p *vignettev1.Persona, key string) string {
	return strings.Join(valuesOf(p.GetIdentity().GetPersonal(), key), " ")
}

// MemoryOf maps a text onto a memory of a given id, with how much it matters and how much trust it takes to tell it.
func MemoryOf(path, id string, importance, sensitivity float64) PersonField {
	return PersonField{
		Paths: []string{path},
		Read: func(from Part, p *vignettev1.Persona) error {
			s, err := Text(from, path)
			if err == nil && s != "" {
				p.Memories = append(p.Memories, &vignettev1.Memory{Id: id, Text: s, Importance: importance, Sensitivity: sensitivity})
			}
			return err
		},
		Write: func(p *vignettev1.Persona, _, into Part) error {
			into[path] = ""
			for _, m := range p.GetMemories() {
				if m.GetId() == id {
					into[path] = m.GetText()
				}
			}
			return nil
		},
	}
}

// Feelings maps a text that names feelings onto the emotions of the first situation, each with its word. A text that says more
// than the words is kept, and is written as the words alone once they were edited.
func Feelings(path string) PersonField {
	return PersonField{
		Paths: []string{path},
		Read: func(from Part, p *vignettev1.Persona) error {
			text, err := Text(from, path)
			if err != nil {
				return err
			}
			if felt := emotionsIn(text); len(felt) > 0 {
				Situation(p).Emotions = felt
			}
			return nil
		},
		Write: func(p *vignettev1.Persona, _, into Part) error {
			var words []string
			for _, e := range Situation(p).Emotions {
				words = append(words, EmotionWords(e))
			}
			into[path] = strings.Join(words, ", ")
			return nil
		},
	}
}

// emotionsIn are the emotions that a text names, each once.
func emotionsIn(text string) []*vignettev1.EmotionIntensity {
	var out []*vignettev1.EmotionIntensity
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
		e, ok := EmotionOf(word)
		if ok && !slices.ContainsFunc(out, func(had *vignettev1.EmotionIntensity) bool { return had.GetEmotion() == e }) {
			out = append(out, &vignettev1.EmotionIntensity{Emotion: e, Words: word})
		}
	}
	return out[:min(len(out), mostFeelings)]
}

// mostFeelings is how many emotions a situation may have.
const mostFeelings = 20

// Spoken maps a list of texts that speak to the person ("You smoke to relax.") onto what the person would say. A text that was
// not edited is written as it was.
func Spoken(path string, read func(*vignettev1.Persona, []string), write func(*vignettev1.Persona) []string) PersonField {
	return PersonField{
		Paths: []string{path},
		Read: func(from Part, p *vignettev1.Persona) error {
			list, err := Texts(from, path)
			for i := range list {
				list[i] = language.SwapPersons(list[i])
			}
			if len(list) > 0 {
				read(p, list)
			}
			return err
		},
		Write: func(p *vignettev1.Persona, was, into Part) error {
			before := map[string]string{}
			if list, err := Texts(was, path); err == nil {
				for _, s := range list {
					before[language.SwapPersons(s)] = s
				}
			}
			out := []any{}
			for _, s := range write(p) {
				if original, ok := before[s]; ok {
					out = append(out, original)
					continue
				}
				out = append(out, language.SwapPersons(s))
			}
			into[path] = out
			return nil
		},
	}
}

// SpokenOf does the same for one text.
func SpokenOf(path string, at func(*vignettev1.Persona) *string) PersonField {
	f := TextOf(path, at)
	read := f.Read
	f.Read = func(from Part, p *vignettev1.Persona) error {
		err := read(from, p)
		if s, _ := Text(from, path); s != "" {
			*at(p) = language.SwapPersons(s)
		}
		return err
	}
	f.Write = func(p *vignettev1.Persona, was, into Part) error {
		now := *at(p)
		if before, err := Text(was, path); err == nil && language.SwapPersons(before) == now {
			into[path] = before
			return nil
		}
		into[path] = language.SwapPersons(now)
		return nil
	}
	return f
}

// Type maps a Myers-Briggs type. What follows its four letters is kept.
func Type(path string) PersonField {
	return PersonField{
		Paths: []string{path},
		Read: func(from Part, p *vignettev1.Persona) error {
			s, err := Text(from, path)
			if letters, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(s)), "-"); err == nil && isType(letters) {
				Traits(p).Mbti = letters
			}
			return err
		},
		Write: func(p *vignettev1.Persona, _, into Part) error {
			into[path] = p.GetTraits().GetMbti()
			return nil
		},
	}
}

func isType(s string) bool {
	if len(s) != 4 {
		return false
	}
	for i, pair := range []string{"EI", "NS", "FT", "JP"} {
		if !strings.Contains(pair, s[i:i+1]) {
			return false
		}
	}
	return true
}
