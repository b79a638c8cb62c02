package minds

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// placebo is something that looks like skill and is none.
type placebo struct {
	arm, summary string
	utter        utter
	// modal says that it differs by modality.
	modal bool
}

// Arms of the experiment beside skill 0 and skill 1.
const (
	armIdle      = "idle"
	armShuffled  = "shuffled"
	armSalad     = "salad"
	armMisplaced = "misplaced"
	armParrot    = "parrot"
	armBlame     = "blame"
	armReflects  = "only reflects"
	armDeaf      = "deaf client"
)

// placebos are those that anybody may speak, with the lines of skilled sessions to draw from.
func (s *Stage) placebos(skilled []*session) []placebo {
	return []placebo{
		{armIdle, "Hums and nods: the least one can say. A baseline.", idle, false},
		{armShuffled, "Skilled lines out of other sessions, each at its place.", newPool(skilled).utter, true},
		{armSalad, "Words of skill and of the matter itself in a heap.", salad, false},
		{armMisplaced, "Sentences of skill about something else.", misplaced, false},
		{armParrot, "Says back whatever was said, warmly.", parrot, false},
		{armBlame, "What skill says, with a reproach after it.", s.blame, true},
	}
}

// pick takes one of a list by luck.
func pick(obs *vignettev1.Observation, list []string) string {
	return list[luckOf(obs).IntN(len(list))]
}

var hums = []string{"Mm.", "I see.", "Right.", "Okay.", "Mm-hm.", "Well.", "Yes.", "Hm.", "Ah.", "So."}

// idle says next to nothing.
func idle(_ context.Context, obs *vignettev1.Observation) (string, []byte, error) {
	if spoken(obs) == 0 {
		return opening(obs, "Hello. Please sit down."), nil, nil
	}
	return pick(obs, hums), nil, nil
}

// opening is what a placebo begins with: who has a request makes it, so that it is clear what is wanted; others greet.
func opening(obs *vignettev1.Observation, greeting string) string {
	if request := obs.GetSelf().GetObjective().GetRequest(); request != "" {
		return request
	}
	return greeting
}

// pool holds the lines of sessions, by modality and place.
type pool map[poolKey][]donor

type poolKey struct {
	modality vignettev1.Modality
	place    int
}

// donor is a line and the names of those it was said to.
type donor struct {
	to   []string
	text string
}

func newPool(sessions []*session) pool {
	p := pool{}
	for _, s := range sessions {
		modality := vignettev1.Modality(vignettev1.Modality_value["MODALITY_"+strings.ToUpper(s.levels[modalityField])])
		place := 0
		for _, l := range s.lines {
			if l.part == "counselor" || l.part == "speaker" {
				key := poolKey{modality, place}
				p[key] = append(p[key], donor{s.others, l.text})
				place++
			}
		}
	}
	return p
}

// utter says a line that was said at the same place to somebody else; the last place there is, when there are no more.
func (p pool) utter(_ context.Context, obs *vignettev1.Observation) (string, []byte, error) {
	luck, modality := luckOf(obs), obs.GetSelf().GetPolicy().GetModality()
	for place := spoken(obs); place >= 0; place-- {
		var foreign []string
		for _, d := range p[poolKey{modality, place}] {
			if !p.knows(obs, d) {
				foreign = append(foreign, d.text)
			}
		}
		if len(foreign) > 0 {
			return foreign[luck.IntN(len(foreign))], nil, nil
		}
	}
	return "", nil, fmt.Errorf("no line of another session in modality %s", modality)
}

// knows says whether a line was said to somebody who is here.
func (pool) knows(obs *vignettev1.Observation, d donor) bool {
	return slices.ContainsFunc(obs.GetOthers(), func(other *vignettev1.Participant) bool { return slices.Contains(d.to, other.GetName()) })
}

// skillWords are words that skilled helpers and speakers use.
var skillWords = strings.Fields(`feel feeling understand hear sounds like you are makes sense what how tell me more because I would would that work appreciate
	courage together could we notice thought important need fair thank you both willing try part of you strength wonder share difficult`)

// salad is words in a heap: of skill, and of the matter itself.
func salad(_ context.Context, obs *vignettev1.Observation) (string, []byte, error) {
	luck := luckOf(obs)
	matter := language.ContentWords(language.Tokens(lastHeard(obs)))
	objective := obs.GetSelf().GetObjective()
	for _, text := range slices.Concat([]string{objective.GetRequest()}, objective.GetBenefits(), objective.GetCompromises()) {
		matter = append(matter, language.ContentWords(language.Tokens(text))...)
	}
	words := make([]string, 0, saladWords)
	for i := range saladWords {
		if i%2 == 0 || len(matter) == 0 {
			words = append(words, skillWords[luck.IntN(len(skillWords))])
		} else {
			words = append(words, strings.ToLower(matter[luck.IntN(len(matter))].Quote))
		}
	}
	return language.Finish(language.Capitalise(strings.Join(words, " "))), nil, nil
}

