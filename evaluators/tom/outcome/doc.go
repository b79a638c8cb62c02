// Package outcome says what came of a probe: which of the answers that a closed question allows turned out to be so, by the mental
// states that were committed and the acts that were recorded. It is pure; the evaluator in tom and the study of whole runs hold
// answers against the same truth by it.
//
// A probe about feelings, distress or beliefs is held against the state the other committed when it last acted before it was asked:
// that is what the asked role had to go on. A probe of second order is held against that state's model of the asked role. A probe of
// the next act is held against what the other did in its next turn.
//
// What is felt comes down to one outcome, the emotion felt most, since probes ask for the one that is felt most; where several
// are equally strong, each is right in part. The alternative, a distribution made of intensities, would take how strongly
// somebody feels for how probably.
//
// The package may import the contracts, internal/enumname, internal/language and internal/stats. Start reading at outcome.go; acts.go has the
// table from recorded acts to those a probe knows.
package outcome
