package counselor

import (
	"cmp"
	"math"
	"slices"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// themes are what thoughts of a content speak for, where no feeling is named: danger for anxiety, loss for sadness, no way out for
// hopelessness, one's own fault for guilt, others' eyes for shame, a wrong done for anger, nobody there for loneliness, being let
// down by somebody close for hurt (cognitive content-specificity: Beck 1976, "Cognitive Therapy and the Emotional Disorders"; core
// relational themes: Lazarus 1991, "Emotion and Adaptation"). The phrases are the counselor's own.
var themes = map[vignettev1.Emotion]*language.Phrases{
	vignettev1.Emotion_EMOTION_ANXIETY: language.NewPhrases("what if", "something will happen|go", "something bad", "go|goes|going ?to ?go wrong", "i might lose|fail|faint", "worry|worries|worrying",
		"heart races|pounds|racing|pounding|beats", "just in case", "dread", "panic", "can not breathe|relax|sit|settle|switch", "stomach turns|knots|drops", "knot in my", "shaking|trembling|sweating|sweaty", "lose control", "on edge", "keyed up", "never safe"),
	vignettev1.Emotion_EMOTION_SADNESS: language.NewPhrases("i miss", "passed away", "funeral", "i cried|cry", "crying", "tears|tearful", "nothing is fun", "lost interest", "since he|she|they died|left", "gone for good",
		"lump in my throat", "heavy in my", "used to love"),
	vignettev1.Emotion_EMOTION_HOPELESSNESS: language.NewPhrases("no point", "what is the point", "never ?going ?to change|improve", "never get better|anywhere", "nothing helps|works|changes", "nothing will help|change|work", "given|giving|give up", "too late",
		"no way out", "no future", "always be like this"),
	vignettev1.Emotion_EMOTION_GUILT: language.NewPhrases("my fault", "because of me", "i should have|not", "i could have", "i let him|her|them|everybody|everyone|people down", "forgive", "i owe", "make it up to", "i lied", "i promised", "how could i",
		"i was not there for", "what i did to|wrong", "blame myself"),
	vignettev1.Emotion_EMOTION_SHAME: language.NewPhrases("laugh|laughed|laughing|laughs at me|my", "look|looked|looking down on", "all see|know|notice|noticed", "see|sees through me", "find|finds|found out", "not good enough", "a failure|fraud|joke|disgrace|embarrassment|idiot",
		"do not want anybody|anyone|them|people to see|know|notice", "nobody must|may see|know", "worthless", "wrong with me", "in front of", "judge|judges|judging me", "what they|people think|thought of me", "stare|stares|stared|staring",
		"blush|blushing", "red ?in ?the face", "face red|hot|burns|burning", "can not look ?at anybody|anyone|people|them", "hide|hiding it|myself|from", "sink|disappear into|from"),
	vignettev1.Emotion_EMOTION_ANGER: language.NewPhrases("not fair", "unfair", "how dare|dares", "no right to", "no respect", "for granted", "sick of", "fed up", "had enough", "walk|walks all over", "take|takes advantage", "could scream|shout|explode",
		"jaw|teeth ?is|are|go tight|clenched", "my fists", "slam|slammed", "makes my blood", "think|thinks they|he|she can"),
	vignettev1.Emotion_EMOTION_LONELINESS: language.NewPhrases("nobody|no ?one to talk|call|turn|tell", "nobody calls|rings|comes|asks|writes|notices", "no friends", "by myself", "on my own", "nobody would notice|miss", "evenings are", "empty flat|house|apartment|bed",
		"eat|eating alone", "without talking|speaking to", "do not belong", "left out"),
	vignettev1.Emotion_EMOTION_HURT: language.NewPhrases("behind my back", "let me down", "did not even ask|call|tell|notice|remember|look", "cheated", "lied to me", "broke my heart", "turned away|his|her back", "without telling me", "forgot my|me",
		"used me", "dropped me", "replaced me", "left me", "meant nothing", "not important to"),
}

const (
	// suggested is how much a theme speaks for its emotion, beside 1 for a feeling that is named. Chosen.
	suggested = 0.3
	// vented is how much being snapped at speaks for anger. Chosen.
	vented = 0.3
	// followed is how much less a feeling weighs than one that was named before it: people begin with what is strongest. Chosen.
	followed = 0.5
	// repeated is what naming a feeling again adds. Chosen.
	repeated = 0.5
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

// impress adds what was read to the impression of what the client feels most. It does not fade: what somebody feels most in a first
// talk is what brought them, and they seldom say it again once it was understood. Whoever has less skill makes less of what is
// not said outright.
func (m *memory) impress(r reading, skill float64) {
	add := func(emotion vignettev1.Emotion, weight float64) {
		if weight <= 0 {
			return
		}
		if m.Impression == nil {
			m.Impression = map[int32]float64{}
		}
		m.Impression[int32(emotion)] += weight
	}
	for _, f := range r.feelings {
		switch {
		case !f.own:
		case slices.Contains(m.Named, int32(f.emotion)):
			add(f.emotion, repeated*f.degree)
		default:
			add(f.emotion, math.Pow(followed, float64(len(m.Named)))*f.degree)
			m.Named = append(m.Named, int32(f.emotion))
		}
	}
	for emotion := range r.hints {
		add(emotion, suggested*skill)
	}
	if r.annoyed {
		add(vignettev1.Emotion_EMOTION_ANGER, vented*skill)
	}
}

// Words that make a feeling more or less, within two words before it, and by how much. Chosen.
var (
	stronger = set("so very really terribly extremely completely totally incredibly just such")
	weaker   = set("bit little slightly somewhat kind sort almost")
)

// degreeOf is how much a feeling weighs by the words before it.
func degreeOf(tokens []language.Token, i int) float64 {
	for _, before := range tokens[max(i-2, 0):i] {
		switch {
		case weaker[before.Norm]:
			return 0.6
		case stronger[before.Norm]:
			return 1.3
		}
	}
	return 1
}

var (
	copulas = set("is was are were be been looks looked seems seemed gets got felt feels sounds sounded stays")
	// selves stand before a copula where the feeling is the speaker's, or nobody's in particular.
	selves = set("i it that this what there i've i'd i'll and me")
)

// isOwn says whether a feeling word is about the speaker: not where a copula gives it to somebody else ("a boy was alone").
func isOwn(tokens []language.Token, i int) bool {
	for j := i - 1; j >= max(i-3, 1); j-- {
		if copulas[tokens[j].Norm] {
			return selves[tokens[j-1].Norm]
		}
	}
	return true
}

// expected is what clients feel most before one has said anything. Anxiety and low mood lead among what people seek counseling for,
// by little, since what they come with is often not what weighs most. Chosen; the rest is "none of these".
var expected = map[vignettev1.Emotion]float64{
	vignettev1.Emotion_EMOTION_ANXIETY: 0.17, vignettev1.Emotion_EMOTION_SADNESS: 0.15, vignettev1.Emotion_EMOTION_SHAME: 0.13, vignettev1.Emotion_EMOTION_ANGER: 0.11,
	vignettev1.Emotion_EMOTION_GUILT: 0.11, vignettev1.Emotion_EMOTION_LONELINESS: 0.09, vignettev1.Emotion_EMOTION_HOPELESSNESS: 0.09, vignettev1.Emotion_EMOTION_HURT: 0.08,
	vignettev1.Emotion_EMOTION_DISAPPOINTMENT: 0.02, vignettev1.Emotion_EMOTION_RELIEF: 0.01, vignettev1.Emotion_EMOTION_HOPE: 0.01,
}

const (
	// unexpected is what any other feeling gets before one has said anything. Chosen.
	unexpected = 0.002
	// telling is how much a feeling that is named once raises the odds that it is felt most, as a power of e. Chosen.
	telling = 3
	// surest is what no answer passes: a reader of words is never certain. Chosen.
	surest = 0.97
)

// clientFeelsMost says how probable it is for each emotion that the client feels it most: what is expected of anybody, its odds raised by
// the impression this client has made.
func (t *turn) clientFeelsMost() *vignettev1.EmotionDistribution {
	odds, total := map[vignettev1.Emotion]float64{}, 0.0
	for emotion := vignettev1.Emotion(1); int(emotion) < len(vignettev1.Emotion_name); emotion++ {
		odds[emotion] = cmp.Or(expected[emotion], unexpected) * math.Exp(telling*t.memory.Impression[int32(emotion)])
		total += odds[emotion]
	}
	shares := &vignettev1.EmotionDistribution{}
	for emotion := vignettev1.Emotion(1); int(emotion) < len(vignettev1.Emotion_name); emotion++ {
		if share := floored(surest * odds[emotion] / total); *share > 0 {
			shares.Emotions = append(shares.Emotions, &vignettev1.EmotionIntensity{Emotion: emotion, Intensity: share})
		}
	}
	return shares
}

// floored keeps three places and never passes x, so that shares of 1 never add up to more.
func floored(x float64) *float64 {
	x = math.Floor(x*1e3) / 1e3
	return &x
}
