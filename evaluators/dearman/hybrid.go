package dearman

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
	"github.com/vignette-sim/vignette/internal/language/classify"
)

// The level of a skill is decided in three steps. The rules give a verdict with its evidence. Each sentence is read by a network
// that is asked for all skills at once, for words and rules' evidence together. A cumulative logit of each skill then weighs both, and the signs in the
// utterance as a whole (signs.go). What the models know comes from corpus/ and from blind labels (training_test.go), and is in
// hybrid-4.txt. The rules keep their say: what they hold not applicable stays so, and no level is given that no words stand for.

//go:embed hybrid-4.txt
var trained string

// readers are the trained models.
type readers struct {
	// sentences is asked of each skill how far a sentence shows it or, of a state of mind, speaks against it.
	sentences *classify.Network
	// levels has a model for each skill of the level of an utterance.
	levels [skills]*classify.Panel
}

var learned = sync.OnceValue(func() *readers { return readersOf(trained) })

// section begins a model in the trained file, and ends with its name.
const section = "== "

func readersOf(file string) *readers {
	parts := map[string][]byte{}
	for _, part := range strings.Split(file, section)[1:] {
		name, text, _ := strings.Cut(part, "\n")
		parts[name] = []byte(text)
	}
	part := func(name string) []byte {
		if len(parts[name]) == 0 {
			panic(fmt.Sprintf("dearman: the trained file has no %q; run make dear-man", name))
		}
		return parts[name]
	}
	r := &readers{sentences: classify.MustParseNetwork(part(sentenceModel))}
	if !slices.Equal(r.sentences.Questions, questions()) || !slices.Equal(r.sentences.Labels, utterance.Labels) {
		panic(fmt.Sprintf("dearman: the network was asked for %q with %q; run make dear-man", r.sentences.Questions, r.sentences.Labels))
	}
	for s := range skills {
		r.levels[s] = classify.NewPanel(classify.MustParse(part(s.levelModel())))
	}
	return r
}

// questions are what the network is asked of each sentence: the skills, in their order.
func questions() (ids []string) {
	for s := range skills {
		ids = append(ids, dimensions[s].id)
	}
	return ids
}

// sentenceModel is the name of the network in the trained file.
const sentenceModel = "sentences"

func (s skill) levelModel() string { return dimensions[s].id + " level" }

// likely says how likely a sentence shows a skill at all, and how likely strongly; of a state of mind, speaks against it.
type likely [skills]struct{ some, strong float64 }

// bags are used again: they are read for a moment and keep nothing.
var bags = sync.Pool{New: func() any { return classify.NewBag() }}

// likelihoods reads each sentence.
func (r *readers) likelihoods(m *moment, f *findings) []likely {
	out := make([]likely, len(m.sentences))
	bag, room := bags.Get().(*classify.Bag), [3 * skills]float64{}
	defer bags.Put(bag)
	for i, each := range m.sentences {
		if each.Broken {
			continue // words in no order show nothing
		}
		m.readSentence(bag, i, f)
		p := r.sentences.Probabilities(bag, room[:0])
		out[i].take(p)
	}
	return out
}

// take takes over the probabilities of none, weak and strong of all skills.
func (l *likely) take(p []float64) {
	for s := range skills {
		l[s].some, l[s].strong = p[3*s+1]+p[3*s+2], p[3*s+2]
	}
}

// weigh decides the levels of the skills.
func (m *moment) weigh(all *findings) {
	if m.broken() {
		return
	}
	r := learned()
	said := r.likelihoods(m, all)
	var levels [skills]utterance.Level
	var chances [skills]float64
	bag, room := bags.Get().(*classify.Bag), [3]float64{}
	defer bags.Put(bag)
	for s := range skills {
		if all[s].Level > utterance.NotApplicable {
			bag.Reset()
			m.readWhole(bag, s, all, said)
			p := r.levels[s].Probabilities(bag, room[:0])
			levels[s] = s.levelOf(p)
			chances[s] = p[levels[s]]
		}
	}
	for s := range skills {
		if levels[s] > all[s].Level && (m.bounded(s, all) || s == mindful && !m.doesAnything(levels)) {
			levels[s], chances[s] = all[s].Level, 0
		}
		if f := &all[s]; f.Level > utterance.NotApplicable && m.settle(r, s, all, levels[s], said) {
			f.Chance = chances[s]
		}
	}
}

// bounded says whether the models may not go above the rules: in what is stood for, where the utterance gives in, and in all where it does
// not name a matter of which the objective says much: what the models know of good sentences, they know of any matter. In Mindful also where
// the speaker attacks: a request in the same breath does not take that back.
func (m *moment) bounded(s skill, f *findings) bool {
	switch {
	case (s.state() || s == assert) && givesIn(m, f) > 0, s == mindful && hasFault(utterance.Attack)(m, f) > 0:
		return true
	}
	return !m.matter.plain && m.stems.Shared(m.matter.all) == 0
}

// doesAnything says whether some strategy is used or the matter named: without, nothing keeps to it, however warm it is.
func (m *moment) doesAnything(levels [skills]utterance.Level) bool {
	for s := describe; s <= negotiate; s++ {
		if levels[s] > utterance.None {
			return true
		}
	}
	return m.stems.Shared(m.matter.all) > 0 || m.stems.Shared(m.talk) > 0
}

// broken says whether no sentence can be read.
func (m *moment) broken() bool {
	for _, s := range m.sentences {
		if !s.Broken {
			return false
		}
	}
	return true
}

