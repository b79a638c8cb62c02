// Package dearman judges interpersonal skill by rules: DEAR MAN of Linehan's dialectical behaviour therapy, divided as the
// IMBUE study divides it into five strategies (Describe, Express, Assert, Reinforce, Negotiate) and two states of mind
// (Mindful, Confident). English, offline, the same answer every time.
//
// # An utterance
//
// Each skill is strong (1), weak (0.5) or none (0), given the objective and what was said before. It is not applicable
// where it cannot be shown: Negotiate before the other has pushed back, anything in a greeting, a goodbye or a turn
// without words, all of it when the objective is neither to ask nor to refuse.
//
// A code hangs on a sentence, not on a word. It takes a grammatical pattern ("would you be willing" and a verb, "I feel"
// and an emotion) in a sentence that reads like one, and, where the objective or the conversation says what it is about,
// a tie to that: a fact about something else describes nothing here. So neither words of skill in random order nor good
// sentences from another conversation score. Insult, sarcasm and giving in express nothing; a threat is not Reinforce;
// understanding the other is not Reinforce either; asking whether the other agrees is Assert, asking for a way is a weak one;
// judgements ("you never ...") are not Describe.
//
// # An episode
//
// A strategy is a thing to do once, well: what counts is how far it was ever reached. A turn that holds more than three
// strategies is heard in part: with k of them each counts 3/k of its level. With what the turns count for sorted, highest
// first, c1 >= c2 >= ...,
//
//	coverage = c1 + (1 - c1) (c2/2 + c3/4 + c4/8 + ...)
//
// One strong use is full coverage, further ones add nothing; repeated weak ones approach 0.75 and never reach it; all five
// strategies crammed into one turn come to 0.6 each. A state
// of mind is to be kept: Mindful and Confident are the mean over the turns where they apply. Putting more skill words into
// every turn raises neither. A skill that never applied is not applicable.
//
// # What it is not
//
// These rules are a baseline that can be read, not a rater. They see patterns of English wording; irony without its
// markers, long-range reference and tone are beyond them. Confidence is a rule of thumb by kind of evidence, not a
// calibrated probability.
//
// # Reading the code
//
// evaluator.go is the door, moment.go what a turn is judged by. Each skill has a file with its table of phrases; how an
// utterance is read, levels, evidence, attacks, sarcasm, threats and giving in are in evaluators/utterance; stance.go reads the other side;
// statement.go reads what a plain
// statement asks for or refuses; evidence.go weighs what the rules found where there is no more than that, with weights.go;
// episode.go is the formula above, compose.go lends it to other raters of the same skills; rewording.go makes suggestions.
// The package imports the contracts, internal/language and evaluators/utterance only.
package dearman
