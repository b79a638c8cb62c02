package client

import (
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/language"
)

// voice turns notes about a person into that person's own words. Notes in diagrams are often telegraphic and in the
// third person ("Avoids ringing sister back."); a client says "I avoid ringing my sister back".
type voice struct {
	// names are the words others call the person by, in lower case.
	names map[string]bool
	// female and male say which pronouns of the third person mean this person; both when nothing is known.
	female, male bool
}

// mood is the form a verb of the person's own takes.
type mood uint8

const (
	// habit is the present: "I avoid it".
	habit mood = iota
	// told is the past: "I avoided it", "my father left".
	told
	// doing is the -ing form without a subject: "avoiding it".
	doing
	// asIs changes persons and agreement only.
	asIs
)

// subject is who the verb that comes next belongs to.
type subject uint8

const (
	nobody subject = iota
	me
	another
)

// newVoice learns a person's names and pronouns. Texts are the notes the pronouns are counted in; a stated gender decides.
func newVoice(names []string, gender string, texts []string) voice {
	v := voice{names: map[string]bool{}}
	for _, name := range names {
		for _, word := range strings.Fields(name) {
			v.names[language.Normalise(strings.Trim(word, ".,"))] = true
		}
	}
	switch gender = language.Normalise(gender); {
	case strings.HasPrefix(gender, "f"), strings.HasPrefix(gender, "w"), strings.HasPrefix(gender, "she"):
		v.female = true
		return v
	case strings.HasPrefix(gender, "m"), strings.HasPrefix(gender, "he"):
		v.male = true
		return v
	}
	he, she := countPronouns(texts)
	v.male, v.female = he >= she, she >= he
	return v
}

func countPronouns(texts []string) (he, she int) {
	for _, text := range texts {
		for _, token := range language.Tokens(text) {
			switch token.Norm {
			case "he", "him", "his", "himself":
				he++
			case "she", "her", "hers", "herself":
				she++
			}
		}
	}
	return he, she
}

// pass is one walk over the words of a note.
type pass struct {
	voice
	tokens []language.Token
	out    []string
	mood   mood
	// subj is whom the next finite verb belongs to; awaiting says that this verb has not come yet.
	subj     subject
	awaiting bool
	// same is true while the person is the subject of the clause: "him" is then somebody else.
	same bool
	// rival is true when somebody of the person's own gender was named.
	rival bool
	// doubt is set when a word could be read in two ways.
	doubt bool
	// verbs counts finite verbs that were understood.
	verbs int
}

// say rewrites the tokens of one note; first is the subject that its first finite verb belongs to where the note names none.
func (v voice) say(tokens []language.Token, first subject, form mood) (string, *pass) {
	tokens = slices.Clone(tokens)
	if ownWords(tokens) {
		// In the first person already: "her" is somebody else.
		v.female, v.male = false, false
	}
	p := &pass{voice: v, tokens: tokens, out: make([]string, len(tokens)), mood: form, subj: first, awaiting: first != nobody}
	p.same = first == me
	for i := range tokens {
		p.out[i] = p.word(i)
	}
	return p.text(), p
}

// word returns what takes the place of token i.
func (p *pass) word(i int) string {
	token := p.tokens[i]
	switch norm := token.Norm; {
	case !token.IsWord():
		return p.mark(i)
	case i > 0 && token.Quote == "May":
		return token.Quote // The month.
	case p.names[strings.TrimSuffix(norm, "'s")] && strings.HasSuffix(norm, "'s"):
		return "my"
	case p.names[norm] || caseNoun[norm] && p.bareSubject(i):
		return p.person(i)
	case norm == "he" && p.male || norm == "she" && p.female:
		return p.person(i)
	case norm == "him" && p.male, norm == "her" && p.female, norm == "his" && p.male, norm == "hers" && p.female:
		return p.ownPronoun(i)
	case norm == "himself" && p.male, norm == "herself" && p.female:
		if p.subj == another && p.rival {
			return token.Quote
		}
		return "myself"
	case kin[norm] || mine[norm] || strings.HasSuffix(norm, "'s") && kin[norm[:len(norm)-2]]:
		return p.relation(i)
	case coordinators[norm]:
		p.awaiting = p.subj != nobody
		return token.Quote
	case clauseWords[norm]:
		p.awaiting, p.same = false, false
		if i == 0 {
			return language.LowerFirst(token.Quote)
		}
		return token.Quote
	}
	if verb, ok := p.verb(i); ok {
		return verb
	}
	return p.plain(i)
}

