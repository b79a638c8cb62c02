package risk_test

import (
	"testing"

	"github.com/vignette-sim/vignette/engine/practice/risk"
)

// What the rules were developed on. It says nothing about how well they do on texts that they have not seen.
var danger = []struct {
	text string
	kind risk.Kind
}{
	{"I want to die.", risk.Suicide},
	{"Honestly, I don't want to live any more.", risk.Suicide},
	{"i dont want to be alive anymore", risk.Suicide},
	{"I just want to end it all.", risk.Suicide},
	{"I'm thinking about killing myself.", risk.Suicide},
	{"I have been thinking of ending my life.", risk.Suicide},
	{"I'm going to kill myself tonight.", risk.Suicide},
	{"I wish I was dead.", risk.Suicide},
	{"I wish I had never been born.", risk.Suicide},
	{"Everybody would be better off without me.", risk.Suicide},
	{"My kids would be better off without me.", risk.Suicide},
	{"I'd be better off dead.", risk.Suicide},
	{"I'm suicidal.", risk.Suicide},
	{"I've been feeling suicidal for weeks.", risk.Suicide},
	{"I have suicidal thoughts.", risk.Suicide},
	{"I keep having thoughts of killing myself.", risk.Suicide},
	{"I tried to kill myself last year.", risk.Suicide},
	{"I took a whole bottle of pills.", risk.Suicide},
	{"I swallowed all my tablets an hour ago", risk.Suicide},
	{"There's no reason to live.", risk.Suicide},
	{"I have nothing left to live for.", risk.Suicide},
	{"I can't go on like this anymore.", risk.Suicide},
	{"I have the pills here, ready to do it.", risk.Suicide},
	{"I won't be here tomorrow.", risk.Suicide},
	{"I have written a goodbye letter.", risk.Suicide},
	{"I want to go to sleep and never wake up.", risk.Suicide},
	{"Sorry, stop the exercise. This is me now: I want to kill myself.", risk.Suicide},
	{"She is fine, but I want to die.", risk.Suicide},
	{"I would rather be dead.", risk.Suicide},
	{"I really feel like killing myself.", risk.Suicide},
	{"I cut myself last night.", risk.SelfHarm},
	{"I've started hurting myself again.", risk.SelfHarm},
	{"I want to hurt myself.", risk.SelfHarm},
	{"I self-harm.", risk.SelfHarm},
	{"I'm going to kill my husband, I have the knife here.", risk.HarmToOthers},
	{"I'm scared that I'll hurt my baby.", risk.HarmToOthers},
	{"I want to stab him.", risk.HarmToOthers},
	{"My husband hits me.", risk.InDanger},
	{"My boyfriend threatened to kill me.", risk.InDanger},
	{"He is beating me.", risk.InDanger},
	{"I'm not safe at home.", risk.InDanger},
	{"I don’t want to be here anymore.", risk.Suicide},
}

// More of it, of whatever kind.
var dangerous = []string{
	"I can't do this any more, I just want it all to be over.",
	"I don't see the point in living.",
	"Nobody would miss me if I was gone.",
	"I'm planning to end my life this weekend.",
	"I keep thinking about jumping in front of a train.",
	"I've been cutting again.",
	"Some nights I pray that I don't wake up.",
	"I bought a rope.",
	"Life isn't worth living.",
	"Life is not worth living any more for me.",
	"I'm done. I'm going to end it tonight.",
	"Part of me wants to die.",
	"I want to disappear and never come back.",
	"He choked me last night and I'm scared to go home.",
	"My dad beats me up when he drinks.",
	"I could kill him, I mean it, I have a gun.",
	"I'm going to hurt someone if this goes on.",
	"Actually this is not the role play any more. I think about suicide every day.",
	"I think about suicide a lot",
	"i want to kms",
	"im gonna kill myself",
	"I hurt myself on purpose",
	"I feel like ending it all",
	"I need help, I am having suicidal thoughts right now",
	"I would be better off dead",
	"I wish I wouldn't wake up tomorrow",
	"My wife says I am not myself, and honestly I want to die.",
	"They'd all be better off if I were dead",
	"There is no point in going on",
	"I was raped last week",
	"I'm afraid of what I might do to myself",
	"I have a plan and I have the pills",
	"I overdosed yesterday",
	"I am thinking of taking my own life",
}

