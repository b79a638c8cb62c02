// Package judging puts language models that judge to the test on anchors: pairs of texts of which people said which is better, frozen in
// a file ("vignette judges ANCHORS.jsonl --model M"; docs/judges.md).
//
// [Read] reads anchors; [Study.Ask] asks one model about each in both orders, through the gateway, once or several times; what it said is a
// [Reading], kept in a file so that a later one can be held against the first. [Judge] makes the report: how sure a judge is and how
// often right, whether the place of a text, time, or its own hand sways it, and whether two judges err together. What is named is named
// after correction for all that was tested (findings.go).
//
// Missing is not wrong: what was refused or of no form is counted by reason and enters nothing.
//
// It may import what the room of studies may. Start reading at anchor.go.
package judging
