package speaker

import (
	"testing"

	"github.com/vignette-sim/vignette/agents/builtin/persona/scene"
	"github.com/vignette-sim/vignette/internal/language"
)

func TestSaysYes(t *testing.T) {
	for text, want := range map[string]bool{
		"All right, we'll do it that way.":                            true,
		"Okay, I don't love it, but I get it.":                        true,
		"Okay, I'm fine with it, as long as you ring.":                true,
		"Yes, you can go.":                                            true,
		"All right, I hear that. School comes first.":                 false,
		"I get it, but I can't spare you.":                            false,
		"Okay, let's see. I'd have to ask the others, but I doubt it": false,
		"That would help, I admit.":                                   false,
		"Right, let's leave it at that.":                              true,
		"I'd like to leave it at that.":                               false,
	} {
		if got := saysYes(&scene.Line{Text: language.Read(text)}); got != want {
			t.Errorf("saysYes(%q) = %t", text, got)
		}
	}
}

func TestSayBack(t *testing.T) {
	for text, want := range map[string]string{
		"But without the van I can't work.":       "without the van you can't work",
		"I stood at the desk until eight myself.": "you stood at the desk until eight yourself",
		"You never help me.":                      "",
		"Who answers the phones?":                 "",
		"Tuesdays are difficult for my people.":   "",
		"I see.":                                  "",
	} {
		sentences := language.Read(text).Sentences
		got, _ := sayBack(sentences[0])
		if got != want {
			t.Errorf("sayBack(%q) = %q, want %q", text, got, want)
		}
	}
}
