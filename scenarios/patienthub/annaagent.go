package patienthub

import (
	"fmt"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/foreign"
)

const chain = "complaint_chain"

// annaAgent are clients whose complaint deepens step by step.
var annaAgent = source{
	Format: prefix + "annaAgent",
	Noun:   "profile",
	Same:   true,
	Fields: []foreign.PersonField{
		foreign.Social("profile/age", "age"), foreign.Social("profile/gender", "gender"),
		foreign.Social("profile/marital_status", "marital status"), foreign.Social("profile/occupation", "occupation"),
		foreign.Personal("profile/symptoms", "symptoms"),
		foreign.Personal("profile/drisk", "risk of depression"), foreign.Personal("profile/srisk", "risk of suicide"),
		foreign.SpokenOf("situation", happened),
		memories("statement", "statement", 0.3),
		{Paths: []string{chain}, Read: readChain, Write: writeChain},
		foreign.Personals("style", "way of talking"),
		foreign.Personal("status", "state of late"),
	},
	Finish: func(_ foreign.Record, n int, p *vignettev1.Persona) {
		p.Name = unnamed
		identify(p, "annaAgent", foreign.SocialOf(p, "occupation"), foreign.SocialOf(p, "age"))
		p.Style = styleOf(foreign.PersonalOf(p, "way of talking"))
	},
}

// talks are words of a profile that say how somebody talks, and the style they come to. The first that is found decides.
var talks = []struct {
	word  string
	style vignettev1.ConversationalStyle
}{
	{"restrained", vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_RESERVED},
	{"guarded", vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_RESERVED},
	{"decreased", vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_RESERVED},
	{"hostile", vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_UPSET},
	{"talkative", vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_VERBOSE},
	{"increased", vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_VERBOSE},
	{"concise", vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLAIN},
}

// styleOf is the style that a description comes to; unspecified when it says nothing of it.
func styleOf(description string) vignettev1.ConversationalStyle {
	for _, talk := range talks {
		if strings.Contains(strings.ToLower(description), talk.word) {
			return talk.style
		}
	}
	return vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_UNSPECIFIED
}

// memories maps a list of texts onto memories that are told at some trust.
func memories(path, id string, sensitivity float64) foreign.PersonField {
	return foreign.PersonField{
		Paths: []string{path},
		Read: func(from foreign.Part, p *vignettev1.Persona) error {
			list, err := foreign.Texts(from, path)
			for i, text := range list {
				p.Memories = append(p.Memories, &vignettev1.Memory{Id: fmt.Sprintf("%s-%d", id, i+1), Text: text, Importance: factImportance, Sensitivity: sensitivity})
			}
			return err
		},
		Write: func(p *vignettev1.Persona, _, into foreign.Part) error {
			var out []string
			for _, m := range p.GetMemories() {
				if strings.HasPrefix(m.GetId(), id+"-") {
					out = append(out, m.GetText())
				}
			}
			into[path] = foreign.List(out)
			return nil
		},
	}
}

// stepSensitivity is how much more trust each step of the complaint takes than the one before. Chosen, so that six steps span
// what a session reaches.
const stepSensitivity = 0.12

// readChain makes each step a memory: the first is told to anybody, the next take ever more trust.
func readChain(from foreign.Part, p *vignettev1.Persona) error {
	links, err := foreign.Records(from, chain)
	if err != nil {
		return err
	}
	for i, link := range links {
		text, err := foreign.Text(link, "content")
		if err != nil {
			return fmt.Errorf("entry %d: content: %w", i+1, err)
		}
		if text != "" {
			p.Memories = append(p.Memories, &vignettev1.Memory{Id: fmt.Sprintf("complaint-%d", i+1), Text: text, Importance: factImportance, Sensitivity: min(stepSensitivity*float64(i), 1)})
		}
	}
	return nil
}

func writeChain(p *vignettev1.Persona, was, into foreign.Part) error {
	out := []any{}
	for _, m := range p.GetMemories() {
		rest, is := strings.CutPrefix(m.GetId(), "complaint-")
		if !is {
			continue
		}
		n := 0
		fmt.Sscan(rest, &n)
		link := foreign.Entry(was, chain, n-1)
		link["stage"], link["content"] = float64(len(out)+1), m.GetText()
		out = append(out, link)
	}
	into[chain] = out
	return nil
}
