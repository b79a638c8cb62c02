// Package practice is the driver for people: somebody talks to a simulated person, is told about their own words, and tries a turn
// again. It drives the same episode machine as a batch does, with the trainee as a role from outside, and offers it as
// PracticeService of the contracts.
//
// A session is a run of one episode; each branch of it is a fork of that run. Turns are events of the play, everything else is a
// note ([Service] says which). What is in memory is a copy of that: a service that starts anew knows all sessions again.
//
// What a trainee may see is built in one place, view.go: what the partner felt only where the help level allows it. What is said
// about their words comes from evaluators over the wire; practice/coach makes one piece of feedback of it. practice/risk hears when
// a trainee speaks of danger to themselves, practice/formulation compares a formulation with its reference.
//
// It may touch the contracts, scenarios, the episode log and the engine's other rooms. Start reading at [Service].
package practice
