package generations

import (
	"hash/fnv"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/projection"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies"
)

// compared is how many accepted conversations of one situation are held against each other at most, the first in the design's order. Chosen: two
// thousand pairs are enough for a mean, and memory stays bounded.
const compared = 64

// Terms say what is accepted, and what is right.
type Terms struct {
	// Accept is the least reward of the focal role with which a conversation is accepted, -1 to 1.
	Accept float64
	// Right is a dimension that says whether what is accepted is right, "" where all of it is, and Least the least value at which it is.
	Right string
	Least float64
	// Wanted is n* of the balance score, from 1; 0 means [Wanted].
	Wanted int
}

// Table gathers the conversations of generations. It keeps a few numbers of each, and of accepted ones the pairs of their words.
type Table struct {
	Terms
	generations []*generation
}

// generation is what is kept of one.
type generation struct {
	name       string
	order      []string // situations as they came
	situations map[string]*situation
}

// situation is what a conversation is about: its scenario and the levels of all that is varied but the generation. Its repeats are the attempts.
type situation struct {
	scenario string
	begun    []attempt
	texts    []pairs
	right    map[uint64]bool // the distinct texts that are right
	distinct map[uint64]bool
}

// attempt is one conversation.
type attempt struct {
	repeat   int32
	accepted bool
	reward   *float64
}

// Add takes in an episode of a generation, in the design's order; generations are in the order in which they first come. Those never begun do not
// count. The cell is the episode's without what tells generations apart.
func (t *Table) Add(name string, cell *vignettev1.Cell, state *episode.State) {
	if state.Phase() == vignettev1.EpisodePhase_EPISODE_PHASE_PLANNED {
		return
	}
	s := t.situation(name, cell)
	figures := studies.Figures(state)
	one := attempt{repeat: cell.GetRepeat()}
	if figures.GetValidity() == vignettev1.Validity_VALIDITY_OK {
		one.reward = projection.FocalReward(figures)
	}
	if one.accepted = one.reward != nil && *one.reward >= t.Accept; one.accepted {
		s.accept(linesOf(state), t.isRight(figures))
	}
	s.begun = append(s.begun, one)
}

func (t *Table) situation(name string, cell *vignettev1.Cell) *situation {
	i := slices.IndexFunc(t.generations, func(g *generation) bool { return g.name == name })
	if i < 0 {
		i = len(t.generations)
		t.generations = append(t.generations, &generation{name: name, situations: map[string]*situation{}})
	}
	g := t.generations[i]
	var key strings.Builder
	key.WriteString(cell.GetScenario())
	for _, level := range cell.GetFactors() {
		key.WriteString("\x00" + level.GetFactor() + "\x00" + level.GetLevel())
	}
	s := g.situations[key.String()]
	if s == nil {
		s = &situation{scenario: cell.GetScenario(), right: map[uint64]bool{}, distinct: map[uint64]bool{}}
		g.situations[key.String()] = s
		g.order = append(g.order, key.String())
	}
	return s
}

// accept takes in what was said in an accepted conversation.
func (s *situation) accept(lines []string, right bool) {
	h := fnv.New64a()
	for _, line := range lines {
		h.Write([]byte(line + "\x00"))
	}
	s.distinct[h.Sum64()] = true
	if right {
		s.right[h.Sum64()] = true
	}
	if len(s.texts) < compared {
		s.texts = append(s.texts, pairsOf(lines))
	}
}

func (s *situation) accepted() int {
	n := 0
	for _, a := range s.begun {
		if a.accepted {
			n++
		}
	}
	return n
}

// isRight says whether an accepted conversation is right; one without a value of what says so is not known to be.
func (t *Table) isRight(figures *vignettev1.EpisodeFigures) bool {
	if t.Right == "" {
		return true
	}
	for _, column := range figures.GetColumns() {
		if column.GetColumn() == t.Right {
			return column.Value != nil && column.GetValue() >= t.Least
		}
	}
	return false
}

// linesOf is what the focal role said.
func linesOf(state *episode.State) []string {
	var lines []string
	for _, turn := range state.Turns() {
		if turn.GetRole() == state.Plan().Scenario.GetFocal() && turn.GetAction().GetText() != "" {
			lines = append(lines, turn.GetAction().GetText())
		}
	}
	return lines
}
