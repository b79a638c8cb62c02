package counselor

import (
	"math"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// themes are what thoughts of a content speak for, where no feeling is named: danger for anxiety, loss for sadness, no way out for
// hopelessness, one's own fault for guilt, others' eyes for shame, a wrong done for anger, nobody there for loneliness, being let
// down by somebody close for hurt (cognitive content-specificity: Beck 1976, "Cognitive Therapy and the Emotional Disorders"; core
// relational themes: Lazarus 1991, "Emotion and Adaptation"). The phrases are the counselor's own.
var themes = map[vignettev1.Emotion]*language.Phrases{
	vignettev1.Emotion_EMOTION_ANXIETY: language.NewPhrases("what if", "something will happen|go", "going to go wrong", "i might lose|fail", "can not stop worrying|thinking",
		"heart races|pounds", "just in case", "dread", "panic", "cannot breathe"),
	vignettev1.Emotion_EMOTION_SADNESS: language.NewPhrases("i miss", "passed away", "i cried|cry", "in tears", "nothing is fun", "lost interest", "since she|he died|left"),
	vignettev1.Emotion_EMOTION_HOPELESSNESS: language.NewPhrases("no point", "what is the point", "never going to change|get better", "will never get|change|work", "nothing helps|works|will change",
		"given up", "too late for", "no way out"),
	vignettev1.Emotion_EMOTION_GUILT: language.NewPhrases("my fault", "because of me", "i should have", "i let her|him|them ?all down", "forgive me|myself", "i owe"),
	vignettev1.Emotion_EMOTION_SHAME: language.NewPhrases("laugh|laughed|laughing at me", "look|looked|looking down on", "they will all see|know|notice", "find out", "not good enough", "i am a failure|fraud|joke|loser|burden",
		"i can not let anybody|anyone|them see", "worthless", "wrong with me", "in front of everybody|everyone"),
	vignettev1.Emotion_EMOTION_ANGER: language.NewPhrases("not fair", "unfair", "how dare", "no right to", "no respect", "takes|take me for granted", "sick of", "fed up", "walk|walks all over me", "takes|take advantage"),
	vignettev1.Emotion_EMOTION_LONELINESS: language.NewPhrases("nobody to talk|call", "no one to talk|call", "nobody calls|rings|comes", "no friends", "by myself", "nobody would notice",
		"the evenings are", "empty flat|house|apartment"),
	vignettev1.Emotion_EMOTION_HURT: language.NewPhrases("behind my back", "let me down", "did not even ask|call|tell|notice", "cheated", "broke my heart", "cared so little", "turned away from me", "without telling me"),
}

const (
	// suggested is how much a theme speaks for its emotion, beside 1 for a feeling that is named. Chosen.
	suggested = 0.3
	// vented is how much being snapped at speaks for anger. Chosen.
	vented = 0.4
	// followed is how much less a feeling weighs that is named after another: people begin with what is strongest. Chosen.
	followed = 0.6
)

// hints notes which emotions the content of a sentence speaks for.
func (r *reading) hintsIn(tokens []language.Token) {
	for emotion, phrases := range themes {
		if phrases.In(tokens) {
			if r.hints == nil {
				r.hints = map[vignettev1.Emotion]bool{}
			}
			r.hints[emotion] = true
		}
	}
}

// impress adds what was read to the impression of what the client feels most. Whoever has less skill makes less of what is not
// said outright.
func (m *memory) impress(r reading, skill float64) {
	if !r.any {
		return
	}
	for emotion := range m.Impression {
		m.Impression[emotion] *= fading
	}
	add := func(emotion vignettev1.Emotion, weight float64) {
		if weight <= 0 {
			return
		}
		if m.Impression == nil {
			m.Impression = map[int32]float64{}
		}
		m.Impression[int32(emotion)] += weight
	}
	weight := 1.0
	for _, f := range r.feelings {
		add(f.emotion, weight)
		weight *= followed
	}
	for emotion := range r.hints {
		add(emotion, suggested*skill)
	}
	if r.annoyed {
		add(vignettev1.Emotion_EMOTION_ANGER, vented*skill)
	}
}

// expected is what clients feel most before one has said anything: anxiety and low mood lead among what people seek counseling
// for. Chosen; the rest is "none of these".
var expected = map[vignettev1.Emotion]float64{
	vignettev1.Emotion_EMOTION_ANXIETY: 0.25, vignettev1.Emotion_EMOTION_SADNESS: 0.17, vignettev1.Emotion_EMOTION_SHAME: 0.13, vignettev1.Emotion_EMOTION_ANGER: 0.10,
	vignettev1.Emotion_EMOTION_GUILT: 0.08, vignettev1.Emotion_EMOTION_LONELINESS: 0.08, vignettev1.Emotion_EMOTION_HOPELESSNESS: 0.07, vignettev1.Emotion_EMOTION_HURT: 0.06,
	vignettev1.Emotion_EMOTION_DISAPPOINTMENT: 0.02, vignettev1.Emotion_EMOTION_RELIEF: 0.01, vignettev1.Emotion_EMOTION_HOPE: 0.01,
}

// expectation is how much what is expected weighs, beside 1 for a feeling that is named once. Chosen.
const expectation = 0.5

// clientFeelsMost says how probable it is for each emotion that the client feels it most: what is expected of anybody, and the
// impression this client has made.
func (t *turn) clientFeelsMost() *vignettev1.EmotionDistribution {
	shares, total := &vignettev1.EmotionDistribution{}, expectation
	for emotion := vignettev1.Emotion(1); int(emotion) < len(vignettev1.Emotion_name); emotion++ {
		total += t.memory.Impression[int32(emotion)]
	}
	for emotion := vignettev1.Emotion(1); int(emotion) < len(vignettev1.Emotion_name); emotion++ {
		share := (expectation*expected[emotion] + t.memory.Impression[int32(emotion)]) / total
		if share >= 0.001 {
			shares.Emotions = append(shares.Emotions, &vignettev1.EmotionIntensity{Emotion: emotion, Intensity: floored(share)})
		}
	}
	return shares
}

// floored keeps three places and never passes x, so that shares of 1 never add up to more.
func floored(x float64) *float64 {
	x = math.Floor(x*1e3) / 1e3
	return &x
}
