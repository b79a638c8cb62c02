package llm

import (
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"google.golang.org/protobuf/proto"
)

const (
	persona   = vignettev1.AgentKind_AGENT_KIND_PERSONA
	counseled = vignettev1.AgentKind_AGENT_KIND_CLIENT
	counselor = vignettev1.AgentKind_AGENT_KIND_COUNSELOR

	speak     = vignettev1.ActionKind_ACTION_KIND_SPEAK
	nonverbal = vignettev1.ActionKind_ACTION_KIND_NONVERBAL
	leave     = vignettev1.ActionKind_ACTION_KIND_LEAVE
	silent    = vignettev1.ActionKind_ACTION_KIND_SILENT
)

func said(index int32, role, text string) *vignettev1.PerceivedTurn {
	return &vignettev1.PerceivedTurn{Index: index, Role: role, Action: &vignettev1.Action{Kind: speak, Text: text}}
}

// conversation is what was said between two roles, the first named beginning.
func conversation(first, second string, lines ...string) []*vignettev1.PerceivedTurn {
	var turns []*vignettev1.PerceivedTurn
	for i, line := range lines {
		turns = append(turns, said(int32(i), []string{first, second}[i%2], line))
	}
	return turns
}

func feel(emotion vignettev1.Emotion, intensity float64, words string) *vignettev1.EmotionIntensity {
	return &vignettev1.EmotionIntensity{Emotion: emotion, Intensity: &intensity, Words: words}
}

// nora is a client with something in each part of her model.
func nora() *vignettev1.Persona {
	return &vignettev1.Persona{
		Id: "nora-lindqvist", Name: "Nora Lindqvist", Introduction: "A woman of about thirty in a paint-stained jacket, who keeps it on.",
		Identity: &vignettev1.Identity{
			Social:      []*vignettev1.Attribute{{Key: "age", Value: "31"}, {Key: "occupation", Value: "stage painter"}},
			LifeContext: []string{"I work nights before a premiere and sleep through Mondays."},
		},
		Traits: &vignettev1.Traits{BigFive: &vignettev1.BigFive{Neuroticism: proto.Float64(0.8), Extraversion: proto.Float64(0.2), Openness: proto.Float64(0.5)}},
		Memories: []*vignettev1.Memory{
			{Id: "m1", Text: "My uncle taught me to mix greys in his garage.", Importance: 0.4, Sensitivity: 0.2},
			{Id: "m2", Text: "I burned the drawings my mother had kept.", Importance: 0.9, Sensitivity: 0.9},
		},
		CognitiveModel: &vignettev1.CognitiveModel{
			RelevantHistory:     "My mother counted every mistake aloud at supper.",
			CoreBeliefs:         []*vignettev1.CoreBelief{{Category: vignettev1.CoreBelief_CATEGORY_WORTHLESS, Text: "I am a fraud through and through.", Strength: proto.Float64(0.9)}},
			IntermediateBeliefs: []string{"If somebody sees me learning, they will despise me."},
			CopingStrategies:    []string{"I repaint finished walls at night so that nobody finds a flaw."},
			Situations: []*vignettev1.DiagramSituation{{
				Situation:         "The director stopped the rehearsal and stared at my backdrop.",
				AutomaticThoughts: []string{"He has noticed that I cannot paint."},
				Emotions:          []*vignettev1.EmotionIntensity{feel(vignettev1.Emotion_EMOTION_SHAME, 0.8, "ashamed"), feel(vignettev1.Emotion_EMOTION_ANXIETY, 0.6, "")},
				Behaviors:         []string{"I hid in the props room until the lights went off."},
			}},
		},
	}
}

func clientScene(language string, style vignettev1.ConversationalStyle, turns ...*vignettev1.PerceivedTurn) *vignettev1.Observation {
	p := nora()
	p.Style = style
	return &vignettev1.Observation{
		Episode: "canary-episode", TurnIndex: int32(len(turns)), TurnsLeft: 20 - int32(len(turns)), Language: language,
		Setting: "A small room in a counseling centre, late on a weekday. It is the first session.",
		Self: &vignettev1.RoleCard{
			Id: "client", Name: "Nora", Kind: counseled, Relation: "a new client", Persona: p, Goal: "Sleep again, without being seen through.",
			Policy: &vignettev1.Policy{Model: "m-1"},
		},
		Others: []*vignettev1.Participant{{Id: "helper", Name: "Jonas Brandt", Kind: counselor, Relation: "your counselor", Introduction: "A man in his fifties with a quiet voice."}},
		Turns:  turns,
		Chance: &vignettev1.Chance{Episode: 7, Turn: uint64(len(turns))},
		Account: &vignettev1.ModelAccount{
			Run: "r", Episode: "e", Task: "respond", Who: "client", Kind: "client", TurnIndex: proto.Int32(int32(len(turns))),
			Sample: &vignettev1.ModelSample{Seed: 3, Repeat: 1}, MaxCost: proto.Float64(5),
		},
	}
}

// changing is a client with a change in mind.
func changing(language string, turns ...*vignettev1.PerceivedTurn) *vignettev1.Observation {
	obs := clientScene(language, vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLAIN, turns...)
	obs.Self.Change = &vignettev1.Change{
		Target: "stop working at night", Stage: vignettev1.StageOfChange_STAGE_OF_CHANGE_PREPARATION,
		Reasons: []string{"I'd like to see my garden by daylight."}, Doubts: []string{"Nobody else will do it."}, Steps: []string{"I could hand in one file late."},
		Questions: []*vignettev1.OpenQuestion{{Text: "Can they dismiss me for it?", Words: []string{"contract", "notice"}}},
	}
	return obs
}

