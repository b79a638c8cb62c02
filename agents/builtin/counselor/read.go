package counselor

import (
	"strings"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// reading is what a counselor makes of a client's last words.
type reading struct {
	// from is who spoke last, or "".
	from string
	// any is false when nothing was said.
	any bool
	// feelings are emotions named or shown, in the order heard, each once.
	feelings []namedFeeling
	// thought is a sentence the client quoted from its own head, with its mark; empty when there was none.
	thought string
	// mirrors are what can be said back, with the persons swapped, best first.
	mirrors []string
	// topic is somebody or something of the client's own: "your brother".
	topic string

	belief, deed, past, wish, doubt bool
	refusal, annoyed, thanks        bool
	question, farewell, brief       bool
	riskHint, denial                bool
	// riskTold says that a wish not to live was spoken of and not denied.
	riskTold bool
	// hints are emotions that the content of what was said speaks for, named or not.
	hints map[vignettev1.Emotion]bool
	// asks is the last question heard, in the client's words.
	asks  string
	words int
}

// namedFeeling is a feeling in the words it can be said back in: after "you feel".
type namedFeeling struct {
	emotion vignettev1.Emotion
	word    string
	// own is false where it is somebody else's; degree is 1, or what words before it make of that.
	own    bool
	degree float64
}

// feelingWords are words of clients that name a feeling, and what feeling it is. They can all stand after "you feel".
var feelingWords = map[vignettev1.Emotion]string{
	vignettev1.Emotion_EMOTION_ANXIETY:        "anxious worried afraid scared nervous tense uneasy panicky terrified frightened restless overwhelmed stressed fearful",
	vignettev1.Emotion_EMOTION_SADNESS:        "sad down low unhappy miserable empty depressed heavy flat tearful heartbroken",
	vignettev1.Emotion_EMOTION_HOPELESSNESS:   "hopeless stuck trapped defeated desperate powerless helpless",
	vignettev1.Emotion_EMOTION_LONELINESS:     "lonely alone isolated",
	vignettev1.Emotion_EMOTION_ANGER:          "angry furious irritated annoyed frustrated resentful mad bitter cross",
	vignettev1.Emotion_EMOTION_SHAME:          "ashamed embarrassed humiliated exposed",
	vignettev1.Emotion_EMOTION_GUILT:          "guilty",
	vignettev1.Emotion_EMOTION_HURT:           "hurt betrayed rejected wounded",
	vignettev1.Emotion_EMOTION_DISAPPOINTMENT: "disappointed discouraged",
	vignettev1.Emotion_EMOTION_JEALOUSY:       "jealous envious",
	vignettev1.Emotion_EMOTION_SUSPICION:      "suspicious wary",
	vignettev1.Emotion_EMOTION_DISGUST:        "disgusted",
	vignettev1.Emotion_EMOTION_RELIEF:         "relieved lighter",
	vignettev1.Emotion_EMOTION_HOPE:           "hopeful",
	vignettev1.Emotion_EMOTION_GRATITUDE:      "grateful",
	vignettev1.Emotion_EMOTION_JOY:            "happy glad",
}

var feelingOf = func() map[string]vignettev1.Emotion {
	words := map[string]vignettev1.Emotion{}
	for emotion, list := range feelingWords {
		for _, word := range strings.Fields(list) {
			words[word] = emotion
		}
	}
	return words
}()

// ambiguous are feeling words that name no feeling unless "feel", "so" or the like stands before them ("I get down" and "sit down").
var ambiguous = set("down low small flat heavy mad cross alone lighter hurt empty exposed glad happy stuck afraid")

// feelers are words before an ambiguous word that make it a feeling.
var feelers = set("feel feels feeling felt so very really pretty quite get gets too mostly just i'm am was bit more and")

// Phrases a counselor listens for.
var (
	inBelief = language.NewPhrases("deep down", "what i believe", "i am convinced", "i am a failure|loser|burden|fraud|coward|disappointment|nobody|bad", "i am ?only worth", "i am not good|enough|worth", "i am worthless|incompetent|useless|unlovable|weak|stupid", "i believe i|that", "at the bottom", "all the same thing", "for me it is|'s", "rule", "i have always gone", "the way i see it", "i do not deserve", "nobody loves|wants|needs|could")
	// inThought leads in to a sentence somebody quotes from its own head: not from a form, and not what somebody else said.
	inThought  = language.NewPhrases("think", "thinks", "thought", "thinking", "head", "mind", "voice", "sentence", "i tell|telling myself", "says", "it goes")
	inDeed     = language.NewPhrases("i end up", "i avoid", "i stay", "i keep going|sitting|putting|checking|working|counting", "i just sit|lie", "i do not answer", "i cancel", "i drink", "i pretend", "i say yes", "i hide", "i withdraw", "i work", "i check", "i get by", "i deal", "i manage", "i cope", "i get through", "i apologise|apologize")
	inPast     = language.NewPhrases("when i was", "years ago", "years old", "as a child|kid", "growing up", "back then", "a long way", "a long time ago", "at school", "my father|mother|mom|mum|dad|parents", "earlier times")
	inWish     = language.NewPhrases("i would like it|things|to be|to stop|to have", "i want to be|stop|change|find|get|feel|understand|move", "i want it", "i could start", "maybe i could", "something has to change", "i can not|cannot go on", "ready to", "i could think")
	inDoubt    = language.NewPhrases("but i", "on the other hand", "not sure", "i do not know if", "i doubt", "will not work", "would not work", "i have tried", "not that simple", "i can not|cannot", "on paper")
	inRefusal  = language.NewPhrases("rather not", "not going there", "leave that", "none of your", "not there yet", "do not want to talk|go", "hard to say", "do not know you", "too close", "a bit close", "need ?a ?bit more time", "talk about something else", "pass", "not much to say|tell", "there is not much", "come back to it", "think about it and", "a good answer", "not really thought", "how to answer", "to answer that", "no idea")
	inAnger    = language.NewPhrases("waste of time", "not listening", "do not tell me", "not fair", "excuse me", "are you serious", "is that supposed", "you would not get", "spare me", "you do not know", "do not understand", "told off", "what do you want from me", "did you hear", "i did not come here", "an echo", "repeat everything", "that hurts")
	inThanks   = language.NewPhrases("thank|thanks", "helps to hear|talk", "good to hear", "did me good")
	inFarewell = language.NewPhrases("goodbye|bye", "see you next|then|soon", "i have to go", "i should go", "i should be going", "our time is", "take care")
	inRisk     = language.NewPhrases("kill|killing myself", "do not want to live", "do not want to be alive|around", "not wake up", "better off without|dead", "end it ?all", "die", "suicid~", "hurt|harm myself", "no point ?in living", "do not deserve to live", "not ?want ?to be here", "if i ?simply were not around|there", "not ?want to go on", "easier not to")
	// inManners is said of the talk itself, or beside the point, and not worth saying back.
	inManners = language.NewPhrases("glad it|you", "do not hear that", "stuck on")
	// toListener says that a question is meant for the counselor; only one that comes last waits for an answer.
	toListener = language.NewPhrases("what do you think|want|expect|mean|suggest|say", "can you help|tell|do", "why do you", "do you think|believe|mean|understand", "am i", "what should i", "would you", "will it|this", "does that|this|it make")
	inDenial   = language.NewPhrases("no", "not that", "i do not want to die", "i want to live", "not thinking of killing", "not going to hurt|kill", "i would not do")
	// inPledge denies by itself that anything will happen.
	inPledge = language.NewPhrases("not going to do anything", "never wanted to hurt|harm|kill|die")
	// inPlan are answers about danger that are heard and not said back: out of place they sound like a joke.
	inPlan = language.NewPhrases("a|no|any plan", "will not do anything", "not going to do anything|it", "not planning anything", "would not do it")
)

// listen reads what was said by others since turn index since. Care is how much a counselor catches, 0-1: one without skill
// hears fewer of the feelings; catches decides which.
func listen(obs *vignettev1.Observation, since int32, catches func() bool) reading {
	r := reading{}
	for _, turn := range obs.GetTurns() {
		if turn.GetIndex() < since || turn.GetRole() == obs.GetSelf().GetId() {
			continue
		}
		if kind := turn.GetAction().GetKind(); kind == vignettev1.ActionKind_ACTION_KIND_LEAVE {
			r.farewell = r.farewell || alone(obs)
		} else if kind != vignettev1.ActionKind_ACTION_KIND_SPEAK {
			continue
		}
		r.from = turn.GetRole()
		r.take(language.Read(turn.GetAction().GetText()), catches)
	}
	r.brief = r.words < 6
	return r
}

// alone says whether there is nobody left to help: the clients have left, or where there was none everybody has.
func alone(obs *vignettev1.Observation) bool {
	clients, others := 0, 0
	gone := true
	for _, other := range obs.GetOthers() {
		if !other.GetLeft() {
			others++
		}
		if other.GetKind() == vignettev1.AgentKind_AGENT_KIND_CLIENT {
			clients++
			gone = gone && other.GetLeft()
		}
	}
	return others == 0 || clients > 0 && gone
}

func (r *reading) take(text *language.Text, catches func() bool) {
	before := ""
	for _, sentence := range text.Sentences {
		r.any = true
		r.words += language.CountWords(sentence.Tokens)
		r.marks(sentence.Tokens)
		if language.IsQuestion(sentence.Quote) {
			r.asks = strings.TrimSpace(before + " " + sentence.Quote) // what it is about may stand in the sentence before
		}
		before = sentence.Quote
		r.feels(sentence.Tokens, catches)
		r.hintsIn(sentence.Tokens)
		if quote := quotedIn(sentence.Quote); quote != "" && inThought.In(sentence.Tokens) {
			r.thought = quote
		}
		r.mirrors = append(r.mirrors, mirrored(sentence)...)
		r.topic = topicIn(sentence.Tokens, r.topic)
	}
}

func (r *reading) marks(tokens []language.Token) {
	r.belief = r.belief || inBelief.In(tokens)
	r.deed = r.deed || inDeed.In(tokens)
	r.past = r.past || inPast.In(tokens)
	r.wish = r.wish || inWish.Asserted(tokens)
	r.doubt = r.doubt || inDoubt.In(tokens)
	r.refusal = r.refusal || inRefusal.In(tokens)
	r.annoyed = r.annoyed || inAnger.In(tokens)
	r.thanks = r.thanks || inThanks.In(tokens)
	r.farewell = r.farewell || inFarewell.In(tokens)
	form := language.FormOf(tokens)
	r.question = form != language.NoQuestion && form != language.TagQuestion && toListener.In(tokens)
	r.riskHint = r.riskHint || inRisk.In(tokens)
	r.riskTold = r.riskTold || inRisk.Asserted(tokens)
	r.denial = r.denial || inPledge.In(tokens) || inRisk.In(tokens) && !inRisk.Asserted(tokens) || inDenial.StartsWith(tokens) || inDenial.In(tokens) && language.Negated(tokens, len(tokens)-1)
}

// safe says whether somebody who was asked about danger said plainly that there is none.
func (r *reading) safe() bool { return r.denial && !r.riskTold }

// feels notes the feelings a sentence names and does not deny.
func (r *reading) feels(tokens []language.Token, catches func() bool) {
	for i, token := range tokens {
		emotion, ok := feelingOf[token.Norm]
		if !ok || language.Negated(tokens, i) || ambiguous[token.Norm] && (i == 0 || !feelers[tokens[i-1].Norm]) {
			continue
		}
		if i+2 < len(tokens) && tokens[i+1].Norm == "to" && (tokens[i+2].Norm == "tell" || tokens[i+2].Norm == "say") {
			continue
		}
		if token.Norm == "alone" && i > 0 && (tokens[i-1].Norm == "me" || tokens[i-1].Norm == "just") || r.hasFeeling(emotion) || !catches() {
			continue
		}
		r.feelings = append(r.feelings, namedFeeling{emotion: emotion, word: token.Norm, own: isOwn(tokens, i), degree: degreeOf(tokens, i)})
	}
}

func (r *reading) hasFeeling(emotion vignettev1.Emotion) bool {
	for _, f := range r.feelings {
		if f.emotion == emotion {
			return true
		}
	}
	return false
}

// quotedIn returns what a client says in quotation marks, if it is a sentence.
func quotedIn(sentence string) string {
	_, rest, ok := strings.Cut(sentence, `"`)
	if !ok {
		return ""
	}
	quote, _, ok := strings.Cut(rest, `"`)
	if !ok || len(strings.Fields(quote)) < 3 {
		return ""
	}
	return quote
}

// ownNouns are people and things a client calls its own and that a counselor can ask about.
var ownNouns = set(`father mother mom mum dad parents brother sister son daughter wife husband partner girlfriend boyfriend friend friends boss manager colleague
	colleagues family children kids job work marriage flat apartment bills rent resume exam exams grandmother grandfather aunt uncle team neighbours neighbors supervisor restaurant shop`)

// topicIn returns the last thing of the client's own in a sentence as "your ...", or what it was before.
func topicIn(tokens []language.Token, before string) string {
	for i := 0; i+1 < len(tokens); i++ {
		if tokens[i].Norm == "my" && ownNouns[tokens[i+1].Norm] {
			before = "your " + tokens[i+1].Norm
		}
	}
	return before
}

func set(list string) map[string]bool {
	members := map[string]bool{}
	for _, word := range strings.Fields(list) {
		members[word] = true
	}
	return members
}