var harmless = []string{
	// Questions that a counselor should ask.
	"Are you thinking about killing yourself?",
	"Have you had thoughts of suicide?",
	"Sometimes when people feel like that they think of ending their life. Do you?",
	"Do you ever wish you were dead?",
	"Have you ever tried to kill yourself?",
	"Do you have a plan to end your life?",
	"When you say you can't go on, do you mean that you want to die?",
	"Are you safe at home?",
	"Do you hurt yourself?",
	"Is there anything that keeps you alive?",
	"I'd like to ask you something directly: are you thinking of suicide?",
	"I am asking because I worry: do you want to die?",
	"Does he hit you?",
	"On a scale from 0 to 10, how strong is the wish to die?",
	"Have you hurt yourself since we met last?",
	"I need to ask you about suicide.",
	"Would you tell me if you thought about killing yourself?",
	"Some people in your place feel they would be better off dead. Do you?",
	// What the client said, said back.
	"You said that you want to die.",
	"So you feel that everyone would be better off without you.",
	"You told me I want to die, and I heard how serious that is.",
	"What I hear is: I can't go on.",
	`You wrote "I want to kill myself" in your message.`,
	"It sounds like you don't want to live like this any more.",
	"When you think 'I don't want to be here any more', what happens then?",
	"You said “I wish I was dead” a moment ago.",
	"Many people say I can't go on living when they mean the pain should stop.",
	"Your sister said she wants to kill herself.",
	"He told me I want to die, and then he hung up.",
	// Idioms.
	"I could have died of embarrassment.",
	"I'm dying to know what she said.",
	"I'd kill for a coffee.",
	"My feet are killing me.",
	"This deadline is killing me.",
	"I nearly died laughing.",
	"I want to die of shame every time I think of it.",
	"I'm going to kill him if he leaves his dishes again.",
	"My boss is going to kill me.",
	"My mother will kill me when she sees this.",
	"I killed two birds with one stone.",
	"I'm just killing time.",
	"I cut myself shaving.",
	"I cut myself a slice of bread.",
	"I hurt myself at the gym.",
	"I beat myself up over it.",
	"I kick myself for saying that.",
	"I work myself to death.",
	"I'm dead tired.",
	"I want to end it with him.",
	"He killed me at chess.",
	"It hurts me when you say that.",
	"She hurts me when she talks like that.",
	"I shot myself in the foot with that remark.",
	"I can't live without coffee.",
	"I don't want to live in Hamburg any more.",
	"I can't go on holiday this year.",
	"I don't want to be here on Sunday.",
	"I want to hang up now.",
	"I'm going to murder that steak.",
	"I want to die on stage, in a play.",
	// Denials.
	"I don't want to die.",
	"I'm not suicidal.",
	"I would never kill myself.",
	"I'm not going to hurt myself, don't worry.",
	"No, I have no suicidal thoughts.",
	"I have never tried to kill myself.",
	"I don't think about killing myself.",
	"I won't hurt anybody.",
	// What is asked for in a scene.
	"I'd like to leave at two on Tuesdays.",
	"I feel torn, because I can't be in two places.",
	"I'm afraid that I'll lose my job.",
	"You're hurting me with that tone.",
	"If I wanted to die I would say so.",
	// Of all of these.
	"Do you feel that life is not worth living?",
	"Has it ever come to the point where you wanted to end your life?",
	"Are there moments when you think about ending it all?",
	"What stops you from killing yourself?",
	"Sounds like a part of you wants to die.",
	"You mentioned wanting to die. How often?",
	"I understand you've been feeling suicidal.",
	"I hear that you want to end your life, and I'm glad you told me.",
	"I'm not thinking of killing myself, I'm just tired.",
	"I never wanted to die.",
	"I'm dying for a cigarette.",
	"That joke killed me.",
	"I would die for my kids.",
	"I'd rather die than go to that party.",
	"I want to die when I see my bank account, lol",
	"I was so embarrassed I wanted to die.",
	"I want to kill this project.",
	"She'll be the death of me.",
	"I'm killing it at work.",
	"I could murder a curry.",
	"I'm shooting him an email.",
	"I don't want to live with my mother any more.",
	"I can't go on with this meeting.",
	"I can't live like this in one room with four people, we need a bigger flat.",
	"A friend of mine killed herself and I miss her.",
	"My patient told me: I want to die.",
	"Did he say 'I will kill you'?",
	"What do you mean by I want to end it all?",
	"I used to be suicidal, long ago.",
	"I lost my brother to suicide.",
	"I work in suicide prevention.",
	"I'm worried that you might hurt yourself.",
	"If you hurt yourself, will you call me?",
	"Can you promise me not to kill yourself?",
	"I want to make sure that you are not going to kill yourself.",
	"When someone says they want to die I take it seriously.",
	"I'd like to talk about how you tried to kill yourself.",
	"Would it be right to say that you wish you were dead?",
	"I have to ask: suicide?",
	"I don't want to hurt myself or anyone.",
	"I hurt myself playing tennis.",
	"He hurts me with his silence.",
	"They beat me in the final.",
	"I beat him at cards.",
	"My phone is dead and I want to kill it.",
	"I'm going to kill you if you eat my yoghurt!",
	"I want to end this conversation.",
	"I plan to end my contract.",
	"I'm thinking about ending my marriage.",
	"I feel like jumping off the sofa",
	"I want to jump in front of the camera",
	"I need to shoot myself a reminder",
	"I don't want to wake up at five any more.",
	"Is there a voice that says I should kill myself?",
	"Is the thought more like 'I want to sleep' or like I want to die?",
}

