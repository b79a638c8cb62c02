// Package cues makes evaluators of tables: a dimension and, for each of its labels, the phrases that show it. Families whose
// builtin method is no more than that (empathy, support, thinking traps, screening) have their table and their definitions in a
// package of their own, and everything else from here: each finding is quoted, a phrase that is denied or asked about counts only
// where its rule says so, words in no order of English show nothing.
//
// Such rules find what is said in so many words. They are a baseline that can be read, and say nothing where words are indirect.
//
// It imports the contracts, evaluators, evaluators/utterance and internal/language. Start reading at [New].
package cues
