// Package agreement measures an evaluator against people's labels: the same utterances, with what was said before them, are
// put to the evaluator over the wire, as a run does it, and what it answers is compared with what raters said
// ("vignette agreement"; docs/evaluators.md has what was measured).
//
// [Read] takes labels from a file and holds them to what the evaluator declares; every mistake comes with its line. [Study.Ask]
// asks. [Compare] counts. Where several raters labelled an utterance, the evaluator is compared with their consensus, and
// the raters with one another in the same way, so that one number has another beside it.
//
// Missing is not zero: an utterance the evaluator has no value for is wrong where accuracy is over all, is left out where it
// is over what was answered, never counts as the lowest label, and is counted by reason. Not applicable is an answer of its own.
//
// It may import what the room of studies may, and it imports no evaluator. Start reading at labels.go; scale.go has what the
// kinds of dimension have in common.
package agreement
