package dearman

import (
	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// moment is all that one utterance is judged by.
type moment struct {
	matter *matter
	// text is the utterance, sentences what it is made of.
	text      string
	sentences []*sentence
	words     int
	// stems are the content of the whole utterance, without framing; content is all of it, when it is needed.
	stems, content language.Stems
	// far is the share of it that is about something else, once it is known.
	far *float64
	// doubt is what makes it smaller, once that is known.
	doubt *doubt
	// signs are what it is weighed by, as far as they were read.
	signs signsRead
	// talk is what others brought up before, and the setting.
	talk language.Stems
	// other is where the others stand when the utterance is made.
	other stance
	// late says that the role has spoken before, opened that it spoke about the objective.
	late, opened bool
}

// matter is what the objective says, read once.
type matter struct {
	objective *vignettev1.Objective
	refuses   bool
	// plain says that the objective is a statement and no more.
	plain bool
	// all is everything the objective talks about; the others are its parts.
	all, request, facts, benefits, compromises language.Stems
	// own is the request without the statement, with the sign of its sentence; gains are the words of benefits alone.
	own     language.Stems
	negated bool
	gains   language.Stems
	// sentences are the stems of the objective's sentences, as they are needed.
	sentences map[string]language.Stems
}

func (m *matter) refusing() bool {
	return m.refuses
}

// framing are words that objectives and skills are worded with; sharing them ties nothing to anything.
var framing = utterance.Words(`need feel feeling ask asking please help give take love able willing appreciate talk tell let hope understand
	agree sure good great better best work works time day able keep leave start stop try find put happy glad use bring
	felt told asked gave took kept tried important matter matters understand understanding fair ok request reason
	problem`)

func readMatter(objective *vignettev1.Objective) *matter {
	said := readStatement(objective.GetStatement())
	m := &matter{
		objective:   objective,
		refuses:     refuses(objective),
		plain:       objective.GetRequest() == "" && len(objective.GetFacts())+len(objective.GetBenefits())+len(objective.GetCompromises()) == 0,
		request:     contentOf(objective.GetRequest(), said.request),
		facts:       contentOf(objective.GetFacts()...),
		benefits:    contentOf(objective.GetBenefits()...),
		compromises: contentOf(objective.GetCompromises()...),
		all:         language.Stems{},
		sentences:   map[string]language.Stems{},
	}
	m.own, m.negated = contentOf(objective.GetRequest()), denies(language.Tokens(objective.GetRequest()))
	m.gains = without3(m.benefits, m.request, m.facts, m.compromises)
	for _, part := range []language.Stems{m.request, m.facts, m.benefits, m.compromises, contentOf(objective.GetFeelings()...)} {
		for stem := range part {
			if !small(stem) {
				m.all[stem] = struct{}{}
			}
		}
	}
	return m
}

// refuses says whether an objective is to say no. Where all there is is a statement that says so, it is one too, whatever
// its kind: somebody "wants to refuse" and asks for nothing.
func refuses(objective *vignettev1.Objective) bool {
	return objective.GetKind() == vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE ||
		objective.GetRequest() == "" && readStatement(objective.GetStatement()).refuses
}

// small says whether a stem is a number of one digit: too many things come in threes for it to tie anything.
func small(stem string) bool { return len(stem) == 1 }

// without3 is a set of stems without those of three others.
func without3(stems, a, b, c language.Stems) language.Stems {
	rest := language.Stems{}
	for stem := range stems {
		if one := (language.Stems{stem: {}}); one.Shared(a)+one.Shared(b)+one.Shared(c) == 0 {
			rest[stem] = struct{}{}
		}
	}
	return rest
}

// denies says whether a sentence says no: it holds a negation, and no two of them.
func denies(tokens []language.Token) bool {
	return len(negations.Find(tokens))%2 == 1
}

var negations = utterance.Phrases(`not; no; never; nobody; none; no one; nothing`)

func contentOf(texts ...string) language.Stems {
	stems := language.Stems{}
	for _, text := range texts {
		addContent(stems, language.Tokens(text))
	}
	return stems
}

// mostly says whether most of what a piece of text says belongs to a part of the objective. Most is seven in ten, chosen.
func mostly(stems, part language.Stems) bool {
	shared := stems.Shared(part)
	return shared > 0 && 10*shared >= 7*len(stems)
}

// addContent adds the stems of content words that are not mere framing.
func addContent(stems language.Stems, tokens []language.Token) {
	for i := range tokens {
		token := &tokens[i]
		if !token.IsWord() || token.IsStopWord() {
			continue
		}
		if amount, ok := language.Amount(token.Norm); ok {
			stems[amount] = struct{}{}
		} else if !framing[token.Norm] {
			stems[language.Stem(token.Norm)] = struct{}{}
		}
	}
}

// tie is how a piece of text hangs together with what the conversation is about.
type tie int8

const (
	// untied text is about something else.
	untied tie = iota
	// loose text points to what was said ("that", "it") or takes up what others brought up.
	loose
	// close text talks about the objective, or there is no objective to compare with.
	closely
)

// onTable says whether the matter is being talked about already, so that a request, a feeling or an offer need not name it
// again: the role has spoken, or the others push back.
func (m *moment) onTable() bool { return m.late && m.other.spoke || m.other.resists }

// concerns says whether a sentence is about the matter, or stands where nothing else can be meant.
func (m *moment) concerns(s *sentence) bool {
	return s.tie != untied || m.tiedElsewhere() || m.onTable()
}

// pointers point to something said before. "You" and "me" do not: everybody says them about everything.
var pointers = utterance.Words("it that this these those so one instead")

func (m *moment) tie(tokens []language.Token, stems language.Stems) tie {
	switch {
	case len(m.matter.all) == 0, stems.Shared(m.matter.all) > 0:
		return closely
	case stems.Shared(m.talk) > 0:
		return loose
	case m.points(tokens), len(m.matter.all) < thin:
		return loose
	}
	return untied
}

// thin is the number of content words below which an objective says too little to tell that a sentence is about something
// else: "get my roommate to do the dishes" does not know the word "kitchen".
const thin = 8

// points says whether words point to something and there is something of the matter to point to: in the utterance itself,
// in what others said, or in what the speaker said before.
func (m *moment) points(tokens []language.Token) bool {
	if !m.opened && m.stems.Shared(m.matter.all) == 0 && m.talk.Shared(m.matter.all) == 0 {
		return false
	}
	for _, token := range tokens {
		if first, second := token.Parts(); pointers[first] || pointers[second] {
			return true
		}
	}
	return false
}

// sentence is a sentence of an utterance with what ties it to the matter.
type sentence struct {
	*utterance.Sentence
	stems language.Stems
	tie   tie
	// told and spoken are its words made alike, as they would be written and as they were said, once they are.
	told, spoken []language.Token
	// does says whether it does one of the things a strategy does, once that is known.
	does *bool
}

// read takes in an utterance. What came before is filled in by the caller first.
func (m *moment) read(text string) {
	spoken := utterance.Read(text, m.matter.refusing())
	m.text = text
	m.stems = language.Stems{}
	m.words = 0
	m.sentences = make([]*sentence, 0, len(spoken))
	for _, each := range spoken {
		m.words += language.CountWords(each.Said)
		if !fluent(each) {
			addContent(m.stems, each.Said)
		}
		if len(each.Tokens) == 0 {
			continue // nothing but "um": there is nothing to be read in it
		}
		s := &sentence{Sentence: each, stems: language.Stems{}}
		addContent(s.stems, s.Tokens)
		if fluent(each) {
			for stem := range s.stems {
				m.stems[stem] = struct{}{}
			}
		}
		m.sentences = append(m.sentences, s)
	}
	for _, s := range m.sentences {
		s.tie = m.tie(s.Tokens, s.stems)
	}
}

// fluent says whether a sentence was said as it would be written.
func fluent(s *utterance.Sentence) bool {
	return len(s.Said) == len(s.Tokens) && (len(s.Said) == 0 || &s.Said[0] == &s.Tokens[0])
}

// length is how many words an utterance has; none of what was not said.
func (m *moment) length() int {
	if m == nil {
		return 0
	}
	return m.words
}

// cover is the span of some tokens of a sentence.
func (m *moment) cover(s *sentence, at utterance.Place) language.Span {
	return language.Cover(m.text, s.Tokens[at.First:at.Last])
}

// whole is the span of a sentence without its closing mark.
func (m *moment) whole(s *sentence) language.Span {
	last := len(s.Tokens)
	for last > 1 && s.Tokens[last-1].Kind == language.Punct {
		last--
	}
	return language.Cover(m.text, s.Tokens[:last])
}
