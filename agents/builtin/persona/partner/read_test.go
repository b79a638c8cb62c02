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
