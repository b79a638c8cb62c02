package dearman

import (
	"fmt"
	"slices"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// hearable is how many strategies a listener takes in from one turn in full. Chosen: a fact, a feeling and a request fit
// into one breath; with five at once each of them is lost a little.
const hearable = 3

// record is what an episode's turns came to so far: for each skill the levels of the turns where it applies, and what
// each of them counts for.
type record struct {
	spoke   bool
	levels  [skills][]utterance.Level
	credits [skills][]float64
}

// add takes a turn of the role into account, and whether anything was said in it.
func (r *record) add(turn [skills]utterance.Level, spoken bool) {
	r.spoke = r.spoke || spoken
	heard := heardShare(turn)
	for s, l := range turn {
		if l == utterance.NotApplicable {
			continue
		}
		credit := l.Number()
		if !skill(s).state() {
			credit *= heard
		}
		r.levels[s] = append(r.levels[s], l)
		r.credits[s] = append(r.credits[s], credit)
	}
}

func levelsIn(findings [skills]utterance.Finding) [skills]utterance.Level {
	var out [skills]utterance.Level
	for s, f := range findings {
		out[s] = f.Level
	}
	return out
}

// heardShare is how much of each strategy is heard when a turn holds several: all of it up to [hearable], then an equal part.
func heardShare(turn [skills]utterance.Level) float64 {
	shown := 0
	for s, l := range turn {
		if !skill(s).state() && (l == utterance.Weak || l == utterance.Strong) {
			shown++
		}
	}
	return min(1, float64(hearable)/float64(max(1, shown)))
}

func (r *record) scores() []*vignettev1.Score {
	scores := make([]*vignettev1.Score, skills)
	for s := range skills {
		scores[s] = r.score(s)
	}
	return scores
}

func (r *record) score(s skill) *vignettev1.Score {
	turns := r.levels[s]
	switch {
	case !r.spoke:
		return without(s, vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA, "the role said nothing")
	case len(turns) == 0:
		return without(s, vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, "it applied to no turn")
	}
	return &vignettev1.Score{
		Dimension: dimensions[s].id,
		Outcome:   &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: r.number(s)}},
		Rationale: r.rationale(s),
	}
}

// number is what a skill that applied comes to.
func (r *record) number(s skill) float64 {
	if s.state() {
		return utterance.Mean(r.credits[s])
	}
	return utterance.Coverage(r.credits[s])
}

func (r *record) rationale(s skill) string {
	turns := r.levels[s]
	text := fmt.Sprintf("Strong in %d, weak in %d of %d turns where it applies.", count(turns, utterance.Strong), count(turns, utterance.Weak), len(turns))
	for i, l := range turns {
		if r.credits[s][i] < l.Number() {
			return text + " Turns that held more than three strategies count in part."
		}
	}
	return text
}

func count(turns []utterance.Level, which utterance.Level) int {
	n := 0
	for _, l := range turns {
		if l == which {
			n++
		}
	}
	return n
}

// priorities are the skills worth a suggestion after a turn, most useful first: what undoes the rest (a fight, giving in),
// then an offer that is due, then what makes it small, then what has not been shown well in the episode so far.
func (r *record) priorities(findings [skills]utterance.Finding) []skill {
	open := func(s skill) bool {
		return findings[s].Level == utterance.None || findings[s].Level == utterance.Weak
	}
	var order []skill
	for _, each := range []struct {
		skill
		when bool
	}{
		{mindful, findings[mindful].Level == utterance.None},
		{assert, open(assert) && !slices.Contains(r.levels[assert], utterance.Strong)},
		{negotiate, open(negotiate)},
		{confident, open(confident)},
		{describe, open(describe) && !slices.Contains(r.levels[describe], utterance.Strong)},
		{express, open(express) && !slices.Contains(r.levels[express], utterance.Strong)},
		{reinforce, open(reinforce) && !slices.Contains(r.levels[reinforce], utterance.Strong)},
		{mindful, findings[mindful].Level == utterance.Weak},
	} {
		if each.when {
			order = append(order, each.skill)
		}
	}
	return order
}
