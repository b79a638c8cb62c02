// Package interpersonal judges by rules the two sets of skills that dialectical behaviour therapy puts beside DEAR MAN:
// GIVE, for keeping the relationship, and FAST, for keeping one's self-respect (Linehan 2015, DBT Skills Training Manual,
// 2nd ed., interpersonal effectiveness). English, offline, the same answer every time.
//
// # An utterance
//
// Each skill is strong (1), weak (0.5) or none (0). Not applicable are: everything in a greeting, a goodbye or a turn
// without words; Interested and Validate before anybody else has said something; Values where nothing is at stake. Words in
// no order of English, and an utterance that only gives the other's words back, show no skill at all.
//
// # An episode
//
// What is to be done once, well (Interested, Validate, Easy Manner, Fair), counts by how far it was ever reached:
// utterance.Coverage. What is to be kept (Gentle, No Apologies, Values, Truthful) is the mean over the turns where it
// applies. A skill that never applied is not applicable.
//
// # What it is not
//
// A baseline that can be read, not a rater, and measured against nobody's labels yet. Whether something is true it cannot
// know: Truthful is about how it is said. Tone of voice, half of an easy manner, is not in a text.
//
// # Reading the code
//
// evaluator.go is the door and turns findings into scores, moment.go what a turn is judged by; give.go and fast.go have a
// table of the skills each and their rules, rewording.go makes suggestions. The package imports the contracts,
// internal/language and evaluators/utterance only.
package interpersonal