// cuts are the means from which a level is weak, and strong. In the middle they are where the level nearest to the mean changes: what is
// between none and strong is weak, so the middle of doubt is, too. For Assert, Negotiate and the states they lie nearer to where raters whom
// the models had not learned from drew them (TestApart): half of the way there; for Assert, all of it.
var cuts = [skills][2]float64{{0.5, 1.5}, {0.5, 1.5}, {0.7, 1.55}, {0.5, 1.5}, {0.6, 1.5}, {0.55, 1.4}, {0.45, 1.5}}

// levelOf is the level that the probabilities of none, weak and strong come to.
func (s skill) levelOf(p []float64) utterance.Level {
	switch mean := p[1] + 2*p[2]; {
	case mean >= cuts[s][1]:
		return utterance.Strong
	case mean >= cuts[s][0]:
		return utterance.Weak
	}
	return utterance.None
}

// settle brings a finding to the level that was weighed, and says whether it is there.
func (m *moment) settle(r *readers, s skill, all *findings, level utterance.Level, said []likely) bool {
	f := &all[s]
	switch {
	case level == f.Level:
	case level < f.Level:
		f.Lower(level, whyLess)
	case s.state():
		f.Raise(level, whyMore)
	default:
		if !f.Shown() {
			h, ok := m.witness(r, s, all, level, said)
			if !ok {
				return false
			}
			f.Add(h)
		}
		f.Raise(level, whyMore)
	}
	return true
}

const (
	whyLess = "Taken as a whole it is less than its words, as the model trained on labelled utterances weighs it"
	whyMore = "Taken as a whole it is more than the rules find in it, as the model trained on labelled utterances weighs it"
)

// witness finds the words that weighed most for a strategy, where the rules found none: those of the sentence that reads most like it.
func (m *moment) witness(r *readers, s skill, all *findings, level utterance.Level, said []likely) (utterance.Hit, bool) {
	stands := func(may func(*sentence) bool) func(*sentence) bool {
		return func(each *sentence) bool { return may(each) && (s != express || !heardAsNone(&all[s], each)) }
	}
	best := m.teller(s, said, stands(m.bears))
	if best < 0 && m.stems.Shared(m.matter.all) > 0 {
		best = m.teller(s, said, stands(sound)) // "..., on Tuesdays. I was hoping we could find something": the matter was named beside it.
	}
	if best < 0 {
		return utterance.Hit{}, false
	}
	span := m.whole(m.sentences[best])
	bag := classify.NewBag()
	m.readSentence(bag, best, all)
	if told := classify.Cover(r.tellers(s, bag, level, span)); told.End > told.Start {
		if part := language.Slice(m.text, told.Start, told.End); len(language.ContentWords(language.Tokens(part.Quote))) > 0 {
			span = part // Words that stand for nothing by themselves ("I know you are") are no evidence.
		}
	}
	return utterance.Hit{Level: level, Span: span, Why: "reads like it: these words weigh most for " + dimensions[s].title}, true
}

// tellers are the features within a sentence that spoke most for a level of a skill: what stands around it is no evidence.
func (r *readers) tellers(s skill, bag *classify.Bag, level utterance.Level, within language.Span) []classify.Reason {
	told := r.sentences.Explain(int(s), bag, int(level), bag.Len())
	told = slices.DeleteFunc(told, func(one classify.Reason) bool {
		return one.Span.End <= one.Span.Start || one.Span.Start < within.Start || one.Span.End > within.End
	})
	return told[:min(tellers, len(told))]
}

// teller is the sentence that reads most like a strategy of those that may stand for it, -1 where none does.
func (m *moment) teller(s skill, said []likely, may func(*sentence) bool) int {
	best := -1
	for i, each := range m.sentences {
		if may(each) && said[i][s].some >= quotable && (best < 0 || said[i][s].some > said[best][s].some) {
			best = i
		}
	}
	return best
}

// bears says whether a sentence can stand for a strategy in which the rules found nothing: words in order and without a fault, about
// the matter where the objective says enough to tell.
func (m *moment) bears(s *sentence) bool {
	return sound(s) && (s.tie != untied || m.matter.plain)
}

// sound says whether a sentence is words in order, without a fault, that do more than show that the speaker understands the other.
func sound(s *sentence) bool {
	return !s.Broken && len(s.Faults) == 0 && !onlyUnderstands(s)
}

// heardAsNone says whether the rules heard words of a sentence as no sign of a skill. Used for feelings, of which they are sure: "I feel that you ..."
// is none, and no evidence of one.
func heardAsNone(f *utterance.Finding, s *sentence) bool {
	start, end := s.Tokens[0].Start, s.Tokens[len(s.Tokens)-1].End
	return slices.ContainsFunc(f.Hits, func(h utterance.Hit) bool {
		return h.Level == utterance.None && h.Span.Start < end && h.Span.End > start
	})
}

// onlyUnderstands says whether a sentence understands the other and goes on to nothing: "I know you are busy on Tuesdays."
func onlyUnderstands(s *sentence) bool {
	return empathyCue.StartsWith(s.Tokens) && !turns.In(s.Tokens)
}

// turns are where a sentence that began with understanding goes on to something else.
var turns = utterance.Phrases(`but; so; and i|we|could|can|would; yet; still; though; however; which is why; i|we would|could|need|want; could|can|would|will you|i|we`)

const (
	// quotable is how likely a sentence must be to show a skill for it to be quoted. Chosen.
	quotable = 0.3
	// tellers is how many features the words that are quoted come from.
	tellers = 3
)
