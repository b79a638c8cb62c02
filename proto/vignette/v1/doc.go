// Package vignettev1 holds the contracts of Vignette: the messages and services of proto package vignette.v1, generated
// from the .proto files beside it. Nothing else is a contract.
//
// Read in this order: persona, scenario (who and what is played), state, turn (what happens), agent, evaluator (who
// plays and who judges), score, episode (what is recorded), run.
//
// Two field options carry rules that the platform reads from the contracts: privacy (who may know a value) and volatile
// (what a digest leaves out); see options.proto. Ranges and required fields are protovalidate rules beside the fields.
package vignettev1
