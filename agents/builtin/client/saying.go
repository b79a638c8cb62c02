package client

import (
	"strings"

	"github.com/vignette-sim/vignette/internal/language"
)

// saying is one note in the forms it can be worded in. A form that would not be safe English is empty, and frames that
// need it are then not used; quote is always there.
type saying struct {
	// clause is a whole clause in the first person, without a capital or a stop: "I avoid ringing my sister back".
	clause string
	// past is the clause again when it is in the past or progressive past.
	past string
	// now is the clause again when it is in the present.
	now string
	// doing is the -ing form without a subject: "avoiding ringing my sister back".
	doing string
	// verb is the clause without its "I": "avoid ringing my sister back".
	verb string
	// noun is a noun phrase: "an argument with my wife".
	noun string
	// quote is a sentence in the person's own words, with its mark.
	quote string
	// topic is somebody or something of the person's own that the note is about: "my son".
	topic string
}

// speak turns one note, a sentence or a fragment of one, into what the person would say. past says that the note tells what
// happened once.
func (v voice) speak(note string, past bool) saying {
	note = tidy(note)
	tokens := language.Tokens(note)
	for len(tokens) > 0 && !tokens[len(tokens)-1].IsWord() && tokens[len(tokens)-1].Norm != "\"" && tokens[len(tokens)-1].Norm != ")" {
		tokens = tokens[:len(tokens)-1]
	}
	s := saying{quote: language.Finish(language.Capitalise(v.respell(note)))}
	if len(tokens) == 0 {
		return s
	}
	if !language.IsQuestion(note) {
		v.shape(&s, tokens, past)
	}
	if s.clause == "" && ownWords(tokens) && strings.HasSuffix(note, ".") {
		s.clause = ownSentence(note) // whatever its subject
	}
	s.clause = language.Contract(s.clause)
	s.settle()
	s.topic = topicOf(s.clause + s.doing + s.noun)
	if !ownWords(tokens) && s.clause != "" {
		s.quote = language.Finish(language.Capitalise(s.clause))
	}
	return s
}

// shape finds out what kind of fragment a note is by how it begins, and fills in the forms that are safe for it.
func (v voice) shape(s *saying, tokens []language.Token, past bool) {
	head := 0
	for head < len(tokens)-1 && adverbs[tokens[head].Norm] {
		head++
	}
	first := tokens[head].Norm
	next := ""
	if head+1 < len(tokens) {
		next = tokens[head+1].Norm
	}
	third, isThird := language.BaseOfThird(first)
	isThird = isThird && third != "have" || first == "has"
	_, isGerund := language.BaseOfGerund(first)
	_, isPast := language.BaseOfPast(first)
	switch {
	case memoryNouns[first] && next == "of":
		v.remembered(s, tokens[head+2:])
	case first == "fear" && next == "of", first == "afraid":
		v.framed(s, "I'm afraid of", tokens[head+2:])
	case (first == "inability" || first == "unable") && next == "to":
		v.framed(s, "I can't", tokens[head+2:])
	case (first == "difficulty" || first == "trouble") && len(tokens) > head+1:
		v.framed(s, "I have trouble", dropIn(tokens[head+1:]))
	case encounterNouns[first]:
		v.encounter(s, tokens, first)
	case v.ownSubject(first):
		v.aboutMe(s, tokens, past)
	case isThird && !(nounLike[first] && nounFollows(next)) && !kin[first]:
		v.mySubjectless(s, tokens, past)
	case isGerund && first != "feeling":
		v.ongoing(s, tokens)
	case first == "feeling":
		v.ongoing(s, tokens)
	case isPast && !kin[first]:
		v.happened(s, tokens, next)
	case language.IsVerb(first) && !kin[first] && !nounLike[first+"s"] && next != "of":
		v.bareVerb(s, tokens)
	case v.otherSubject(tokens[head:], first):
		v.aboutOthers(s, tokens, past)
	case toldByMe(tokens):
		v.aboutOthers(s, tokens, past)
	}
}

// ownSubject says whether a word at the head of a note is the person, in the third or the first person.
func (v voice) ownSubject(norm string) bool {
	return v.names[norm] || caseNoun[norm] || norm == "he" && v.male || norm == "she" && v.female ||
		norm == "i" || norm == "i'm" || norm == "i've" || norm == "i'd" || norm == "i'll"
}

