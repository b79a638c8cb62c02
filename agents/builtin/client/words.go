package client

import "strings"

// Closed classes and words of everyday life that the voice needs to turn notes into speech.
var (
	kin = words(`father mother mom mum mam dad daddy mommy parents parent brother brothers sister sisters son sons daughter daughters wife husband
		ex-wife ex-husband ex partner girlfriend boyfriend grandmother grandfather grandma grandpa grandparents aunt uncle cousin cousins stepfather stepmother
		family child children kids boss manager supervisor teacher professor coach landlord colleague colleagues coworker coworkers co-workers co-worker
		friend friends roommate roommates flatmate neighbor neighbour classmates therapist doctor`)
	maleKin   = words("father dad daddy brother son husband ex-husband boyfriend grandfather grandpa uncle stepfather")
	femaleKin = words("mother mom mum mam mommy sister daughter wife ex-wife girlfriend grandmother grandma aunt stepmother")
	plural    = words(`parents brothers sisters sons daughters grandparents cousins children kids colleagues coworkers co-workers friends roommates
		classmates they people others we teachers students neighbors neighbours`)
	// mine are things people call "my" when they speak of them.
	mine = words("resume cv job apartment flat car phone homework career marriage degree bills debts rent mortgage savings retirement childhood exam exams thesis boss")
	// places are nouns that want an article after a preposition.
	places = map[string]string{
		"couch": "the", "sofa": "the", "floor": "the", "computer": "the", "internet": "the", "phone": "the", "kitchen": "the", "store": "the",
		"party": "a", "meeting": "a", "interview": "an", "restaurant": "a", "conference": "a", "wedding": "a", "argument": "an",
	}
	// caseNoun are what notes call the person instead of a name.
	caseNoun = words("patient client")
	// demands are things that belong to whoever expects them, not to the person they are expected of.
	demands = words("expectations expectation standards demands approval needs wishes rules")
	// onSomebody are verbs that telegraphic notes leave without the person they are done to.
	onSomebody = words(`criticize criticise blame belittle ignore punish reject humiliate bully mock neglect scold shame hit insult abandon dismiss tease`)
	// nounLike are forms that are plural nouns as often as verbs.
	nounLike = words(`calls debts demands needs looks tests plans visits fights hopes fears doubts dreams promises changes questions orders drinks plays
		works cares talks walks studies thoughts feels tries tasks jobs challenges worries reports meets shops lists rests turns limits costs holds helps matters
		tears practices practises services mistakes excuses answers arguments reasons mourns stresses failures struggles risks hurts lies`)

	determiners = words(`a an the my your his her its our their this that these those some any no every each another other own both all many few several
		new old first second last only best whole younger older little big good bad elderly late single close next former current female male fellow`)
	prepositions = words("on at in to from with by for about of into onto over under through during without before after near against")
	objectBefore = words("on at in to from with by for about of into onto over under through during without after near against asking tell telling told help helping")
	// afterObject are words after "her" that show it is an object, not a possessive.
	afterObject  = words("to for when and but because if that in on at by with from as again about into or while so a the for")
	coordinators = words("and or but then nor")
	clauseWords  = words("when while because if that although though since until before after who what how why where whether as so which once whenever")
	adverbs      = words(`often always constantly usually still never repeatedly frequently just also sometimes rarely seldom generally mostly typically
		continually regularly suddenly eventually finally really even soon again later only now currently recently habitually silently quietly secretly immediately alone together today yesterday tonight`)

	ownAuxiliaries = map[string]string{
		"is": "am", "has": "have", "does": "do", "isn't": "am not", "hasn't": "haven't", "doesn't": "don't", "are": "am", "aren't": "am not",
	}
	pastAuxiliaries = map[string]string{
		"is": "was", "am": "was", "are": "were", "has": "had", "have": "had", "does": "did", "do": "did", "can": "could", "will": "would",
		"isn't": "wasn't", "aren't": "weren't", "hasn't": "hadn't", "haven't": "hadn't", "doesn't": "didn't", "don't": "didn't", "can't": "couldn't",
		"cannot": "couldn't", "won't": "wouldn't", "may": "might", "must": "had to",
	}
)

// spelling are the long words that notes about beliefs use most; a word one letter away from one of them is a slip.
var spelling = strings.Fields(`incompetent ineffective inadequate inferior powerless helpless vulnerable defective failure worthless unlovable
	unattractive undesirable unwanted rejected abandoned dangerous important responsible competent reliable productive criticized embarrassed`)

// misspelt returns the word that was meant when a word is one slip away from a known one: a letter too many, too few, or
// two in the wrong order, never at the end, where it may be an ending.
func misspelt(norm string) (string, bool) {
	if len(norm) < 6 || strings.ContainsAny(norm, "'-") {
		return "", false
	}
	for _, right := range spelling {
		if norm == right {
			return "", false
		}
	}
	for _, right := range spelling {
		if slip(norm, right) {
			return right, true
		}
	}
	return "", false
}

func slip(word, right string) bool {
	if word[0] != right[0] || word[len(word)-2:] != right[len(right)-2:] {
		return false
	}
	at := 0
	for at < len(word) && at < len(right) && word[at] == right[at] {
		at++
	}
	switch len(word) - len(right) {
	case 1:
		return word[at+1:] == right[at:]
	case -1:
		return word[at:] == right[at+1:]
	case 0:
		return at+1 < len(word) && word[at] == right[at+1] && word[at+1] == right[at] && word[at+2:] == right[at+2:]
	}
	return false
}

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(list) {
		set[word] = true
	}
	return set
}
