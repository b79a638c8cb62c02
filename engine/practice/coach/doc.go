// Package coach makes one piece of feedback of what evaluators found in one turn: the skills with the very words, one reason that
// fits the moment, one rewording that keeps what the trainee means, what to try next, and how sure all of that is.
//
// Evaluators find; the coach chooses and words. Where an evaluator suggests a wording itself (DEAR MAN), that is taken; for helpers'
// talk the coach rewords by rules of its own, which keep the trainee's sentences: they open a closed question, ask before advising,
// and say back first what the other said.
//
// It is pure. It imports the contracts, practice/risk and internal/language. Start reading at [Feedback].
package coach
