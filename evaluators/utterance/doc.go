// Package utterance reads what one speaker says in one turn, for evaluators that code interpersonal skills by rules: the
// sentences as they would be written, whether their words are in an order of English at all, and what in them works against
// any skill (attacks, judgements, sarcasm, threats, giving in).
//
// It has the words such evaluators share: a [Level] is how far a skill is shown, a [Hit] is the evidence, a [Finding] what a
// skill came to; a [Cue] and a [Frame] are what is listened for. It knows no skill and no objective: those are the
// evaluators' own.
//
// It imports the contracts and internal/language only. Start reading at sentence.go.
package utterance
