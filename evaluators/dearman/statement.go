package dearman

import (
	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
)

// wish is what a statement in the third person says: "The speaker wants the neighbour to turn the music down".
type wish struct {
	// request is what is to be done, or what is to be refused; whom it is asked of is not part of it.
	request string
	// refuses says that the speaker wants to say no to it.
	refuses bool
}

var (
	// wants begins what somebody wants.
	wants = utterance.Phrases(`wants; wishes; needs; hopes; intends; aims; would like; is trying; tries; does not ?really want|wish|intend`)
	// refusing begins what somebody wants to say no to; "not" is looked at by itself.
	refusing = utterance.Phrases(`refuse ?to; decline ?to; reject; say no ?to ?_ ?request|proposal|offer|idea ?for|of|to; turn down; turn away; get out of; back out of; stay out of; not to; not;
		avoid; pull out of; opt out of; pass on; deny; withdraw from; be let off; be excused from; hold out against; stand firm against|on`)
)

// addressed is how many words may stand between "wants" and "to": "wants the manager of her branch to".
const addressed = 10

// readStatement reads a wish; a statement in another form is all request.
func readStatement(statement string) wish {
	tokens := language.Tokens(statement)
	match, ok := wants.First(tokens)
	if !ok || match.First == 0 {
		return wish{request: statement}
	}
	denied := denies(tokens[match.First:match.Last])
	for i := match.Last; i < min(len(tokens), match.Last+addressed); i++ {
		if tokens[i].Norm != "to" {
			continue
		}
		rest := tokens[i+1:]
		if i > match.Last && tokens[i-1].Norm != "not" {
			return wish{request: language.Cover(statement, rest).Quote}
		}
		refuses := denied || i > match.Last
		if at, found := refusing.First(rest); found && at.First == 0 {
			rest, refuses = rest[at.Last:], !denied
		}
		return wish{request: language.Cover(statement, rest).Quote, refuses: refuses}
	}
	return wish{request: language.Cover(statement, tokens[match.Last:]).Quote, refuses: denied}
}