// aboutMe handles notes with the person for subject: "He avoids it", "Tom loses his keys", "I stay in bed".
func (v voice) aboutMe(s *saying, tokens []language.Token, past bool) {
	form := habit
	if past && !ownWords(tokens) {
		form = told
	}
	text, p := v.say(tokens, nobody, form)
	if p.doubt {
		return
	}
	s.clause = text
	if verb, ok := strings.CutPrefix(text, "I "); ok && language.IsVerb(firstWord(verb)) {
		s.verb = verb
	}
	if !ownWords(tokens) {
		s.doing, _ = v.say(tokens, nobody, doing)
	} else if s.verb != "" && p.verbs <= 1 {
		base := firstWord(s.verb)
		if !strings.Contains(s.verb, " and ") && !strings.Contains(s.verb, ",") {
			s.doing = language.Gerund(base) + s.verb[len(base):]
		}
	}
}

// mySubjectless handles "Avoids asking for help": the person is meant, and the verb agrees with "I".
func (v voice) mySubjectless(s *saying, tokens []language.Token, past bool) {
	form := habit
	if past {
		form = told
	}
	text, p := v.say(tokens, me, form)
	if p.doubt || p.verbs == 0 {
		return
	}
	s.clause = "I " + text
	if form == habit {
		s.verb = text
	}
	s.doing, _ = v.say(tokens, me, doing)
}

// ongoing handles "Thinking about bills".
func (v voice) ongoing(s *saying, tokens []language.Token) {
	text, p := v.say(tokens, nobody, asIs)
	if p.doubt {
		return
	}
	s.clause, s.doing = "I was "+text, text
}

// happened handles "Fired from job" and "Received a bad grade": the first is passive.
func (v voice) happened(s *saying, tokens []language.Token, next string) {
	text, p := v.say(tokens, nobody, asIs)
	if p.doubt {
		return
	}
	passive := next == "by" || next == "from" || next == "for" || next == ""
	base, _ := language.BaseOfPast(tokens[0].Norm)
	if passive && tokens[0].Norm == language.Participle(base) && !intransitive[base] {
		s.clause, s.doing = "I was "+text, "being "+text
		return
	}
	if tokens[0].Norm == language.Past(base) {
		s.clause = "I " + text
	}
}

// bareVerb handles "Avoid asking for help".
func (v voice) bareVerb(s *saying, tokens []language.Token) {
	text, p := v.say(tokens, nobody, asIs)
	if p.doubt {
		return
	}
	s.clause, s.verb = "I "+text, text
	base := firstWord(text)
	if language.IsVerb(base) && !strings.Contains(text, " and ") && !strings.Contains(text, ",") && !strings.Contains(text, " or ") {
		s.doing = language.Gerund(base) + text[len(base):]
	}
}

// aboutOthers handles clauses with another subject: "Mother moves out when Ann is 9", "It's important to work hard".
func (v voice) aboutOthers(s *saying, tokens []language.Token, past bool) {
	form := asIs
	if past && !ownWords(tokens) {
		form = told
	} else if !ownWords(tokens) {
		form = habit
	}
	text, p := v.say(tokens, another, form)
	if p.doubt {
		return
	}
	s.clause = text
}

// remembered handles "Memory of being shouted at by coach".
func (v voice) remembered(s *saying, tokens []language.Token) {
	if len(tokens) == 0 {
		return
	}
	text, p := v.say(tokens, nobody, asIs)
	if p.doubt {
		return
	}
	s.clause, s.doing = "I was remembering "+article(text), "remembering "+article(text)
}

// framed puts a beginning in the person's words before the rest of a note.
func (v voice) framed(s *saying, beginning string, tokens []language.Token) {
	if len(tokens) == 0 {
		return
	}
	text, p := v.say(tokens, nobody, asIs)
	if p.doubt {
		return
	}
	s.clause = beginning + " " + text
	if verb, ok := strings.CutPrefix(s.clause, "I "); ok && language.IsVerb(firstWord(verb)) {
		s.verb = verb
	}
}

// encounter handles "Argument with wife" and "Phone call from creditor".
func (v voice) encounter(s *saying, tokens []language.Token, first string) {
	text, p := v.say(tokens, nobody, asIs)
	if p.doubt {
		return
	}
	s.noun = article(text)
	s.clause = "I had " + s.noun
}

// settle says which tense the clause is in.
func (s *saying) settle() {
	if s.clause == "" {
		return
	}
	tokens := language.Tokens(s.clause)
	for i, token := range tokens {
		switch norm := token.Norm; {
		case norm == "was" || norm == "were" || norm == "had" || norm == "did" || norm == "didn't" || norm == "wasn't" || norm == "couldn't":
			s.past = s.clause
			return
		case norm == "i'm" || norm == "it's" || norm == "am" || norm == "is" || norm == "are" || norm == "have" || norm == "can't" || norm == "don't" || norm == "i've":
			s.now = s.clause
			return
		case i > 0:
			if _, past := language.BaseOfPast(norm); past {
				s.past = s.clause
				return
			}
			if _, third := language.BaseOfThird(norm); third && !determiners[tokens[i-1].Norm] || language.IsVerb(norm) && tokens[i-1].Norm == "i" {
				s.now = s.clause
				return
			}
		}
	}
}