// mark keeps punctuation; a comma or semicolon lets the same subject's next verb come, and a comma splice gets its "and".
func (p *pass) mark(i int) string {
	quote := p.tokens[i].Quote
	if quote != "," && quote != ";" {
		return quote
	}
	p.awaiting = p.subj != nobody
	if quote == "," && i+1 < len(p.tokens) && p.verbs > 0 {
		if _, third := language.BaseOfThird(p.tokens[i+1].Norm); third && !nounLike[p.tokens[i+1].Norm] {
			return " and"
		}
	}
	return quote
}

// person says "I" where the note names the person, "me" where it is an object.
func (p *pass) person(i int) string {
	norm := p.tokens[i].Norm
	if p.names[norm] && i > 0 && objectBefore[p.tokens[i-1].Norm] && !p.finiteAt(i+1) {
		return "me"
	}
	p.subj, p.awaiting, p.same = me, true, true
	if p.mood == doing && p.verbs == 0 && i == 0 {
		return ""
	}
	return "I"
}

// ownPronoun turns him, her, his into me and my, unless it must be somebody else.
func (p *pass) ownPronoun(i int) string {
	token := p.tokens[i]
	next := ""
	if i+1 < len(p.tokens) && p.tokens[i+1].IsWord() {
		next = p.tokens[i+1].Norm
	}
	possessive := token.Norm == "his" || token.Norm == "her" && next != "" && !afterObject[next]
	switch {
	case token.Norm == "hers":
		return "mine"
	case possessive && p.rival && othersThings(p.tokens[i+1:]):
		return token.Quote
	case possessive:
		return "my"
	case p.same:
		return token.Quote
	}
	return "me"
}

// othersThings says whether what is owned belongs to whoever expects something: "her unrealistic expectations".
func othersThings(tokens []language.Token) bool {
	for i, token := range tokens {
		if demands[token.Norm] {
			return true
		}
		if i > 1 || !token.IsWord() {
			return false
		}
	}
	return false
}

// relation gives a bare word for somebody or something of one's own its "my".
func (p *pass) relation(i int) string {
	token := p.tokens[i]
	norm := strings.TrimSuffix(token.Norm, "'s")
	if (maleKin[norm] && p.male) || (femaleKin[norm] && p.female) {
		p.rival = true
	}
	word := strings.ToLower(token.Quote)
	if kin[norm] && p.bareSubject(i) && norm == token.Norm {
		p.subj, p.awaiting, p.same = another, true, false
	}
	if !p.bare(i) {
		return word
	}
	if mine[norm] && !kin[norm] && i+1 < len(p.tokens) && p.tokens[i+1].IsWord() && !afterNoun(p.tokens[i+1].Norm) {
		return word
	}
	if norm == "family" && i > 0 && (p.tokens[i-1].Norm == "leaves" || p.tokens[i-1].Norm == "left") {
		return "the " + word
	}
	return "my " + word
}

// bare says whether a noun stands without article, possessive or adjective.
func (p *pass) bare(i int) bool {
	if i == 0 {
		return true
	}
	before := p.tokens[i-1]
	if !before.IsWord() {
		return true
	}
	norm := before.Norm
	if determiners[norm] || p.names[strings.TrimSuffix(norm, "'s")] || strings.HasSuffix(norm, "'s") {
		return false
	}
	_, third := language.BaseOfThird(norm)
	_, past := language.BaseOfPast(norm)
	_, gerund := language.BaseOfGerund(norm)
	return third || past || gerund || objectBefore[norm] || coordinators[norm] || clauseWords[norm] || language.IsVerb(norm)
}

// bareSubject says whether a noun stands where a subject does: at the beginning, or after something that begins a clause.
func (p *pass) bareSubject(i int) bool {
	if i > 0 && determiners[p.tokens[i-1].Norm] {
		i--
	}
	if i == 0 || !p.tokens[i-1].IsWord() {
		return true
	}
	norm := p.tokens[i-1].Norm
	return clauseWords[norm] || (coordinators[norm] && p.finiteAt(i+1))
}

// finiteAt says whether a finite verb stands at i, over an adverb.
func (p *pass) finiteAt(i int) bool {
	if i < len(p.tokens) && adverbs[p.tokens[i].Norm] {
		i++
	}
	if i >= len(p.tokens) {
		return false
	}
	norm := p.tokens[i].Norm
	_, third := language.BaseOfThird(norm)
	_, past := language.BaseOfPast(norm)
	return third || past || language.IsAuxiliary(norm)
}

// text puts the words together again with the spaces the note had.
func (p *pass) text() string {
	var b strings.Builder
	for i, word := range p.out {
		if word == "" {
			continue
		}
		if b.Len() > 0 && p.tokens[i].Start > p.tokens[i-1].End && word[0] != ' ' {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	return strings.TrimSpace(b.String())
}