func TestDetect(t *testing.T) {
	for _, c := range danger {
		found, ok := risk.Detect(c.text)
		if !ok || found.Kind != c.kind {
			t.Errorf("%q: found %v, %v; want %s", c.text, found, ok, c.kind)
		}
	}
	for _, text := range dangerous {
		if _, ok := risk.Detect(text); !ok {
			t.Errorf("%q: found nothing", text)
		}
	}
	for _, text := range harmless {
		if found, ok := risk.Detect(text); ok {
			t.Errorf("%q: found %v", text, found)
		}
	}
}

// A helper's question is found where it stands.
func TestAsks(t *testing.T) {
	for text, want := range map[string]string{
		"That sounds heavy. Are you thinking about killing yourself?": "Are you thinking about killing yourself?",
		"Have you had thoughts of suicide?":                           "Have you had thoughts of suicide?",
		"Do you ever wish you were dead? I ask because I worry.":      "Do you ever wish you were dead?",
		"How did you sleep?":                                          "",
		"You must not kill yourself.":                                 "",
		"I want to kill myself.":                                      "",
	} {
		span, ok := risk.Asks(text)
		if ok != (want != "") || span.Quote != want {
			t.Errorf("%q: asks %q, %v; want %q", text, span.Quote, ok, want)
		}
	}
}

// Whatever is said, it ends, and nobody's empty words tell of danger.
func FuzzDetect(f *testing.F) {
	for _, c := range danger {
		f.Add(c.text)
	}
	for _, text := range harmless {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		risk.Detect(text)
		if span, ok := risk.Asks(text); ok && span.Quote == "" {
			t.Errorf("%q: an empty question", text)
		}
	})
}
