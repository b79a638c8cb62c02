// Package partner plays the one who is asked, or who asks and is told no: a role with a stance. It reads what was said
// (read.go), lets it change trust, resistance, willingness and feelings (appraise.go, with all numbers in constants.go),
// decides what to do next from the changed state alone (decide.go) and says it in its author's sentences and its own
// short frames (say.go, words.go).
//
// Words that only look like skill move nothing: a sentence counts when it is a sentence, is about the matter, and is not
// the partner's own words handed back; it counts little when it passes by what the partner has just brought up, and not at
// all in a turn that attacks. After an attack there is a rupture: all that follows is heard less, apology and being
// understood bring it back, never wholly. Partners differ (temper.go): some respond little, a few give in to threats
// without being willing, somebody hard looks for ways out, and with a reservation point of 1 nobody wins them.
//
// It may import the contracts, internal/language and its siblings scene and draft. It shares no word list with the
// speaker or with any evaluator. Start reading at partner.go.
package partner
