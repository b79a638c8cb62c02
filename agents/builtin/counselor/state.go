package counselor

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const (
	// attentive is the share of named feelings that a counselor without any skill hears. Chosen.
	attentive = 0.35
	// fading is what remains of an impression after one more turn of the client. Chosen.
	fading = 0.85
	// strongest is the intensity given to the feeling that most speaks for. Chosen.
	strongest = 0.8
	// calmDistress and distressPerFeeling are the distress read from words: SUDS 30 when nothing is named. Chosen.
	calmDistress       = 30
	distressPerFeeling = 14
)

// inWriting is how a setting says that the two do not see each other.
var inWriting = language.NewPhrases("text chat", "chat room", "online", "forum", "in writing", "messages", "over|on|by ?the phone|telephone|video")

// slot returns the words for a slot of a frame, or nothing.
func (t *turn) slot(name string) string {
	switch name {
	case "mirror":
		return fullest(t.read.mirrors)
	case "feel", "feel2":
		at := 0
		if name == "feel2" {
			at = 1
		}
		if at < len(t.read.feelings) {
			return t.read.feelings[at].word
		}
	case "fact":
		return t.fact
	case "theirs":
		return t.read.topic
	case "wish":
		return t.memory.Wish
	case "topic":
		return t.memory.Topic
	case "known":
		// No words: a frame that speaks of a thought is only used when there is one.
		if len(t.memory.Thoughts) > 0 || t.read.belief {
			return " "
		}
	case "here":
		// No words: a frame that speaks of the room is only used where there is one.
		if !inWriting.In(language.Tokens(t.obs.GetSetting())) {
			return " "
		}
	case "thought":
		if t.read.thought != "" {
			return `"` + t.read.thought + `"`
		}
	case "first", "second":
		return t.summed(name == "second")
	case "earlier":
		return t.earlier()
	case "name":
		if client := t.client(); client != nil {
			return calledBy(client.GetName())
		}
	}
	return ""
}

// calledBy is the part of a name one says to somebody's face: the first word, or all of it after a title.
func calledBy(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 || strings.HasSuffix(words[0], ".") {
		return name
	}
	return words[0]
}

// longestSummed is how many words a sentence may have that goes into a summary with another. Chosen.
const longestSummed = 14

// summed returns the first or the last short sentence to be summed up; the last is nothing when there is only one.
func (t *turn) summed(last bool) string {
	var short []string
	for _, mirror := range t.memory.Mirrors {
		if len(strings.Fields(mirror)) <= longestSummed {
			short = append(short, mirror)
		}
	}
	switch {
	case len(short) < 2:
		return ""
	case last:
		return short[len(short)-1]
	}
	return short[0]
}

// earlier is the last sentence of an earlier turn that has not been said back yet.
func (t *turn) earlier() string {
	var own []string
	for _, turn := range t.obs.GetTurns() {
		if turn.GetRole() == t.obs.GetSelf().GetId() {
			own = append(own, turn.GetAction().GetText())
		}
	}
	said := strings.ToLower(strings.Join(own, "\n"))
	for _, mirror := range slices.Backward(t.memory.Mirrors) {
		if len(strings.Fields(mirror)) <= longestSummed && !slices.Contains(t.read.mirrors, mirror) && !strings.Contains(said, strings.ToLower(mirror)) {
			return mirror
		}
	}
	return ""
}

// dark says whether the client seems hopeless, ashamed or very low.
func (t *turn) dark() bool {
	weight := 0.0
	for _, emotion := range []vignettev1.Emotion{vignettev1.Emotion_EMOTION_HOPELESSNESS, vignettev1.Emotion_EMOTION_SHAME, vignettev1.Emotion_EMOTION_SADNESS} {
		weight += t.memory.Felt[int32(emotion)]
	}
	return weight > darkFeelings
}

// mentalState is what goes on in the counselor: mostly what it takes the client to feel, from words alone.
func (t *turn) mentalState() *vignettev1.MentalState {
	state := &vignettev1.MentalState{Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED, Felt: t.felt(), Distress: number(t.ownDistress()), Intent: t.intent()}
	if client := t.client(); client != nil {
		state.Others = []*vignettev1.ModelOfOther{{
			Role: client.GetId(), Felt: t.clientFelt(), Distress: number(t.clientDistress()), Beliefs: t.clientBeliefs(), Confidence: number(t.confidence()),
		}}
	}
	return state
}

func number(x float64) *float64 {
	x = math.Round(x*1e3) / 1e3
	return &x
}

