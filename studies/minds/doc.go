// Package minds is the laboratory of the builtin minds: experiments that say how far to believe them, to be run again by
// anybody ("vignette minds"). docs/minds.md tells what they found.
//
// Every experiment plays real runs on a node, over the wire, with the builtin minds and with agents of its own that are hosted
// there under names of their own: placebos (placebo.go), a counselor that only reflects (reflecting.go), one that says what
// people said (replay.go). What is measured stands in outcome.go: all of it is taken from what the minds committed and did, and
// nothing from evaluators. Policies are compared on the same clients with the same luck, and intervals are over clients.
//
// The experiments: [Stage.Dose], [Stage.Placebos], [Stage.Wording], [Stage.Human], [Stage.Market]. Each returns a [Report].
//
// It may import what the room of studies may: the engine and what lies below it. It imports no agent; what it needs of a node it
// is given as a [Stage]. Start reading at stage.go.
package minds
