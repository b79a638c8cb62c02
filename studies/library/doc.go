// Package library measures the scenarios that ship, played by the builtin minds, and writes the page that lists them
// (docs/library.md): who agrees how often when the focal role is a novice and when it is skilled, what reward it gets, and how
// hard that makes a scenario. All of it is simulation by rules, and the page says so.
//
// [Measure] plays, [Page] writes. Agreement is taken from what partners meant to do, the reward from the scenario's own
// evaluators. Both skills meet the same people with the same luck.
//
// It may import what the room of studies may: the engine and what lies below it. It imports no agent; the runner it is given
// finds the builtin minds. The page is made anew with
//
//	go test ./studies/library -update
package library
