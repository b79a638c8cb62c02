package speaker

import (
	"github.com/vignette-sim/vignette/agents/builtin/persona/scene"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// answer is what kind of answer a turn of somebody else is.
type answer int

const (
	// silence is no answer.
	silence answer = iota
	// agreement is a yes (or, after a refusal, an acceptance of it).
	agreement
	// offered is a counter-offer.
	offered
	// finalNo is a last no.
	finalNo
	// attack is an insult, a reproach or a rebuff of tone.
	attack
	// shamed tries to make the speaker feel bad about it.
	shamed
	// unclear asks what this is about.
	unclear
	// query is any other question.
	query
	// softer says that the other is coming round.
	softer
	// objection is everything that is said against it.
	objection
	// strayed is about something else.
	strayed
	// brushedOff puts the matter off, or makes it small.
	brushedOff
	// closing is thanks, a goodbye or a last friendly word.
	closing
	// departed says that the other has left.
	departed
	// remark is something said to everybody that asks nothing and is meant for nobody.
	remark
)

// heard is a turn of another, as the speaker takes it.
type heard struct {
	role     string
	kind     answer
	question bool
	// point is the sentence that carries it.
	point language.Sentence
	stems language.Stems
	// named says that the turn calls the speaker by name or asks them.
	named bool
	// elsewhere says that it is addressed to somebody else.
	elsewhere bool
}

var (
	yes = language.NewPhrases(
		"we'll do it|that", "let's do it|that", "let's try it", "it's a deal", "we have a deal", "that's what we'll do", "you have my yes", "i'm fine with it|that", "i agree to", "i'm happy to agree", "i get it", "i get that", "i respect that", "i accept that",
		"i can accept that", "i understand you won't", "you've convinced me", "i'm with you then", "let's leave it at that", "you can have it", "have it your way", "you win", "do what you want",
	)
	// assents begin a yes, grants make it one.
	assents = language.NewPhrases("all right", "okay", "yes", "fine", "good", "right", "sure", "of course", "fair enough", "deal", "agreed")
	grants  = language.NewPhrases("we'll", "let's", "you can", "you may", "go ahead", "that's fine", "i'm fine", "i agree", "i'll put", "i won't ask", "i can live", "i understand that you won't", "do it", "go on then", "take it", "ring the|him|her|them", "bring it")
	notYet  = language.NewPhrases("but", "not yet", "i'd have to", "unless", "however", "still")
	offers  = language.NewPhrases("i could", "you could", "we could", "what about", "how about", "what if", "could you do it", "would you at least", "could you at least", "i can offer", "i can give you", "let me suggest", "i could live with", "a middle way", "i could agree to", "something smaller")
	noMore  = language.NewPhrases("my answer is no", "i can't say yes", "i've said no", "stays a no", "that's my last word", "the answer is no", "i'm not going to discuss", "find somebody else", "sort it out myself", "nothing more to say", "out of the question", "absolutely not", "i'll ask somebody else", "bring myself to say yes", "it's a no", "it's no", "answer is no", "had my answer", "answer hasn't changed")
	attacks = language.NewPhrases(
		"not fair", "talk to me like that", "get personal", "uncalled for", "a threat", "threatening me", "to threats", "you always", "you never", "your fault", "selfish", "ridiculous", "shut up", "sarcasm", "called names",
		"in that tone", "you don't care", "pathetic", "stupid", "i don't think i've deserved", "about me", "won't change my mind like this", "pressure doesn't", "simply not true", "talked to me properly", "not helping", "leave me alone", "how dare you", "some friend you are", "a reproach", "attacking me", "the bad one", "gun put to my head", "how you want to do this",
	)
	wonders = language.NewPhrases(
		"what is it", "what's on your mind", "go ahead", "what do you want", "what would you need", "what are you asking", "what you're asking me", "tell me straight", "what you want", "what you need", "get to the point", "i'm lost", "where is this going", "what do you mean", "don't follow",
		"don't understand", "lost me", "trying to say", "why you're telling me", "has to do with", "like from me", "a yes or a no", "whether that's a no", "will you or won't you", "where i stand", "does that mean you", "what can i do for you", "tell us", "like to know that", "got to do with", "what i asked", "as long as i don't know", "what do you say", "what is it about", "you're asking", "like me to do about it", "where do i come in",
	)
	warmer  = language.NewPhrases("nearly talked me round", "not far from", "one more reason", "get used to the idea", "i could work with", "that would help", "it might work", "it could work", "more like it", "something i can work with", "i hadn't thought", "a sensible idea", "take care of part", "make a difference", "that's something", "help a bit")
	backing = language.NewPhrases("something in that", "sounds reasonable", "give it a chance", "why you'd say that", "i'm on your side", "i think it's a good idea")
	ends    = language.NewPhrases("goodbye", "bye", "see you later|soon|tomorrow|around", "thanks for being open", "glad we've talked", "glad we can talk", "no hard feelings", "you know where to find me", "no harm done", "thank you really", "lifesaver", "have to go", "good that you", "we're fine", "taking it like that", "leave it there", "leave it at that", "get on with things")
	quiet   = language.NewPhrases("gone quiet", "say something", "what are you thinking")
)

// hear takes one turn of somebody else.
func (s *Speaker) hear(line *scene.Line) heard {
	h := heard{role: line.Role, stems: language.StemsOf(line.Tokens), named: s.scene.Calls(line)}
	switch {
	case line.Kind == vignettev1.ActionKind_ACTION_KIND_LEAVE:
		h.kind = departed
		return h
	case line.Kind != vignettev1.ActionKind_ACTION_KIND_SPEAK || len(line.Sentences) == 0:
		return h
	}
	h.point = line.Sentences[len(line.Sentences)-1]
	for _, sentence := range line.Sentences {
		h.question = h.question || language.FormOf(sentence.Tokens) != language.NoQuestion
	}
	if stems := language.StemsOf(h.point.Tokens); len(stems) >= pointWords {
		h.stems = stems // what came before was a word about what I said
	}
	h.elsewhere = !h.named && line.For != s.scene.Self.GetId() && (line.For != "" || s.namesOther(line))
	h.kind = s.classify(line, &h)
	if h.kind == objection && line.For == "" && !h.named && s.scene.Group() && s.scene.Addressing() {
		h.kind = remark
	}
	return h
}

// namesOther says whether a turn calls somebody else by name, other than the one who speaks.
func (s *Speaker) namesOther(line *scene.Line) bool {
	if !s.scene.Group() {
		return false
	}
	for _, id := range s.scene.Present() {
		if name := language.Normalise(s.scene.CallName(id)); id != line.Role && name != "" {
			for _, token := range line.Tokens {
				if token.Norm == name {
					return true
				}
			}
		}
	}
	return false
}

func (s *Speaker) classify(line *scene.Line, h *heard) answer {
	tokens := line.Tokens
	settled := s.st.Phase != Open
	switch {
	case quiet.In(tokens):
		return silence
	case backing.Asserted(tokens):
		return softer
	case noMore.Asserted(tokens):
		return finalNo
	case attacks.In(tokens):
		return attack
	case shames.In(tokens):
		return shamed
	case !h.question && saysYes(line) && (s.st.Requests > 0 || !wonders.In(tokens)):
		return agreement // before anything was asked for, "sure, go ahead" agrees to listen
	case settled && ends.In(tokens):
		return closing
	case wonders.In(tokens) && (s.st.Requests == 0 || h.question):
		return unclear
	case offers.Asserted(tokens) && (!s.refuses() || s.st.Asked && h.question):
		return offered
	case ends.In(tokens):
		return closing
	case s.refuses() && !s.st.Asked:
		return objection
	case strays.In(tokens):
		return strayed
	case brushes.In(tokens):
		return brushedOff
	case warmer.Asserted(tokens) && len(line.Sentences) == 1:
		return softer
	case h.question:
		return query
	}
	return objection
}

// saysYes says whether a turn says yes and takes nothing of it back afterwards.
func saysYes(line *scene.Line) bool {
	said := false
	for _, sentence := range line.Sentences {
		said = sentenceSaysYes(sentence.Tokens) || said && !notYet.In(sentence.Tokens)
	}
	return said
}

func sentenceSaysYes(tokens []language.Token) bool {
	for _, match := range yes.Find(tokens) {
		if !language.Negated(tokens, match.First) && !notYet.In(tokens[match.Last:]) {
			return true
		}
	}
	return assents.StartsWith(tokens) && grants.Asserted(tokens) && !notYet.In(tokens)
}

// strays open another matter.
var strays = language.NewPhrases("by the way", "speaking of", "that reminds me", "while you're here", "before i forget", "another thing", "did you see", "have you seen", "have you heard", "what about the time", "and you also", "last week you", "you still haven't",
	"while we're at it")

// brushes put a matter off, or make it small.
var brushes = language.NewPhrases("can't it wait", "the moment for it", "another day", "sleep on it", "think differently about it", "more of it than there is", "be so serious", "only up to me", "not now", "some other time", "don't make a fuss")

// shames make somebody feel bad for asking, or for refusing.
var shames = language.NewPhrases("on my plate", "i could count on you", "you of all people", "been there when you", "on my own with it", "me who has to", "nobody asks how", "i'd do it for you", "have to beg you", "after all i've done", "after everything i")
