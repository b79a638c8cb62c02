package counselor

import "github.com/vignette-sim/vignette/agents"

const (
	// ownFault is how much more often somebody makes their own mistake than others do. Chosen.
	ownFault = 3
	// coarse is where in the list of moves those begin that only beginners make.
	coarse = 3
)

// unskilled is a turn of somebody who means well and has not learned it, or does not mean so well. The modality sets what
// comes first: comfort, pressing for change, correcting thoughts, orders.
func (t *turn) unskilled() {
	book := wording["unskilled"]
	if t.read.any && t.luck.Float64() < 0.4 {
		t.say(book, "ack", "acknowledge")
	}
	moves := []struct {
		bank, act string
		weight    float64
	}{
		{"closed", "question_closed", 0.34}, {"advice", "advise_without_permission", 0.26}, {"reassure", "reassure", 0.16},
		{"offtopic", "change_topic", 0.09}, {"misread", "misread", 0.08}, {"lecture", "confront", 0.07},
	}
	switch t.mode {
	case supportive:
		moves[2].weight, moves[5].weight = 0.3, 0.02
	case cbt:
		moves[5].weight = 0.12
	case directive:
		moves[1].weight, moves[5].weight = 0.4, 0.12
	}
	// Everybody has faults of their own: one or two lead all through a session. The coarse ones go first as somebody learns.
	faults := agents.EpisodeRand(t.obs.GetChance(), agents.StreamTemperament)
	for range 2 {
		moves[faults.IntN(len(moves))].weight *= ownFault
	}
	for i := coarse; i < len(moves); i++ {
		moves[i].weight *= (1 - t.skill) * (1 - t.skill)
	}
	total := 0.0
	for _, move := range moves {
		total += move.weight
	}
	draw, done := t.luck.Float64()*total, false
	for i := range 2 * len(moves) {
		move := moves[i%len(moves)]
		if draw -= move.weight; draw < 0 && !done {
			done = t.say(book, move.bank, move.act)
		}
	}
	if done && !questionLast(t.speech.Text()) && t.luck.Float64() < 0.45 {
		t.say(book, "closed", "question_closed")
	}
}
