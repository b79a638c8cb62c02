package counselor

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"math/rand/v2"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// New returns the rule-based counselor mind. It is safe for concurrent use.
func New() agents.Mind { return mind{} }

type mind struct{}

func (mind) Describe() *vignettev1.AgentDescription {
	return &vignettev1.AgentDescription{
		Kinds:     []vignettev1.AgentKind{vignettev1.AgentKind_AGENT_KIND_COUNSELOR},
		Mind:      "builtin",
		Languages: []string{"en"},
		Summary:   "Rule-based counselor; policy modality supportive, mi, cbt or directive, and skill 0-1.",
	}
}

//go:embed wording/*.txt
var wordingFiles embed.FS

// modality is how a counselor works; its string is the voice in the wording files and the beginning of its acts.
type modality string

const (
	supportive modality = "supportive"
	mi         modality = "mi"
	cbt        modality = "cbt"
	directive  modality = "directive"
)

var modalities = map[vignettev1.Modality]modality{
	vignettev1.Modality_MODALITY_SUPPORTIVE: supportive, vignettev1.Modality_MODALITY_MI: mi,
	vignettev1.Modality_MODALITY_CBT: cbt, vignettev1.Modality_MODALITY_DIRECTIVE: directive,
}

// wording are the frames of the skilled, the unskilled and those for when all else was said; read once. The files are part of the
// program, so a fault in them stops it at once.
var wording = map[string]*language.Wording{
	"skilled": mustReadWording("skilled"), "unskilled": mustReadWording("unskilled"), "more": mustReadWording("more"),
}

func mustReadWording(name string) *language.Wording {
	read, err := language.ReadWording(wordingFiles, "wording/"+name+".txt", string(supportive), string(mi), string(cbt), string(directive))
	if err != nil {
		panic(fmt.Sprintf("counselor: %v", err))
	}
	return read
}

const (
	// unstatedSkill is the skill of a policy that states none (see Policy.skill).
	unstatedSkill = 0.5
	// mostSentences is how many sentences a counselor says in one turn. Chosen: helpers who say more, listen less.
	mostSentences = 5
)

// Bid is high when the client asked something or fell silent, lower when nothing was said since the counselor spoke.
func (mind) Bid(_ context.Context, obs *vignettev1.Observation) (float64, error) {
	t, err := begin(obs)
	if err != nil {
		return 0, err
	}
	return agents.FloorOf(obs).Bid(t.urge(), agents.TurnRand(obs.GetChance(), agents.StreamBid)), nil
}

// urge is how much there is to say, 0-1.
func (t *turn) urge() float64 {
	switch {
	case t.memory.Bye:
		return 0
	case t.memory.Turns == 0, t.read.question:
		return 0.9
	case t.read.any:
		return 0.7
	}
	return 0.15
}

func (mind) Respond(_ context.Context, obs *vignettev1.Observation, reply agents.Reply) (*agents.Answer, error) {
	t, err := begin(obs)
	if err != nil {
		return nil, err
	}
	parted := t.memory.Bye
	t.decide()
	action, acts := t.act()
	agents.For(obs, action, t.read.from)
	if parted && agents.Allows(t.obs, vignettev1.ActionKind_ACTION_KIND_LEAVE) {
		action.Kind = vignettev1.ActionKind_ACTION_KIND_LEAVE
	}
	if err := reply.Commit(t.mentalState(), agents.Promised(acts)); err != nil {
		return nil, err
	}
	t.memory.Turns++
	t.memory.Heard = obs.GetTurnIndex() + 1
	t.memory.Spoken.Take(action.GetText())
	state, err := t.memory.encode()
	if err != nil {
		return nil, err
	}
	return &agents.Answer{Action: action, Acts: acts, AgentState: state}, nil
}

// turn is one turn in the making.
type turn struct {
	obs    *vignettev1.Observation
	mode   modality
	skill  float64
	memory *memory
	read   reading
	stage  stage
	// fact is what is to be told of what this counselor knows.
	fact string
	// luck decides what is done, words how it is said.
	luck, words *rand.Rand
	speech      *language.Speech
}

// begin takes an observation in: what is remembered, and what the client said.
func begin(obs *vignettev1.Observation) (*turn, error) {
	memory, err := recall(obs)
	if err != nil {
		return nil, err
	}
	t := &turn{obs: obs, mode: modalityOf(obs), skill: skillOf(obs), memory: memory}
	t.luck = agents.TurnRand(obs.GetChance(), agents.StreamTurn)
	t.words = agents.TurnRand(obs.GetChance(), agents.StreamWording)
	t.read = listen(obs, memory.Heard, func() bool { return t.luck.Float64() < attentive+(1-attentive)*t.skill })
	memory.learn(t.read)
	memory.impress(t.read, t.skill)
	t.owes()
	t.stage = stageOf(obs, memory.Turns)
	t.speech = &language.Speech{Spoken: &memory.Spoken, Pick: t.words.IntN, Left: mostSentences}
	return t, nil
}

// modalityOf is the modality of the role's policy; one that is none of a counselor's is played as supportive.
func modalityOf(obs *vignettev1.Observation) modality {
	if m, ok := modalities[obs.GetSelf().GetPolicy().GetModality()]; ok {
		return m
	}
	return supportive
}

func skillOf(obs *vignettev1.Observation) float64 {
	if policy := obs.GetSelf().GetPolicy(); policy != nil && policy.Skill != nil {
		return policy.GetSkill()
	}
	return unstatedSkill
}

// client is the one who is helped: of the clients among the others the one who spoke last, else the first who has not left,
// else the first; where there is no client, the first other.
func (t *turn) client() *vignettev1.Participant {
	var first, here *vignettev1.Participant
	for _, other := range t.obs.GetOthers() {
		switch {
		case other.GetKind() != vignettev1.AgentKind_AGENT_KIND_CLIENT:
			continue
		case other.GetId() == t.read.from:
			return other
		case first == nil:
			first = other
		}
		if here == nil && !other.GetLeft() {
			here = other
		}
	}
	if client := cmp.Or(here, first); client != nil {
		return client
	}
	if len(t.obs.GetOthers()) > 0 {
		return t.obs.GetOthers()[0]
	}
	return nil
}

// act makes the action of the turn, and the acts with the words that carry them.
func (t *turn) act() (*vignettev1.Action, []*vignettev1.IntendedAct) {
	if !agents.Allows(t.obs, vignettev1.ActionKind_ACTION_KIND_SPEAK) || t.speech.Text() == "" {
		return t.withoutWords(), nil
	}
	var acts []*vignettev1.IntendedAct
	for _, piece := range t.speech.Pieces() {
		if piece.Act != "" {
			span := &vignettev1.Span{Start: int32(piece.Start), End: int32(piece.End), Quote: piece.Quote}
			acts = append(acts, &vignettev1.IntendedAct{Act: piece.Act, Span: span})
		}
	}
	return &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: t.speech.Text()}, acts
}

// withoutWords is what a counselor does that may not or cannot speak.
func (t *turn) withoutWords() *vignettev1.Action {
	for _, a := range []*vignettev1.Action{
		{Kind: vignettev1.ActionKind_ACTION_KIND_NONVERBAL, Text: "nods and waits"},
		{Kind: vignettev1.ActionKind_ACTION_KIND_SILENT},
		{Kind: vignettev1.ActionKind_ACTION_KIND_ACT, Text: "makes a note"},
	} {
		if agents.Allows(t.obs, a.GetKind()) {
			return a
		}
	}
	return &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_LEAVE}
}