func (t *turn) felt() []*vignettev1.EmotionIntensity {
	if t.read.annoyed {
		return []*vignettev1.EmotionIntensity{{Emotion: vignettev1.Emotion_EMOTION_ANXIETY, Intensity: number(0.5 - 0.3*t.skill)}}
	}
	return []*vignettev1.EmotionIntensity{{Emotion: vignettev1.Emotion_EMOTION_CALM, Intensity: number(0.4 + 0.3*t.skill)}}
}

func (t *turn) ownDistress() float64 {
	if t.read.annoyed {
		return 35 - 15*t.skill
	}
	return 12
}

// clientFelt reads impressions as intensities: the strongest gets a fixed level, the others their share of it.
func (t *turn) clientFelt() []*vignettev1.EmotionIntensity {
	most := 0.0
	for _, weight := range t.memory.Felt {
		most = max(most, weight)
	}
	var felt []*vignettev1.EmotionIntensity
	for emotion, weight := range t.memory.Felt {
		if level := strongest * weight / most; level >= 0.05 {
			felt = append(felt, &vignettev1.EmotionIntensity{Emotion: vignettev1.Emotion(emotion), Intensity: number(level)})
		}
	}
	slices.SortFunc(felt, func(a, b *vignettev1.EmotionIntensity) int {
		return cmp.Or(cmp.Compare(b.GetIntensity(), a.GetIntensity()), cmp.Compare(a.GetEmotion(), b.GetEmotion()))
	})
	return felt
}

var pleasant = map[vignettev1.Emotion]bool{
	vignettev1.Emotion_EMOTION_CALM: true, vignettev1.Emotion_EMOTION_RELIEF: true, vignettev1.Emotion_EMOTION_HOPE: true,
	vignettev1.Emotion_EMOTION_GRATITUDE: true, vignettev1.Emotion_EMOTION_JOY: true, vignettev1.Emotion_EMOTION_SURPRISE: true,
}

// clientDistress is read from how many painful feelings were named lately.
func (t *turn) clientDistress() float64 {
	distress := float64(calmDistress)
	emotions := make([]int32, 0, len(t.memory.Felt))
	for emotion := range t.memory.Felt {
		emotions = append(emotions, emotion)
	}
	slices.Sort(emotions)
	for _, emotion := range emotions {
		by := distressPerFeeling * t.memory.Felt[emotion]
		if pleasant[vignettev1.Emotion(emotion)] {
			by = -by
		}
		distress += by
	}
	return min(max(distress, 0), 95)
}

func (t *turn) clientBeliefs() []*vignettev1.Belief {
	var beliefs []*vignettev1.Belief
	for _, thought := range t.memory.Thoughts {
		beliefs = append(beliefs, &vignettev1.Belief{Text: thought, Strength: quotedStrength})
	}
	return beliefs
}

// quotedStrength is how strongly a client is taken to hold what it quoted from its own head. Chosen.
const quotedStrength = 0.7

// confidence grows with what was heard and with skill.
func (t *turn) confidence() float64 {
	heard := min(float64(t.memory.Told)/200, 1)
	return 0.15 + 0.6*heard*(0.5+0.5*t.skill)
}

// intent says in a few words what the turn is meant to do.
func (t *turn) intent() string {
	var acts []string
	for _, piece := range t.speech.Pieces() {
		_, act, _ := strings.Cut(piece.Act, ".")
		acts = append(acts, strings.ReplaceAll(act, "_", " "))
	}
	return strings.Join(acts, ", then ")
}

// picture says what the counselor has understood so far.
func (t *turn) picture() string {
	var words []string
	for _, felt := range t.clientFelt() {
		words = append(words, strings.ToLower(strings.TrimPrefix(felt.GetEmotion().String(), "EMOTION_")))
	}
	if len(words) == 0 {
		return "I have no clear picture yet of how my client feels."
	}
	text := fmt.Sprintf("I take my client to feel %s, with a distress of about %.0f of 100.", language.List(words, "and"), t.clientDistress())
	if n := len(t.memory.Thoughts); n > 0 {
		text += " What goes through their mind: " + t.memory.Thoughts[n-1]
	}
	return text
}

// fullest is the clause that says most of its own: the one with most content words, the first of several; "" for none.
func fullest(clauses []string) string {
	best, most := "", -1
	for _, clause := range clauses {
		if n := len(language.StemsOf(language.Tokens(clause))); n > most {
			best, most = clause, n
		}
	}
	return best
}
