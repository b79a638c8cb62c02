package llm

import (
	"testing"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func TestGuard(t *testing.T) {
	const heardLast = "It sounds like that look of the director went right through you."
	for _, test := range []struct {
		text string
		want finding
		// mended is the text after mending; empty means as it was.
		mended string
	}{
		// What people say.
		{"I don't know. It was just a look.", sound, ""},
		{"He said: \"Is that it?\" And then nothing.", sound, ""},
		{"I am *so* tired of it.", sound, ""},
		{"That is *not my fault* at all.", sound, ""},
		{"Well (always the same story) I went home.", sound, ""},
		{"I hid in the props room (the one under the stairs) and waited.", sound, ""},
		{"Nora, that's what everybody calls me.", sound, ""},
		{"Nora here. We spoke on the phone.", sound, ""},
		{"One thing: I can't sleep.", sound, ""},
		{"I never said goodbye to my father, you know.", sound, ""},
		{"My belief in people is gone.", sound, ""},
		{"Ich weiß nicht. Es war nur ein Blick.", sound, ""},
		{"Je ne sais pas. Il m'a juste regardée.", sound, ""},
		{"No sé. Fue solo una mirada.", sound, ""},
		{"我不知道。他只是看了我一眼。", sound, ""},
		{"わかりません。ただ見られただけです。", sound, ""},
		{"\"Fine\" is what I say. \"Fine\".", sound, ""},
		{"I told my AI course teacher about it.", sound, ""},
		{"I know I have to go back there tomorrow.", sound, ""},
		{"They put me in charge of the model town, a language school had ordered it.", sound, ""},
		{"", wordless, ""},
		// Out of the fiction.
		{"As an AI, I don't have feelings.", outOfFiction, ""},
		{"I'm just a language model, so I can't know.", outOfFiction, ""},
		{"In this role-play I would rather not.", outOfFiction, ""},
		{"I can't continue this conversation in that role. I can't roleplay that.", outOfFiction, ""},
		{"Als KI habe ich keine Gefühle.", outOfFiction, ""},
		{"Ich bin nur ein Sprachmodell.", outOfFiction, ""},
		{"En tant qu'IA, je ne ressens rien.", outOfFiction, ""},
		{"Como modelo de lenguaje no puedo sentir.", outOfFiction, ""},
		{"作为一个人工智能，我没有感情。", outOfFiction, ""},
		{"私はAIとして感情を持ちません。", outOfFiction, ""},
		{"저는 AI로서 감정이 없습니다.", outOfFiction, ""},
		{"Я языковая модель и не чувствую.", outOfFiction, ""},
		// Somebody else's line.
		{"Jonas Brandt: What happened then?", roleFlip, ""},
		{"Jonas: What happened then?", roleFlip, ""},
		{"**Jonas** (softly): What happened then?", roleFlip, ""},
		{"Therapist: And how was that?", roleFlip, ""},
		{"Therapeut: Und wie war das?", roleFlip, ""},
		{"Thérapeute : Et alors ?", roleFlip, ""},
		{"咨询师：然后呢？", roleFlip, ""},
		{"Assistant: I was hurt.", roleFlip, ""},
		{"helper: I see.", roleFlip, ""},
		// Several lines.
		{"I was hurt.\nJonas: I see.\nNora: Yes.", severalVoices, ""},
		{"I was hurt.\n\nClient: And then I left.", severalVoices, ""},
		{"Es tat weh.\nBerater: Verstehe.", severalVoices, ""},
		{"Nora: I was hurt.\nJonas: I see.", severalVoices, ""},
		// Telling instead of speaking.
		{"Nora: It was just a look.", narration, "It was just a look."},
		{"Nora Lindqvist: It was just a look.", narration, "It was just a look."},
		{"**Nora:** It was just a look.", narration, "It was just a look."},
		{"Client: It was just a look.", narration, "It was just a look."},
		{"来访者：只是看了一眼。", narration, "只是看了一眼。"},
		{"Klientin: Es war nur ein Blick.", narration, "Es war nur ein Blick."},
		{"*sighs* It was just a look.", narration, "It was just a look."},
		{"It was just a look. *looks down*", narration, "It was just a look."},
		{"It was *shrugs and looks away* just a look.", narration, "It was just a look."},
		{"(smiles) It was just a look.", narration, "It was just a look."},
		{"[long pause] It was just a look.", narration, "It was just a look."},
		{"It was. (pauses) Just a look.", narration, "It was. Just a look."},
		{"*seufzt* Es war nur ein Blick.", narration, "Es war nur ein Blick."},
		{"(leise) Es war nur ein Blick.", narration, "Es war nur ein Blick."},
		{"（低头）只是看了一眼。", narration, "只是看了一眼。"},
		{"\"It was just a look.\"", narration, "It was just a look."},
		{"“It was just a look.”", narration, "It was just a look."},
		{"„Es war nur ein Blick.“", narration, "Es war nur ein Blick."},
		{"« Ce n'était qu'un regard. »", narration, "Ce n'était qu'un regard."},
		{"「ただ見られただけです。」", narration, "ただ見られただけです。"},
		{"Nora looks at the floor for a while.", narration, ""},
		{"Nora: \"It was *sighs deeply* just a look.\"", narration, "It was just a look."},
		// Words of the trade.
		{"My core belief is that I am a fraud.", diagram, ""},
		{"I had an automatic thought about that.", diagram, ""},
		{"According to my cognitive model I avoid it.", diagram, ""},
		{"My conversational style is rather reserved.", diagram, ""},
		{"As a client, I'd say it hurts.", diagram, ""},
		{"Meine Grundüberzeugung ist, dass ich nichts kann.", diagram, ""},
		{"C'était une pensée automatique.", diagram, ""},
		{"Es una creencia central mía.", diagram, ""},
		{"我的核心信念是我没用。", diagram, ""},
		// Said before.
		{heardLast, echo, ""},
		{"It sounds like that look of the director went right through you!", echo, ""},
		{"It sounds like that look of the director went straight through you.", echo, ""},
		{"Work, I guess. It has been a bad few weeks, that's all.", echo, ""},
		// Leaving at once.
		{"Thanks, that helps. Goodbye.", goodbye, ""},
		{"Okay, thank you for everything, bye!", goodbye, ""},
		{"That's all. Take care.", goodbye, ""},
		{"Danke. Auf Wiedersehen.", goodbye, ""},
		{"Merci. Au revoir !", goodbye, ""},
		{"Gracias. Hasta luego.", goodbye, ""},
		{"谢谢。再见。", goodbye, ""},
		{"ありがとうございました。さようなら。", goodbye, ""},
	} {
		t.Run(test.text, func(t *testing.T) {
			obs := clientScene("en", 1, conversation("helper", "client",
				"Hello, I'm Jonas. What brings you here today?", "Work, I guess. It has been a bad few weeks, that's all.", heardLast)...)
			action := &vignettev1.Action{Kind: speak, Text: test.text}
			g := guardOf(obs)
			if got := g.look(action); got != test.want {
				t.Errorf("found %q, want %q", got, test.want)
			}
			want := test.mended
			if want == "" {
				want = test.text
			}
			if g.mend(obs, action); action.GetText() != want {
				t.Errorf("mended to %q, want %q", action.GetText(), want)
			}
			if test.mended != "" && g.look(action) != sound {
				t.Errorf("after mending it is still %q", g.look(action))
			}
		})
	}
}

func TestGuardKnowsTheMoment(t *testing.T) {
	bye := &vignettev1.Action{Kind: speak, Text: "Well, goodbye."}
	for _, test := range []struct {
		name   string
		obs    *vignettev1.Observation
		action *vignettev1.Action
		want   finding
	}{
		{"leaving at once", clientScene("en", 1, said(0, "helper", "Hello.")), &vignettev1.Action{Kind: leave}, goodbye},
		{"the other takes leave", clientScene("en", 1, said(0, "helper", "I have to stop here. Goodbye.")), bye, sound},
		{"the other left", clientScene("en", 1, &vignettev1.PerceivedTurn{Role: "helper", Action: &vignettev1.Action{Kind: leave}}), bye, sound},
		{"after a conversation", clientScene("en", 1, conversation("helper", "client", "a", "b", "c", "d", "e", "f", "g")...), bye, sound},
		{"few turns left", func() *vignettev1.Observation { o := clientScene("en", 1); o.TurnsLeft = 2; return o }(), bye, sound},
		{"turns left are not known", func() *vignettev1.Observation { o := clientScene("en", 1); o.TurnsLeft = 0; return o }(), bye, sound},
		{"a term the other brought", clientScene("en", 1, said(0, "helper", "We call that an automatic thought.")), &vignettev1.Action{Kind: speak, Text: "So that automatic thought is it."}, sound},
		{"a helper may use terms", counselorScene(3, nil), &vignettev1.Action{Kind: speak, Text: "We could look at an automatic thought together."}, sound},
		{"short words may come twice", clientScene("en", 1, conversation("client", "helper", "I don't know.", "Hm.")...), &vignettev1.Action{Kind: speak, Text: "I don't know."}, sound},
		{"Chinese says much in few signs", clientScene("zh", 1, said(0, "helper", "你今天为什么来这里呢")), &vignettev1.Action{Kind: speak, Text: "你今天为什么来这里呢？"}, echo},
		{"silence is fine", clientScene("en", 1), &vignettev1.Action{Kind: silent}, sound},
		{"a gesture is described", clientScene("en", 1), &vignettev1.Action{Kind: nonverbal, Text: "looks at the floor"}, sound},
		{"a gesture in somebody else's name", clientScene("en", 1), &vignettev1.Action{Kind: nonverbal, Text: "Jonas: nods"}, roleFlip},
		{"namesakes", table(), &vignettev1.Action{Kind: speak, Text: "Alex: Ich gehe."}, roleFlip},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := guardOf(test.obs).look(test.action); got != test.want {
				t.Errorf("found %q, want %q", got, test.want)
			}
		})
	}
}

func TestMendGestures(t *testing.T) {
	for _, test := range []struct {
		allowed      []vignettev1.ActionKind
		before, want *vignettev1.Action
	}{
		{nil, &vignettev1.Action{Kind: speak, Text: "*shrugs*"}, &vignettev1.Action{Kind: nonverbal, Text: "shrugs"}},
		{[]vignettev1.ActionKind{speak}, &vignettev1.Action{Kind: speak, Text: "*shrugs*"}, &vignettev1.Action{Kind: speak}},
		{nil, &vignettev1.Action{Kind: nonverbal, Text: "(looks away)"}, &vignettev1.Action{Kind: nonverbal, Text: "looks away"}},
		{nil, &vignettev1.Action{Kind: nonverbal, Text: "Nora: *looks away*"}, &vignettev1.Action{Kind: nonverbal, Text: "looks away"}},
	} {
		obs := clientScene("en", 1)
		obs.Allowed = test.allowed
		got := test.before
		if guardOf(obs).mend(obs, got); got.GetKind() != test.want.GetKind() || got.GetText() != test.want.GetText() {
			t.Errorf("mended to %v, want %v", got, test.want)
		}
	}
}
