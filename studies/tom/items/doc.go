// Package items puts stories with questions about what somebody in them believes or will do to a language model, and counts how
// often it is right where a belief is false and where it is true ("vignette tom --items FILE --model M").
//
// What is told of a model's theory of mind by such items is the difference between the two: a model that answers from where
// things are, and not from what somebody has seen, is right wherever beliefs are true.
//
// [Read] takes items from a file in one of three shapes (bigtom.go, plain.go) and holds them to it; every mistake comes with its
// place. [Study.Ask] asks, through the gateway; [Count] counts. Missing is not wrong: an answer that was refused, cut or of no form
// is counted by its reason, and accuracy is over what was answered.
//
// Items are read from the user's own copy; none are shipped. The prompts are ours, in prompts/: plain asks for a reason and an
// answer, far has the model foresee what everybody will do and reflect on it first (Zhou et al. 2023, arXiv 2310.03051).
//
// It may import what the room of studies may. Start reading at item.go.
package items
