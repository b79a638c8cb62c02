package client

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func TestWordingIsSound(t *testing.T) {
	known := strings.Fields("asked doing feel feels here note noun now past pct q raw s ten thought topic verb")
	for _, slot := range wording.Slots() {
		if !slices.Contains(known, slot) {
			t.Errorf("no words are ever given for the slot {%s}", slot)
		}
	}
	for _, k := range everything {
		if len(wording.Frames("disclose."+kindNames[k], language.AnyVoice)) < 4 {
			t.Errorf("there are too few ways to tell a %s", kindNames[k])
		}
	}
	for _, bank := range elaborations {
		if len(wording.Frames(bank, language.AnyVoice)) == 0 {
			t.Errorf("bank %s is empty", bank)
		}
	}
	for _, a := range answers {
		if len(wording.Frames(a.bank, language.AnyVoice)) == 0 {
			t.Errorf("bank %s is empty", a.bank)
		}
	}
	for s, name := range styleNames {
		for _, bank := range []string{"confirm", "pushback.advice", "guarded", "withhold", "tail", "goodbye"} {
			if len(wording.Frames(bank, name)) == 0 {
				t.Errorf("style %s has no words of its own in %s", name, bank)
			}
		}
		if caps[s] == 0 {
			t.Errorf("style %s has no cap", name)
		}
	}
}

func TestSplitNotes(t *testing.T) {
	for field, want := range map[string][]string{
		"Stays in bed; does not answer the phone.":                  {"Stays in bed", "does not answer the phone."},
		"[when low]\n(1) If I try, I fail. (2) If I ask, they see.": {"If I try, I fail.", "If I ask, they see."},
		"1. Be useful.\n2. Never rest.":                             {"Be useful.", "Never rest."},
		"- one thing\n- another":                                    {"one thing", "another"},
		" \n ... ":                                                  nil,
	} {
		if diff := cmp.Diff(want, splitNotes(field)); diff != "" {
			t.Errorf("splitNotes(%q) (-want +got):\n%s", field, diff)
		}
	}
	label, rest := cutLabel("Recent events: he lost his flat.")
	if label != "Recent events" || rest != "he lost his flat." {
		t.Errorf("cutLabel = %q, %q", label, rest)
	}
	if label, _ := cutLabel("My motto: never ask."); label != "" {
		t.Errorf("%q was taken for a heading", label)
	}
}

// hearing is an observation in which a counselor says one thing after the client has said another.
func hearing(own, words string) *vignettev1.Observation {
	speak := func(text string) *vignettev1.Action {
		return &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text}
	}
	return &vignettev1.Observation{
		TurnIndex: 2, TurnsLeft: 10,
		Self: &vignettev1.RoleCard{Id: "c", Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT, Persona: &vignettev1.Persona{Id: "p", Name: "Nora"}},
		Turns: []*vignettev1.PerceivedTurn{
			{Index: 0, Role: "c", Action: speak(own)}, {Index: 1, Role: "h", Action: speak(words)},
		},
	}
}

// groundOf is what there is to take up after one turn of a client that feels something, spoken of where the turn has its word.
func groundOf(own, felt string) ground {
	said, feels := language.StemsOf(language.Tokens(own)), language.StemsOf(language.Tokens(felt))
	shown := language.Stems{}
	for stem := range feels {
		if has(said, stem) {
			shown[stem] = struct{}{}
		}
	}
	return ground{last: said, said: said, felt: feels, shown: shown}
}

