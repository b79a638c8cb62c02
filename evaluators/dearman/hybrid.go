package dearman

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
	"github.com/vignette-sim/vignette/internal/language/linear"
)

// The level of a skill is decided in three steps. The rules give a verdict with its evidence. Each sentence is read by a linear model
// of each skill, for words and rules' evidence together. A cumulative logit of each skill then weighs both, and the signs in the
// utterance as a whole (signs.go). What the models know comes from corpus/ and from blind labels (training_test.go), and is in
// hybrid-3.txt. The rules keep their say: what they hold not applicable stays so, and no level is given that no words stand for.

//go:embed hybrid-3.txt
var trained string

// readers are the trained models.
type readers struct {
	// sentences has a model for each skill: how far a sentence shows it or, for a state of mind, speaks against it.
	sentences *linear.Panel
	// levels has a model for each skill of the level of an utterance.
	levels [skills]*linear.Panel
}

var learned = sync.OnceValue(func() *readers { return readersOf(trained) })

// section begins a model in the trained file, and ends with its name.
const section = "== "

func readersOf(file string) *readers {
	models := map[string]*linear.Model{}
	for _, part := range strings.Split(file, section)[1:] {
		name, text, _ := strings.Cut(part, "\n")
		models[name] = linear.MustParse([]byte(text))
	}
	var sentences []*linear.Model
	r := &readers{}
	for s := range skills {
		sentences = append(sentences, models[s.sentenceModel()])
		r.levels[s] = linear.NewPanel(models[s.levelModel()])
	}
	r.sentences = linear.NewPanel(sentences...)
	return r
}

func (s skill) sentenceModel() string { return dimensions[s].id + " sentence" }
func (s skill) levelModel() string    { return dimensions[s].id + " level" }

// likely says how likely a sentence shows a skill at all, and how likely strongly; of a state of mind, speaks against it.
type likely [skills]struct{ some, strong float64 }

// bags are used again: they are read for a moment and keep nothing.
var bags = sync.Pool{New: func() any { return linear.NewBag() }}

// likelihoods reads each sentence.
func (r *readers) likelihoods(m *moment, f *findings) []likely {
	out := make([]likely, len(m.sentences))
	bag, room := bags.Get().(*linear.Bag), [3 * skills]float64{}
	defer bags.Put(bag)
	for i, each := range m.sentences {
		if each.Broken {
			continue // words in no order show nothing
		}
		m.readSentence(bag, i, f)
		p := r.sentences.Probabilities(bag, room[:0])
		for s := range skills {
			out[i][s].some, out[i][s].strong = p[3*s+1]+p[3*s+2], p[3*s+2]
		}
	}
	return out
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
	bag, room := bags.Get().(*linear.Bag), [3]float64{}
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
// not name a matter of which the objective says much. What the models know of good sentences, they know of any matter.
func (m *moment) bounded(s skill, f *findings) bool {
	return (s.state() || s == assert) && givesIn(m, f) > 0 || !m.matter.plain && m.stems.Shared(m.matter.all) == 0
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
var cuts = [skills][2]float64{{0.5, 1.5}, {0.5, 1.5}, {0.65, 1.65}, {0.5, 1.5}, {0.5, 1.6}, {0.6, 1.5}, {0.5, 1.4}}

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
	best := m.teller(s, said, m.bears)
	if best < 0 && m.stems.Shared(m.matter.all) > 0 {
		best = m.teller(s, said, sound) // "..., on Tuesdays. I was hoping we could find something": the matter was named beside it.
	}
	if best < 0 {
		return utterance.Hit{}, false
	}
	span := m.whole(m.sentences[best])
	bag := linear.NewBag()
	m.readSentence(bag, best, all)
	if told := linear.Cover(r.sentences.Explain(int(s), bag, int(level), tellers)); told.End > told.Start {
		if part := language.Slice(m.text, told.Start, told.End); len(language.ContentWords(language.Tokens(part.Quote))) > 0 {
			span = part // Words that stand for nothing by themselves ("I know you are") are no evidence.
		}
	}
	return utterance.Hit{Level: level, Span: span, Why: "reads like it: these words weigh most for " + dimensions[s].title}, true
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
