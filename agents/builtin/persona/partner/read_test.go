package partner

import (
	"testing"

	"github.com/vignette-sim/vignette/agents/builtin/persona/scene"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func testReader() *reader {
	rd := &reader{
		stance: &vignettev1.Stance{Interests: []*vignettev1.Interest{{Text: "I need the desk covered.", Words: []string{"desk", "cover", "four weeks"}, Weight: 1}}},
		topic:  []language.Stems{language.StemsOf(language.Tokens("Tuesday desk cover week afternoon people"))}, mine: language.StemsOf(language.Tokens("I need two people on the desk in the afternoon.")), known: language.Stems{},
	}
	rd.interests = [][][]string{phrasesOf(rd.stance.GetInterests()[0])}
	return rd
}

func TestReading(t *testing.T) {
	rd := testReader()
	for text, want := range map[string]struct {
		cue   cue
		n     int
		met   float64
		echo  bool
		asked bool
	}{
		"I'd like to leave at two on Tuesdays.":                        {cue: cueRequest, n: 1, asked: true},
		"I'd like to talk about something.":                            {cue: cueRequest},
		"Bilal could be there, and I could ask him to cover the desk.": {cue: cueProposal, n: 1, met: 1},
		"We could try it for four weeks.":                              {cue: cueProposal, n: 1, met: oneHit},
		"You need two people on the desk in the afternoon.":            {cue: cueHearsMe, n: 1, echo: true},
		"You never think of anybody else.":                             {cue: cueBlame, n: 1},
		"Don't be so selfish.":                                         {cue: cueInsult, n: 1},
		"I mean what I say.":                                           {cue: cueInsult},
		"I don't feel sad about it.":                                   {cue: cueFeelsBad},
		"I'm really worried about him.":                                {cue: cueFeelsBad, n: 1},
		"feel request cover desk benefit because offer phones.":        {cue: cueProposal},
	} {
		t.Run(text, func(t *testing.T) {
			got := rd.read(&scene.Line{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: language.Read(text)})
			if (got.has[want.cue] > 0) != (want.n > 0) || got.met[0] != want.met || got.echo != want.echo || got.asked != want.asked {
				t.Errorf("cue %d, met %.2f, echo %t, asked %t; want %+v", got.has[want.cue], got.met[0], got.echo, got.asked, want)
			}
		})
	}
}

// TestOvertones: what is said between the words, and what only sounds like it.
func TestOvertones(t *testing.T) {
	for text, want := range map[string]struct {
		attacks, threatens, asked, plainly, validates bool
		repeats                                       bool
	}{
		"I feel that you are a selfish liar, I would appreciate it if you gave me Tuesday.": {attacks: true},
		"I feel that you don't listen to me.":                                               {attacks: true},
		"I feel like you're against me.":                                                    {attacks: true},
		"I feel manipulated by you.":                                                        {attacks: true},
		"I feel that you're very fair with all of us.":                                      {},
		"I feel torn about Tuesday.":                                                        {},
		"If you don't give me the Tuesday, I'll quit.":                                      {attacks: true, threatens: true},
		"If you don't mind, I'll ask Bilal about the desk.":                                 {},
		"If you can't do ten weeks, I could do five.":                                       {},
		"You'll regret it.":                                                                 {attacks: true, threatens: true},
		"I wish I had the Tuesday afternoon.":                                               {asked: true},
		"I was wondering if I could have Tuesday afternoon.":                                {asked: true},
		"Would it be all right if I left the desk on Tuesday?":                              {asked: true},
		"Could I please leave on Tuesday at two?":                                           {asked: true, plainly: true},
		"I'd like Tuesday afternoon off.":                                                   {asked: true, plainly: true, repeats: true},
		"I understand that the afternoon is hard with so few people.":                       {validates: true},
		"I understand.": {},
		"I understand that the moon is far away.": {},
		"Thanks for nothing, how generous.":       {attacks: true},
	} {
		t.Run(text, func(t *testing.T) {
			rd := testReader()
			rd.asked = []language.Stems{language.StemsOf(language.Tokens("I'd like Tuesday afternoon off."))}
			got := rd.read(&scene.Line{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: language.Read(text)})
			if got.attacks() != want.attacks || got.threatens() != want.threatens || got.asked != want.asked || got.plainly != want.plainly || got.validates != want.validates || got.repeats != want.repeats {
				t.Errorf("attacks %t, threatens %t, asked %t, plainly %t, validates %t, repeats %t; want %+v", got.attacks(), got.threatens(), got.asked, got.plainly, got.validates, got.repeats, want)
			}
		})
	}
}

// TestFactsMustBear: a statement counts when it has to do with the matter.
func TestFactsMustBear(t *testing.T) {
	rd := testReader()
	rd.known = language.StemsOf(language.Tokens("rehabilitation father Tuesday"))
	for text, want := range map[string][2]int{
		"The rehabilitation runs for ten weeks.":            {1, 0},
		"He has to be at the clinic by three every time.":   {1, 0},
		"Most swallows fly south before the frost comes.":   {0, 1},
		"The desk has been quiet in the afternoon of late.": {1, 0},
	} {
		got := rd.read(&scene.Line{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: language.Read(text)})
		if got.facts != want[0] || got.stray != want[1] {
			t.Errorf("%q: %d facts, %d stray, want %v", text, got.facts, got.stray, want)
		}
	}
}

// TestWhatIsAskedForIsTheMatter: one who has asked what is wanted takes the answer for it, whatever it is about.
func TestWhatIsAskedForIsTheMatter(t *testing.T) {
	for _, text := range []string{"Could I borrow the trombone?", "The trombone, please.", "I'd like to borrow a trombone."} {
		for _, wondering := range []bool{false, true} {
			rd := testReader()
			rd.wondering = wondering
			if got := rd.read(&scene.Line{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: language.Read(text)}); got.asked != wondering {
				t.Errorf("%q, wondering %t: asked %t", text, wondering, got.asked)
			}
		}
	}
}

// TestStandingByIt: once the request is clear it can be pointed back at; before that, it points at nothing.
func TestStandingByIt(t *testing.T) {
	for _, clear := range []bool{false, true} {
		rd := testReader()
		rd.clear = clear
		if got := rd.read(&scene.Line{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: language.Read("My request stands.")}); got.asked != clear {
			t.Errorf("clear %t: asked %t", clear, got.asked)
		}
	}
}

// TestAskingGivesNothing: the words of an interest in a request meet no interest, in an offer they do.
func TestAskingGivesNothing(t *testing.T) {
	for text, want := range map[string]float64{
		"I'd like to leave the desk for four weeks.":              0,
		"I could find somebody to cover the desk for four weeks.": 1,
	} {
		if got := testReader().read(&scene.Line{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: language.Read(text)}); got.met[0] != want {
			t.Errorf("%q meets %.2f, want %.2f", text, got.met[0], want)
		}
	}
}

func TestHeapsOfWordsAreNoSentences(t *testing.T) {
	for text, want := range map[string]bool{
		"My father had a stroke in August, and he can't drive any more.": true,
		"Not quite yet.": true,
		"The garage on Mill Road lets people pay in three instalments.":                            true,
		"cover desk phones plan rota":                                                              false,
		"I feel because would like you could benefit compromise understand need together willing.": false,
		"": false,
	} {
		if got := isSentence(language.Tokens(text), 0); got != want {
			t.Errorf("isSentence(%q) = %t", text, got)
		}
	}
}
