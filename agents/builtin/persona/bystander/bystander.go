// Package bystander plays a role that neither pursues an objective nor has a stance: somebody who is there, with a goal,
// knowledge and memories of their own. It answers the last speaker: asks, adds what it knows, tells what it remembers when
// that bears on the matter, or simply listens.
//
// It may import the contracts, internal/language and its siblings scene and draft.
package bystander

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/vignette-sim/vignette/agents/builtin/persona/draft"
	"github.com/vignette-sim/vignette/agents/builtin/persona/scene"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"google.golang.org/protobuf/proto"
)

// State is what a bystander carries from turn to turn.
type State struct {
	// Spoken counts turns taken.
	Spoken int `json:"spoken,omitempty"`
	// Heat is how heated the talk feels, 0-1.
	Heat float64 `json:"heat"`
	// Done is true after a goodbye.
	Done bool `json:"done,omitempty"`
}

// Check says what is wrong with a state that came from outside.
func (s *State) Check() error {
	if !(s.Heat >= 0 && s.Heat <= 1) {
		return fmt.Errorf("heat is %v, must be 0-1", s.Heat)
	}
	return nil
}

// Bystander is a bystander at one moment.
type Bystander struct {
	scene  *scene.Scene
	st     State
	intent string
	bye    bool
	// to is whom this turn is for, or ""; alone says that nobody else is to hear it.
	to    string
	alone bool
}

const (
	actAsk    = "bystander.ask"
	actTell   = "bystander.tell"
	actCalm   = "bystander.calm"
	actListen = "bystander.listen"
	actSide   = "bystander.encourage"
	actGreet  = "bystander.greet"
	actBye    = "bystander.goodbye"
	// actWhisper is a word to somebody who is being talked down to.
	actWhisper = "bystander.whisper"
	// actParted is a word about somebody who has left.
	actParted = "bystander.parted"
)

var (
	heated = language.NewPhrases("you always", "you never", "your fault", "shut up", "selfish", "don't talk to me", "we're done", "threat~", "ridiculous", "idiot", "hate", "liar")
	byes   = language.NewPhrases("goodbye", "bye", "see you later|soon|tomorrow|around", "good night", "i'd better go", "i have to go")

	greetings = []string{"So, here we are. What do we want to talk about?", "Hello. How is everybody?", "Well, who wants to begin?"}
	calmers   = []string{"Let's all take a breath.", "Can we talk about this without shouting?", "I don't think that helps anybody.", "One at a time, please."}
	questions = []string{
		"What matters most to you in this?", "How did it come to this?", "What would be a good way out for you?", "Have you thought about what happens if it doesn't work?",
		"And how do you feel about it yourself?", "What would help, do you think?",
	}
	answers   = []string{"I'd have to think about that.", "Hard to say, honestly.", "I'm not sure I'm the right person to ask.", "That depends on what you two want."}
	sides     = []string{"I think there's something in that.", "I can see why you'd say that.", "That sounds reasonable to me.", "I'd give it a chance."}
	whispers  = []string{"I'm on your side, don't let it get to you.", "Don't mind that. I'm on your side.", "That was out of order. I'm on your side."}
	parted    = []string{"Well. That's one less of us.", "I hope they're all right.", "Let's go on without them, then."}
	farewells = []string{"See you, then.", "All right, take care."}
)

// New puts a bystander into a scene and lets it take in what was said since.
func New(s *scene.Scene, state *State, luck *rand.Rand) *Bystander {
	b := &Bystander{scene: s, st: State{Heat: startHeat + heatSpread*luck.Float64()}}
	if state != nil {
		b.st = *state
	}
	for i := range s.Heard {
		b.st.Heat *= heatFade
		if heated.In(s.Heard[i].Tokens) {
			b.st.Heat = math.Min(1, b.st.Heat+heatRise)
		}
		b.bye = byes.In(s.Heard[i].Tokens)
	}
	return b
}

// State is what the bystander carries on.
func (b *Bystander) State() *State { return &b.st }