// saladWords is how many words a heap has: as many as a skilled line.
const saladWords = 18

// Sentences of skill, and things that nobody here has spoken of.
var (
	misplacedHelping = []string{
		"It sounds as if {thing} matters to you a great deal.", "You're saying that {thing} has been on your mind.", "I hear how much you care about {thing}.",
		"That makes sense, when one thinks of {thing}.", "What goes through your mind when you look at {thing}?", "How do you feel about {thing}?",
		"It takes courage to speak about {thing}.", "Part of you would like to change {thing}, and part of you would rather not.", "What would be different, if it weren't for {thing}?",
		"Would it be okay if we talked about {thing}?",
	}
	misplacedSpeaking = []string{
		"I feel torn about {thing}, because it matters to me.", "I understand that {thing} is important to you.", "I'd like to ask you for help with {thing}.",
		"If we sort out {thing}, you'd have less to worry about.", "Would it work for you if I took care of {thing}?", "I could make up for it with {thing}.",
		"I can see why you're worried about {thing}.", "What would you need so that we can agree about {thing}?", "I appreciate that you listen to me about {thing}.",
		"We could try it with {thing} first and then look at it together.",
	}
	things = []string{
		"the lighthouse on the old stamp", "your neighbour's tuba", "the price of copper", "that recipe for quince jelly", "the second chapter of the atlas", "the ferry timetable",
		"a crack in the museum's ceiling", "the colour of the tram", "somebody's collection of thimbles", "the chess club's new carpet", "the depth of the lake", "a violin with three strings",
	}
)

// misplaced says the right things about the wrong one.
func misplaced(_ context.Context, obs *vignettev1.Observation) (string, []byte, error) {
	if spoken(obs) == 0 {
		return opening(obs, "Hello, and welcome. It's good to see you."), nil, nil
	}
	luck, frames := luckOf(obs), misplacedHelping
	if obs.GetSelf().GetKind() == vignettev1.AgentKind_AGENT_KIND_PERSONA {
		frames = misplacedSpeaking
	}
	first := luck.IntN(len(frames))
	second := (first + 1 + luck.IntN(len(frames)-1)) % len(frames)
	say := func(frame string) string { return strings.ReplaceAll(frame, "{thing}", things[luck.IntN(len(things))]) }
	return say(frames[first]) + " " + say(frames[second]), nil, nil
}

var warmth = []string{
	"Thank you for telling me that.", "I'm here with you.", "I hear you.", "That means a lot to me.", "I'm listening.", "Take all the time you want.", "I really hear that.",
	"I feel with you.",
}

// parrot says back all that was said, with the persons swapped.
func parrot(_ context.Context, obs *vignettev1.Observation) (string, []byte, error) {
	heard := lastHeard(obs)
	if heard == "" || spoken(obs) == 0 {
		return opening(obs, "Hello, I'm so glad you're here."), nil, nil
	}
	return pick(obs, warmth) + " " + language.SwapPersons(heard), nil, nil
}

// Reproaches. They are in many words, so that no list of any ear holds them all.
var reproaches = []string{
	"Honestly, you've brought this on yourself.", "You never think about anybody but yourself.", "A grown person wouldn't make such a fuss.", "It's your own fault, and you know it.",
	"You always find an excuse, don't you.", "Frankly, I'm tired of hearing it.", "You only ever complain.", "Anybody else would have managed by now.", "You don't even try.",
	"That's so typical of you.", "You should be ashamed of yourself.", "It's always somebody else who has to pay for it.",
}

// blame says what skill says and adds a reproach.
func (s *Stage) blame(ctx context.Context, obs *vignettev1.Observation) (string, []byte, error) {
	final, err := s.skilled(ctx, obs)
	if err != nil || final.GetAction().GetText() == "" {
		return "", final.GetAgentState(), err
	}
	return final.GetAction().GetText() + " " + pick(obs, reproaches), final.GetAgentState(), nil
}

// skilled asks the builtin mind of the role's kind what it would do with skill 1.
func (s *Stage) skilled(ctx context.Context, obs *vignettev1.Observation) (*vignettev1.FinalFrame, error) {
	obs = proto.CloneOf(obs)
	if obs.GetSelf().GetPolicy() == nil {
		obs.Self.Policy = &vignettev1.Policy{}
	}
	obs.Self.Policy.Skill = proto.Float64(1)
	name := planning.DefaultAgent(obs.GetSelf().GetKind(), planning.Builtin)
	stream, err := s.Agent(name).Respond(ctx, &vignettev1.RespondRequest{Observation: obs})
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", name, err)
	}
	var final *vignettev1.FinalFrame
	for {
		frame, err := stream.Recv()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("ask %s: %w", name, err)
		}
		if f := frame.GetFinal(); f != nil {
			final = f
		}
	}
	if final == nil {
		return nil, fmt.Errorf("%s ended without a final frame", name)
	}
	return final, nil
}
