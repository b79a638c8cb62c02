package tom

import (
	"github.com/vignette-sim/vignette/evaluators/emotion/expressed"
	"github.com/vignette-sim/vignette/evaluators/tom/outcome"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// baseline is a way to answer without reading a mind. One that is privileged knows what was private; a reader of words need not
// reach it.
type baseline struct {
	name, title string
	privileged  bool
	// forecast returns nil where the baseline has none.
	forecast func(all *pool, a *answer) outcome.Shares
}

var baselines = []baseline{
	{"base_rate", "base rate", false, func(all *pool, a *answer) outcome.Shares { return all.rate(a) }},
	{"first_reading", "first answer, kept", false, func(all *pool, a *answer) outcome.Shares { return all.first(a) }},
	{"another_client", "others at that turn", false, func(all *pool, a *answer) outcome.Shares { return all.others(a) }},
	{"last_utterance", "last utterance alone", false, func(all *pool, a *answer) outcome.Shares { return all.lastUtterance(a) }},
	{"persistence", "one turn before", true, func(_ *pool, a *answer) outcome.Shares { return a.before }},
}

// pool has what baselines know of a whole run, for answers to one question.
type pool struct {
	kind   vignettev1.ProbeKind
	total  tally
	byOne  map[string]*tally           // by episode
	byTurn map[int32]map[string]*tally // by turn, and whose mind
	firsts map[string]*answer          // by episode and probe
}

// tally is how often each outcome came about.
type tally struct {
	came outcome.Shares
	n    float64
}

func (t *tally) add(came outcome.Shares, times float64) {
	if t.came == nil {
		t.came = outcome.Shares{}
	}
	for label, weight := range came {
		t.came[label] += weight * times
	}
	t.n += times
}

// shares are the frequencies, with one observation more that is spread over all outcomes: what never came about may yet.
func (t *tally) shares(kind vignettev1.ProbeKind) outcome.Shares {
	labels := outcome.Labels(kind)
	out := outcome.Shares{}
	for _, label := range labels {
		out[label] = (t.came[label] + 1/float64(len(labels))) / (t.n + 1)
	}
	return out
}

// poolOf takes in the answers to one question, in the design's order. What came about counts even where the answer is missing.
func poolOf(kind vignettev1.ProbeKind, answers []*answer) *pool {
	p := &pool{kind: kind, byOne: map[string]*tally{}, byTurn: map[int32]map[string]*tally{}, firsts: map[string]*answer{}}
	for _, a := range answers {
		if a.said != nil {
			if key := a.episode + "\n" + a.probe; p.firsts[key] == nil || a.after < p.firsts[key].after {
				p.firsts[key] = a
			}
		}
		if a.came == nil {
			continue
		}
		p.total.add(a.came, 1)
		at(p.byOne, a.episode).add(a.came, 1)
		if p.byTurn[a.after] == nil {
			p.byTurn[a.after] = map[string]*tally{}
		}
		at(p.byTurn[a.after], a.other).add(a.came, 1)
	}
	return p
}

func at(tallies map[string]*tally, key string) *tally {
	if tallies[key] == nil {
		tallies[key] = &tally{}
	}
	return tallies[key]
}

// rate is how often each outcome came about in all other episodes of the run.
func (p *pool) rate(a *answer) outcome.Shares {
	own, rest := p.byOne[a.episode], tally{}
	rest.add(p.total.came, 1)
	rest.n = p.total.n
	if own != nil {
		for label, weight := range own.came {
			rest.came[label] = max(rest.came[label]-weight, 0)
		}
		rest.n -= own.n
	}
	if rest.n <= 0 {
		return nil
	}
	return rest.shares(p.kind)
}

// first is the first answer to the same probe in the episode; nil for that one itself.
func (p *pool) first(a *answer) outcome.Shares {
	if first := p.firsts[a.episode+"\n"+a.probe]; first != nil && first != a {
		return first.said
	}
	return nil
}

// others is what came about with everybody else at the same turn; nil where there is nobody else.
func (p *pool) others(a *answer) outcome.Shares {
	rest := tally{}
	for _, other := range sortedKeys(p.byTurn[a.after]) {
		if other != a.other {
			rest.add(p.byTurn[a.after][other].came, 1)
			rest.n += p.byTurn[a.after][other].n - 1
		}
	}
	if rest.n <= 0 {
		return nil
	}
	return rest.shares(p.kind)
}

// lastUtterance reads what the other said last as the evaluator of expressed emotions does, and keeps to the base rate as far as little
// is expressed. It is for feelings alone.
func (p *pool) lastUtterance(a *answer) outcome.Shares {
	rate := p.rate(a)
	if a.ask != enumname.Of(vignettev1.ProbeKind_PROBE_KIND_EMOTION) || rate == nil {
		return nil
	}
	shown, sum := outcome.Shares{}, 0.0
	reading := expressed.Read(a.heard)
	for _, finding := range reading.Findings {
		label := outcome.None
		if finding.Clinical != vignettev1.Emotion_EMOTION_UNSPECIFIED {
			label = enumname.Of(finding.Clinical)
		}
		shown[label] += finding.Intensity
		sum += finding.Intensity
	}
	if sum == 0 {
		return rate
	}
	heed := trusted * reading.Intensity
	for label := range rate {
		rate[label] = (1-heed)*rate[label] + heed*shown[label]/sum
	}
	return rate
}

// trusted is how far what is expressed at full strength is taken for what is felt most. Chosen: people show less than they feel, and
// other things; at 1 this reader would be surer than it is right.
const trusted = 0.5
