package counselor

import (
	"slices"

	"github.com/vignette-sim/vignette/internal/language"
)

// informing are the modalities that tell what they know when they are asked. A supportive counselor understands and leaves
// finding out to the client: that is its way, and in some conversations not enough.
var informing = map[modality]bool{mi: true, cbt: true, directive: true}

// owes takes down what the client asked and nobody has answered. Only questions that something known could answer count.
func (t *turn) owes() {
	if t.read.asks == "" {
		return
	}
	if t.factFor(t.read.asks) >= 0 {
		t.memory.Question = t.read.asks
	}
}

// factFor is the index of the untold knowledge that shares most content with a question, -1 for none.
func (t *turn) factFor(question string) int {
	asked := language.StemsOf(language.Tokens(question))
	best, most := -1, 0
	for i, fact := range t.obs.GetSelf().GetKnowledge() {
		if i >= mostFacts || slices.Contains(t.memory.Given, i) {
			continue
		}
		if n := language.StemsOf(language.Tokens(fact)).Shared(asked); n > most {
			best, most = i, n
		}
	}
	return best
}

// mostFacts bounds what a counselor keeps in mind of what it has told. Chosen.
const mostFacts = 64

// informs answers what the client asked from what this counselor knows, as its modality does; it says whether it did.
func (t *turn) informs() bool {
	if t.memory.Question == "" || !informing[t.mode] || t.memory.Risk == riskHinted {
		return false
	}
	at := t.factFor(t.memory.Question)
	if at < 0 {
		t.memory.Question = ""
		return false
	}
	t.fact = t.obs.GetSelf().GetKnowledge()[at]
	if !t.say(wording["skilled"], "tell", "inform") {
		return false
	}
	t.memory.Given, t.memory.Question = append(t.memory.Given, at), ""
	if t.mode == directive {
		if more := t.factFor(t.read.asks); more >= 0 {
			t.fact = t.obs.GetSelf().GetKnowledge()[more]
			if t.say(wording["skilled"], "tell.more", "inform") {
				t.memory.Given = append(t.memory.Given, more)
			}
		}
	}
	t.sayAsk("tell.ask", "question_open")
	return true
}