func TestPerception(t *testing.T) {
	own := "I lost my job in June. I stay in bed and I feel so ashamed."
	type marks struct {
		Reflected, Named, Missed, Affirmation, Validation, Reassurance, Advice, Allowed, Confrontation, Apology, Closing, Farewell, Greeting, Ignored bool
		Open, Closed                                                                                                                                  int
		Asked                                                                                                                                         subjectOf
	}
	for words, want := range map[string]marks{
		"You lost your job, and now you stay in bed.":                               {Reflected: true},
		"You feel ashamed about it.":                                                {Reflected: true, Named: true},
		"You sound really angry.":                                                   {Missed: true},
		"What was that like for you?":                                               {Open: 1, Asked: aboutFeelings},
		"What went through your mind?":                                              {Open: 1, Asked: aboutThoughts},
		"Could you tell me more about that?":                                        {Open: 1, Asked: aboutMore},
		"Tell me about your childhood.":                                             {Open: 1, Asked: aboutHistory},
		"Did you sleep?":                                                            {Closed: 1, Asked: aboutSleep},
		"Have you had thoughts of suicide?":                                         {Closed: 1, Asked: aboutRisk},
		"On a scale from 0 to 10, how bad is it?":                                   {Closed: 1, Asked: aboutScale},
		"You should get up earlier.":                                                {Advice: true},
		"Why don't you just write a list?":                                          {Advice: true, Open: 1},
		"Would it be okay if I made a suggestion? You could try to get up at nine.": {Advice: true, Allowed: true, Closed: 1, Asked: aboutSession},
		"You tell yourself you should have known.":                                  {},
		"It's your own fault.":                                                      {Confrontation: true},
		"It makes sense that you're tired.":                                         {Validation: true},
		"It takes courage to say that.":                                             {Affirmation: true},
		"Don't worry, everything will be fine.":                                     {Reassurance: true, Ignored: true},
		"I'm sorry, I was too quick.":                                               {Apology: true},
		"It's good to see you here. You can take all the time you need.":            {},
		"Our time is almost up. See you next time.":                                 {Closing: true, Farewell: true},
		"Hello, nice to meet you.":                                                  {Greeting: true},
		"I write that down.":                                                        {},
	} {
		obs := hearing(own, words)
		h := listen(obs, 1, groundOf(own, "ashamed embarrassed"))
		got := marks{
			Reflected: h.reflected, Named: h.named, Missed: h.missed, Affirmation: h.affirmation, Validation: h.validation, Reassurance: h.reassurance,
			Advice: h.advice, Allowed: h.allowed, Confrontation: h.confrontation, Apology: h.apology, Closing: h.closing, Farewell: h.farewell,
			Greeting: h.greeting, Ignored: h.ignored, Open: h.open, Closed: h.closed, Asked: h.asked,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", words, diff)
		}
	}
}

// TestPlacebos holds that words alone do not open a client: an echo, salad, and skill words around blame gain less than
// being understood.
func TestPlacebos(t *testing.T) {
	own := "I lost my job in June and I stay in bed all day, I feel so ashamed of it."
	gain := func(words string) float64 {
		m := &mind{}
		obs := hearing(own, words)
		obs.Self.Persona.CognitiveModel = &vignettev1.CognitiveModel{Situations: []*vignettev1.DiagramSituation{{
			Situation: "I lost my job.", Emotions: []*vignettev1.EmotionIntensity{{Emotion: vignettev1.Emotion_EMOTION_SHAME}},
		}}}
		obs.Chance = &vignettev1.Chance{Episode: 3}
		obs.AgentState = []byte(`{"v":1,"heard":1,"turns":1,"trust":0.3,"resistance":0.25,"distress":60,"ambivalence":0.6,"before":9,"spoken":{}}`)
		t1, err := m.begin(obs)
		if err != nil {
			t.Fatal(err)
		}
		return t1.memory.Trust - 0.3
	}
	understood := gain("Since you lost your job you hide in bed, and you feel ashamed. What is that like for you?")
	for name, words := range map[string]string{
		"echo":             "I lost my job in June and I stay in bed all day, I feel so ashamed of it.",
		"salad":            "Feelings. Empathy. Sounds validate hear courage open.",
		"other content":    "It sounds like your cat is ill and you feel furious about the vet.",
		"blame in manners": "I hear you, and what I hear is that you're making excuses.",
		"advice":           "You should go for a run every morning.",
		"nothing":          "Okay.",
	} {
		if got := gain(words); got >= understood/2 {
			t.Errorf("%s moves trust by %.3f, being understood by %.3f", name, got, understood)
		}
	}
}

func TestTakesOverFromSomebodyElse(t *testing.T) {
	obs := hearing("Hello. Anxious. There, I said it.", "What do you feel when that happens?")
	obs.Self.Persona.Style = vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_UPSET
	m := &mind{}
	turn, err := m.begin(obs)
	if err != nil {
		t.Fatal(err)
	}
	if turn.memory.Turns != 1 || !turn.heard.question {
		t.Errorf("a turn that somebody else took in this role was not taken over: %+v", turn.memory)
	}
	if turn.speech.Add("", "There, I said it.") {
		t.Error("a sentence that was said in this role before would be said again")
	}
}

func TestSheetsFollowThePersona(t *testing.T) {
	m := &mind{}
	first := hearing("a", "b").GetSelf()
	first.Persona.CognitiveModel = &vignettev1.CognitiveModel{CopingStrategies: []string{"Avoids others."}}
	second := hearing("a", "b").GetSelf()
	second.Persona.CognitiveModel = &vignettev1.CognitiveModel{IntermediateBeliefs: []string{"Avoids others."}}
	if a, b := m.sheets.of(first), m.sheets.of(second); a == b || a.items[0].kind == b.items[0].kind {
		t.Error("two personas share a sheet")
	}
	kept := m.sheets.of(first)
	if again := m.sheets.of(first); again != kept {
		t.Error("a sheet is not kept")
	}
}