func counselorScene(modality vignettev1.Modality, skill *float64, turns ...*vignettev1.PerceivedTurn) *vignettev1.Observation {
	return &vignettev1.Observation{
		TurnIndex: int32(len(turns)), TurnsLeft: 20 - int32(len(turns)), Language: "en", Setting: "A small room in a counseling centre.",
		Self: &vignettev1.RoleCard{
			Id: "helper", Name: "Jonas Brandt", Kind: counselor, Relation: "your counselor",
			Persona:   &vignettev1.Persona{Id: "jonas", Name: "Jonas Brandt", Introduction: "A man in his fifties with a quiet voice."},
			Policy:    &vignettev1.Policy{Model: "m-1", Modality: modality, Skill: skill},
			Objective: &vignettev1.Objective{Statement: "Understand what brings the client here.", Kind: vignettev1.ObjectiveKind_OBJECTIVE_KIND_UNDERSTAND},
		},
		Others: []*vignettev1.Participant{{Id: "client", Name: "Nora", Kind: counseled, Relation: "a new client", Introduction: "A woman of about thirty who keeps her jacket on."}},
		Turns:  turns,
	}
}

func speakerScene(modality vignettev1.Modality, skill *float64, turns ...*vignettev1.PerceivedTurn) *vignettev1.Observation {
	return &vignettev1.Observation{
		TurnIndex: int32(len(turns)), TurnsLeft: 12 - int32(len(turns)), Language: "en", Setting: "The back office of a hardware shop, just before opening.",
		Self: &vignettev1.RoleCard{
			Id: "dana", Name: "Dana", Kind: persona, Relation: "who works the counter",
			Persona: &vignettev1.Persona{Id: "dana-k", Name: "Dana Kowalski", Introduction: "Early forties, always in work shoes."},
			Policy:  &vignettev1.Policy{Model: "m-1", Modality: modality, Skill: skill},
			Goal:    "Get Thursdays free without a quarrel.", Knowledge: []string{"Milo would swap shifts."},
			Objective: &vignettev1.Objective{
				Statement: "Get Thursday afternoons off.", Kind: vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK, Request: "I'd like to leave at two on Thursdays.",
				Facts: []string{"My mother has dialysis every Thursday at three."}, Feelings: []string{"I feel torn, because I can't be in two places."},
				Benefits: []string{"You would have me rested on Fridays."}, Compromises: []string{"I could make up the hours on Wednesday evening."},
			},
		},
		Others: []*vignettev1.Participant{{Id: "boss", Name: "Mr. Okafor", Kind: persona, Relation: "your manager"}},
		Turns:  turns,
	}
}

func partnerScene(difficulty, reservation float64, turns ...*vignettev1.PerceivedTurn) *vignettev1.Observation {
	return &vignettev1.Observation{
		TurnIndex: int32(len(turns)), TurnsLeft: 12 - int32(len(turns)), Language: "en", Setting: "The back office of a hardware shop, just before opening.",
		Self: &vignettev1.RoleCard{
			Id: "boss", Name: "Mr. Okafor", Kind: persona, Relation: "your manager",
			Persona: &vignettev1.Persona{Id: "okafor", Name: "Ben Okafor", Memories: []*vignettev1.Memory{{Id: "m", Text: "I lost a driver to another shop last year.", Sensitivity: 0.6}}},
			Policy:  &vignettev1.Policy{Model: "m-1"},
			Stance: &vignettev1.Stance{
				Position: "I need everybody here on Thursdays.", Objections: []string{"Thursdays are full.", "If I let you go, the others will want it too."},
				Interests: []*vignettev1.Interest{{Text: "I can't have the counter empty when deliveries come.", Words: []string{"canary-word"}, Weight: 0.9}, {Text: "I want no talk behind my back.", Weight: 0.2}},
				Offers:    []string{"I could do every other Thursday."}, Agreement: "All right. Let's try it for a month.", Difficulty: &difficulty, Reservation: &reservation,
			},
		},
		Others: []*vignettev1.Participant{{Id: "dana", Name: "Dana", Kind: persona, Relation: "who works the counter", Introduction: "Early forties, always in work shoes."}},
		Turns:  turns,
	}
}

// table is a family of three, two of whom are called the same.
func table(turns ...*vignettev1.PerceivedTurn) *vignettev1.Observation {
	return &vignettev1.Observation{
		TurnIndex: int32(len(turns)), TurnsLeft: 3, Language: "de", Setting: "Beim Abendessen.",
		Self: &vignettev1.RoleCard{
			Id: "mutter", Name: "Ilse", Kind: persona, Persona: &vignettev1.Persona{Id: "ilse", Name: "Ilse"}, Policy: &vignettev1.Policy{Model: "m-1", Strategy: "plain"},
		},
		Others: []*vignettev1.Participant{
			{Id: "alex.1", Name: "Alex", Kind: persona, Relation: "der Sohn"}, {Id: "alex 2", Name: "Alex", Kind: persona, Relation: "der Onkel"},
			{Id: "oma", Name: "Oma", Kind: persona, Left: true},
		},
		Turns: turns,
	}
}