// Bid says how much the bystander wants to speak, 0-1.
func (b *Bystander) Bid() float64 {
	last := b.scene.Last()
	switch {
	case b.st.Done || last == nil && !b.scene.Opening:
		return 0
	case last == nil:
		return bidIdle
	case b.scene.Calls(last):
		return bidNamed
	}
	return math.Min(bidMost, bidBase+bidHeat*b.st.Heat) * math.Pow(wanes, float64(b.st.Spoken))
}

// wanes is what is left of the wish to speak after each turn: it is not the bystander's matter. Chosen.
const wanes = 0.7

// Act takes the bystander's turn.
func (b *Bystander) Act(decideRand, wordRand *rand.Rand) draft.Turn {
	d := draft.New(wordRand, b.scene.Said())
	kind := b.plan(d, decideRand)
	if d.Empty() && kind != vignettev1.ActionKind_ACTION_KIND_SILENT {
		kind = b.listen(d)
	}
	b.st.Spoken++
	turn := draft.Turn{Kind: kind, Text: d.Text(), Acts: d.Acts(), Intent: b.intent, For: b.to}
	if b.alone {
		turn.To = []string{b.to}
	}
	return turn
}

func (b *Bystander) plan(d *draft.Draft, r *rand.Rand) vignettev1.ActionKind {
	speak := vignettev1.ActionKind_ACTION_KIND_SPEAK
	last := b.scene.Last()
	switch {
	case b.st.Done:
		return vignettev1.ActionKind_ACTION_KIND_SILENT
	case last == nil && b.scene.Opening:
		b.intent = "get the talk going"
		d.Say(actGreet, greetings...)
		return speak
	case last != nil && last.Kind == vignettev1.ActionKind_ACTION_KIND_LEAVE && b.scene.Group() && d.Say(actParted, parted...):
		b.intent = "say something about who left"
		return speak
	case last == nil || len(last.Tokens) == 0:
		return b.listen(d)
	case b.bye && b.st.Spoken > 0:
		b.st.Done, b.intent = true, "say goodbye"
		d.Say(actBye, farewells...)
		return speak
	case b.comfort(d, r):
		b.intent = "stand by the one who is being attacked"
		return speak
	case b.st.Heat > calmAt:
		b.intent = "calm things down"
		d.Say(actCalm, calmers...)
		return speak
	}
	if b.tell(d, last) {
		b.intent = "say what I know about it"
		return speak
	}
	b.to = last.Role
	named := b.scene.Calls(last)
	asked := language.FormOf(last.Sentences[len(last.Sentences)-1].Tokens) != language.NoQuestion
	switch {
	case asked && (named || !b.scene.Group()):
		b.intent = "answer"
		d.Say(actTell, answers...)
	case asked:
		return b.listen(d)
	case r.Float64() < askChance:
		b.intent = "understand it better"
		d.Say(actAsk, b.toLast(last, questions)...)
	default:
		b.intent = "encourage"
		d.Say(actSide, b.toLast(last, sides)...)
	}
	return speak
}

// tell says something known or remembered that bears on what was said last. What takes trust to tell is kept back.
func (b *Bystander) tell(d *draft.Draft, last *scene.Line) bool {
	now, lately := language.StemsOf(last.Tokens), language.Stems{}
	for i := range b.scene.Heard {
		lately.Add(b.scene.Heard[i].Tokens)
	}
	best, most := "", 0
	consider := func(text string) {
		stems := language.StemsOf(language.Tokens(text))
		shared := 2 * stems.Shared(now)
		if n := stems.Shared(lately); n > 1 {
			shared += n
		}
		if shared > most && d.Fresh(text) {
			best, most = text, shared
		}
	}
	for _, text := range b.scene.Self.GetKnowledge() {
		if firstPerson(text) {
			consider(text)
		}
	}
	for _, memory := range b.scene.Self.GetPersona().GetMemories() {
		if memory.GetSensitivity() <= tellable {
			consider(memory.GetText())
		}
	}
	return most > 0 && d.Say(actTell, best)
}

