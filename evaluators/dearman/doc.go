// Package dearman judges interpersonal skill by rules and small trained models: DEAR MAN of Linehan's dialectical behaviour therapy, divided as the
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
// # What was learned
//
// The rules decide what applies and what is quoted. How far a skill is shown is weighed by models: a network with one hidden layer reads the
// sentences for all skills at once, by words, pairs of words, how clauses begin, what the rules found in them and what stands around them; a
// cumulative logit of each skill weighs its best sentences, the rules' verdict and signs in the whole. They are trained on corpus/, written for this, and on four sets of blind labels that have been scored; make dear-man trains them again, byte
// for byte. A level above None stands on words that are quoted: the rules' or, without those, the words that weighed most.
//
// # What it is not
//
// A baseline that can be read, not a rater. It sees wording; irony without its
// markers, long-range reference and tone are beyond it. Confidence is the probability of the level by the models, and a rule of thumb by kind
// of evidence where they are not asked.
//
// # Reading the code
//
// evaluator.go is the door, moment.go what a turn is judged by. Each skill has a file with its table of phrases; how an
// utterance is read, levels, evidence, attacks, sarcasm, threats and giving in are in evaluators/utterance; stance.go reads the other side;
// statement.go reads what a plain
// statement asks for or refuses; hybrid.go decides levels with the trained models (hybrid-4.txt), by the features of reading.go and the signs of
// signs.go; training_test.go trains them and says what they are worth in situations that were left out, corpus_test.go reads the corpus;
// episode.go is the formula above, compose.go lends it to other raters of the same skills; rewording.go makes suggestions.
// The package imports the contracts, internal/language with its classifiers, and evaluators/utterance only.
package dearman
