package mi

import "github.com/vignette-sim/vignette/evaluators/utterance"

var (
	// nods are words that only show that somebody listens.
	nods = utterance.Words(`mm-hmm mmhmm mm mmm hmm hm uh-huh uh huh okay ok yeah yes yep yup right sure alright all oh wow ah great good nice exactly absolutely
		i see fair enough got it gotcha cool excellent awesome wonderful perfect fantastic and so well um er that's that is sounds lovely interesting no really true definitely of course i
		ha haha laughs laughter chuckles crosstalk inaudible unintelligible understand hear you very oops gosh man boy`)
	greets     = phrasesOf(`hi; hello; hey; good morning|afternoon|evening; nice|good|great|lovely to see|meet you; welcome; my name is; i am dr|doctor|nurse|your; thanks|thank for|you; you are welcome; no problem; take care; bye; goodbye; bye-bye; see you; have a good|great|nice; come on in; have a seat; good luck; talk to you soon; you bet; no worries; pleasure`)
	affirms    = phrasesOf(`good job|for you|work; great job|work|for|question|idea; well done; nice job|work; i ?really appreciate; that is ?a ?really ?very ?just great|amazing|wonderful|awesome|fantastic|excellent|impressive|terrific|huge|good|brilliant|admirable; i am ?really ?so ?very proud|impressed|glad|happy; you should be proud; congratulations; good on you; kudos; way to go; you have ?done ?a ?really ?such ?worked great|hard|amazing; you did ?a ?really great|well|good; it takes ?a ?lot ?of ?real courage|strength; that took ?a ?lot ?of ?real courage|strength|guts; you are ?a ?very ?really ?so ?such ?clearly strong|caring|brave|courageous|resourceful|committed|determined|thoughtful|resilient; what a great|good|wonderful; i admire; a lot of strength|courage; good thinking`)
	supports   = phrasesOf(`i am ?so ?really ?very sorry; i am here for|to|if; i can imagine; i understand|get ?that ?it ?how ?this|?hard|difficult|tough; that must|sounds be|have|really|very|so ?been hard|difficult|tough|awful|painful|scary; it is|that is ?completely ?perfectly ?totally ?very ?pretty ?really okay|normal|understandable|natural|common|alright|hard|tough|difficult; you are not alone; i feel for you; i care about; many|lots|most of people feel; i am with you`)
	controls   = phrasesOf(`it is ?really ?entirely ?totally ?completely ?all up to you; that is ?really ?entirely ?totally ?all up to you; your choice|decision|call; you decide; only you can|know; you are the one who|that|in; you are the expert|boss; no one|nobody can make|force|tell you; you know yourself|best; whatever you decide|choose; up to you; you get to decide|choose; you have the|a choice; in your hands; when you are ready; if and when you; you can choose; it is you who`)
	structures = phrasesOf(`we have ?got ?about ?a _ ?_ minutes; let us move|start|begin|talk|turn|shift|go|come|switch|get; i would like ?to ?us start|talk|begin|spend|go|move|shift; we will start|begin|talk|get|meet|see|come|go; today we|i; what we are going to; before we|you go|start|finish|end|leave; in our last|next session; we are going to talk|start|look|do|meet; our time ?is|together; to summarize|recap|wrap; next time we; last time we; i want to shift|move|talk|spend`)
)

// politeness codes what is neither reflection nor input: nods, greetings, affirmation, support, control, structure.
func politeness(u *unit) (code, string, bool) {
	switch {
	case allIn(u.tokens, nods) && u.words <= 6:
		return facilitate, "shows that one listens", true
	case controls.in(u):
		return emphasizeControl, "leaves it to the other", true
	case u.words <= 14 && greets.begins(u):
		return filler, "is a greeting, thanks or a goodbye", true
	case u.words <= 12 && affirms.in(u):
		return affirm, "says something good of the other", true
	case u.words <= 12 && supports.in(u):
		return support, "is sympathetic", true
	case u.words <= 12 && structures.begins(u):
		return structure, "says what comes next", true
	}
	return "", "", false
}