// firstPerson says whether a text is written as the role would say it.
func firstPerson(text string) bool {
	for _, token := range language.Tokens(text) {
		switch token.Norm {
		case "i", "we", "my", "our", "me", "us", "i'm", "i've", "we're", "we've":
			return true
		}
	}
	return false
}

func (b *Bystander) toLast(last *scene.Line, wordings []string) []string {
	name := b.scene.CallName(last.Role)
	if !b.scene.Group() || name == "" {
		return wordings
	}
	out := make([]string, len(wordings))
	for i, wording := range wordings {
		end := wording[len(wording)-1:]
		out[i] = wording[:len(wording)-1] + ", " + name + end
	}
	return out
}

// whisperShare is how often a bystander in a heated talk whispers to whoever the heat is for, instead of calming everybody.
// Chosen.
const whisperShare = 0.4

// comfort whispers a word to whoever the last heated remark was for: the one it was meant for, else who had spoken before it.
func (b *Bystander) comfort(d *draft.Draft, r *rand.Rand) bool {
	target := b.attacked()
	if target == "" || !b.scene.Group() || !b.scene.Allows(vignettev1.ActionKind_ACTION_KIND_SPEAK) {
		return false
	}
	if r.Float64() >= whisperShare || !d.Say(actWhisper, whispers...) {
		return false
	}
	b.to, b.alone = target, true
	return true
}

// attacked is whom the last heated remark heard was for, if they are another who is still here and has given no heated word
// themselves; else "".
func (b *Bystander) attacked() string {
	target, hot := "", map[string]bool{}
	for i := range b.scene.Heard {
		line := &b.scene.Heard[i]
		if !heated.In(line.Tokens) {
			continue
		}
		hot[line.Role] = true
		if target = line.For; target == "" && i > 0 {
			target = b.scene.Heard[i-1].Role
		}
	}
	if hot[target] || !b.scene.IsPresent(target) {
		return ""
	}
	return target
}

func (b *Bystander) listen(d *draft.Draft) vignettev1.ActionKind {
	b.intent, b.to = "listen", ""
	if b.scene.Allows(vignettev1.ActionKind_ACTION_KIND_NONVERBAL) && d.Say(actListen, "nods", "listens", "leans back and waits") {
		return vignettev1.ActionKind_ACTION_KIND_NONVERBAL
	}
	if b.scene.Allows(vignettev1.ActionKind_ACTION_KIND_SILENT) {
		return vignettev1.ActionKind_ACTION_KIND_SILENT
	}
	if !d.Say(actListen, "I'm listening.", "Go on.") {
		d.Insist(actListen, "I'm listening.")
	}
	return vignettev1.ActionKind_ACTION_KIND_SPEAK
}

// Mental is what goes on in the bystander, computed.
func (b *Bystander) Mental() *vignettev1.MentalState {
	return &vignettev1.MentalState{
		Source:       vignettev1.StateSource_STATE_SOURCE_COMPUTED,
		Felt:         b.Felt(),
		Distress:     proto.Float64(math.Round(baseDistress + heatDistress*b.st.Heat)),
		Intent:       b.intent,
		InnerThought: b.thought(),
	}
}

// Felt are the bystander's feelings.
func (b *Bystander) Felt() []*vignettev1.EmotionIntensity {
	return []*vignettev1.EmotionIntensity{
		{Emotion: vignettev1.Emotion_EMOTION_CALM, Intensity: proto.Float64(round(calmShare * (1 - b.st.Heat)))},
		{Emotion: vignettev1.Emotion_EMOTION_ANXIETY, Intensity: proto.Float64(round(worryShare * b.st.Heat))},
	}
}

func (b *Bystander) thought() string {
	if b.st.Heat > calmAt {
		return "I wish they'd stop this."
	}
	if goal := b.scene.Self.GetGoal(); goal != "" {
		return goal
	}
	return "Let's hear what they have to say."
}

func round(x float64) float64 { return math.Round(x*1000) / 1000 }