// respell mends slips in words that are quoted as they are.
func (v voice) respell(note string) string {
	for _, token := range language.Tokens(note) {
		if right, ok := misspelt(token.Norm); ok {
			note = strings.Replace(note, token.Quote, right, 1)
		}
	}
	return note
}

// ownWords says whether a note is in the first person already.
func ownWords(tokens []language.Token) bool {
	for _, token := range tokens {
		switch token.Norm {
		case "i", "i'm", "i've", "i'll", "i'd", "me", "my", "myself", "mine", "we", "our", "us":
			return true
		}
	}
	return false
}

// ownSentence is a whole sentence in the first person as a clause. A name at its head keeps its capital.
func ownSentence(note string) string {
	clause := language.Unstop(note)
	if !language.IsStopWord(firstWord(clause)) {
		return clause
	}
	return language.LowerFirst(clause)
}

// toldByMe says whether a fragment in the first person has its subject near the beginning, whatever its verb: "Last autumn I
// miscounted".
func toldByMe(tokens []language.Token) bool {
	for i := 1; i < len(tokens)-1 && i < 5; i++ {
		if norm := tokens[i].Norm; (norm == "i" || norm == "we" || norm == "i'm" || norm == "i've") && tokens[i+1].IsWord() {
			return true
		}
	}
	return false
}

// otherSubject says whether a fragment begins with a subject and has a finite verb after it.
func (v voice) otherSubject(tokens []language.Token, first string) bool {
	if !v.names[strings.TrimSuffix(first, "'s")] && !subjectStart[first] && !kin[first] && !kin[strings.TrimSuffix(first, "'s")] && !plural[first] && !mine[first] && !determiners[first] && !clauseStarts[first] {
		return false
	}
	for i := 1; i < len(tokens) && i < 8; i++ {
		norm := tokens[i].Norm
		_, third := language.BaseOfThird(norm)
		_, past := language.BaseOfPast(norm)
		if past || third && !nounLike[norm] || language.IsAuxiliary(norm) || (plural[tokens[i-1].Norm] || tokens[i-1].Norm == "i") && language.IsVerb(norm) {
			return true
		}
	}
	return strings.Contains(first, "'") && !strings.HasSuffix(first, "s'")
}

var (
	memoryNouns    = words("memory memories recollection flashback flashbacks")
	encounterNouns = words("argument conversation meeting fight quarrel discussion interview")
	intransitive   = words("go come sit lie stay fall cry sleep wait laugh")
	subjectStart   = words(`it it's that that's there there's they they're we people everyone everybody nobody someone nothing everything others life
		what this these those something anything he she he's she's`)
	clauseStarts = words("if when whenever because since unless last yesterday on at in after before during one every")
)

// nounFollows says whether the word after what may be a plural noun shows that it is one.
func nounFollows(next string) bool {
	return next == "of" || next == "with" || next == "from" || next == "and" || next == "are" || next == "were" || next == ""
}

// dropIn drops the "in" or "with" after "difficulty".
func dropIn(tokens []language.Token) []language.Token {
	if len(tokens) > 1 && (tokens[0].Norm == "in" || tokens[0].Norm == "with") {
		return tokens[1:]
	}
	return tokens
}

// article puts "a" or "an" before a bare singular noun at the head of a phrase.
func article(phrase string) string {
	first := firstWord(phrase)
	_, gerund := language.BaseOfGerund(first)
	if gerund && !encounterNouns[first] || determiners[first] || strings.HasSuffix(first, "s") || kin[first] {
		return phrase
	}
	if strings.IndexByte("aeiou", first[0]) >= 0 {
		return "an " + phrase
	}
	return "a " + phrase
}

func firstWord(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return language.Normalise(strings.Trim(word, ",.;:"))
}

// topicOf returns somebody of one's own that a text names, or something: "my son", "my resume".
func topicOf(text string) string {
	tokens := language.Tokens(text)
	topic := ""
	for i := 0; i+1 < len(tokens); i++ {
		if tokens[i].Norm != "my" {
			continue
		}
		switch next := tokens[i+1].Norm; {
		case kin[next] && next != "ex":
			return "my " + next
		case mine[next] && topic == "":
			topic = "my " + next
		}
	}
	return topic
}
