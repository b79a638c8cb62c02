package counselor

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func TestMirrored(t *testing.T) {
	for sentence, want := range map[string][]string{
		"I lost my job in June.":                                     {"you lost your job in June"},
		"Well, I avoid asking my aunt for money.":                    {"you avoid asking your aunt for money"},
		"My father left the family when I was nine.":                 {"your father left the family when you were nine"},
		"I'm afraid of my boss.":                                     {"you're afraid of your boss"},
		"I don't know.":                                              nil,
		"I can't be trusted.":                                        {"you tell yourself you can't be trusted"},
		"I should be stronger than my brother.":                      {"you tell yourself you should be stronger than your brother"},
		"They've noticed that I can't look after children.":          nil,
		"I told you about it.":                                       nil,
		"Do I avoid it?":                                             nil,
		`I think, "I avoid things."`:                                 nil,
		"I saw a heron on the way.":                                  nil,
		"I have to ring the plumber.":                                nil,
		"I'd rather not go into my family yet.":                      nil,
		"It's so hard, and I feel lonely in my own flat, somehow.":   {"you feel lonely in your own flat"},
		"I think I do it so that I don't have to feel so ashamed.":   {"you think you do it so that you don't have to feel so ashamed"},
		"Anxious and tense, I suppose.":                              nil,
		"Yes, I lost my job.":                                        nil,
		"One thing is that I was afraid of my boss all day, really.": {"you were afraid of your boss all day"},
		"I want to die.":                                             nil,
		"His mother would say that I've ruined my family.":           nil,
		"My wife asked me what we were going to do about my job.":    nil,
		"I don't have a plan for my family.":                         nil,
		"I'm glad it doesn't sound crazy.":                           nil,
		"I'm stuck on seven down.":                                   nil,
	} {
		text := language.Read(sentence)
		got := mirrored(text.Sentences[0])
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", sentence, diff)
		}
	}
}

func TestReadsFeelings(t *testing.T) {
	for words, want := range map[string][]string{
		"I feel sad and down.":               {"sad"},
		"I sat down and felt lonely, angry.": {"lonely", "angry"},
		"I'm not angry.":                     nil,
		"I was just alone in the house.":     nil,
		"It leaves me anxious.":              {"anxious"},
	} {
		var r reading
		r.take(language.Read(words), func() bool { return true })
		var got []string
		for _, f := range r.feelings {
			got = append(got, f.word)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", words, diff)
		}
	}
}

func TestWordingIsSound(t *testing.T) {
	known := []string{"earlier", "fact", "feel", "feel2", "first", "here", "known", "mirror", "name", "second", "theirs", "thought", "topic", "wish"}
	for name, book := range wording {
		for _, slot := range book.Slots() {
			if !slices.Contains(known, slot) {
				t.Errorf("%s: no words are ever given for the slot {%s}", name, slot)
			}
		}
	}
	for mode, stages := range topicsOf {
		for _, topics := range stages {
			for _, topic := range topics {
				skilled := wording["skilled"]
				if len(skilled.Frames("ask."+topic, string(mode)))+len(skilled.Frames("ask."+topic, language.AnyVoice)) == 0 {
					t.Errorf("%s has no words to ask about %s", mode, topic)
				}
			}
		}
	}
	for word := range feelingOf {
		if strings.ContainsAny(word, " -") {
			t.Errorf("feeling %q is not one word", word)
		}
	}
}

func TestStages(t *testing.T) {
	var got []stage
	for spoken := range 10 {
		got = append(got, stageOf(&vignettev1.Observation{TurnsLeft: int32(20 - 2*spoken), Others: []*vignettev1.Participant{{Id: "c"}}}, spoken))
	}
	want := []stage{opening, exploring, exploring, exploring, exploring, deepening, deepening, deepening, closing, ending}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stages of ten turns (-want +got):\n%s", diff)
	}
}

// What is said in writing speaks of no room.
func TestNothingOfTheRoomInAChat(t *testing.T) {
	for setting, here := range map[string]bool{
		"A small room above a pharmacy. A table, a telephone.": true,
		"The text chat of the night line, half past one.":      false,
		"A conversation in a forum.":                           false,
		"On the phone, Sunday evening.":                        false,
	} {
		turn := &turn{obs: &vignettev1.Observation{Setting: setting}}
		if got := turn.slot("here") != ""; got != here {
			t.Errorf("%q is taken for one room: %v", setting, got)
		}
	}
}
