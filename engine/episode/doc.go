// Package episode is the state machine of an episode.
//
// A [Plan] says what is to be played. A [State] is a fold over the events of the episode's log ([State.Apply]), and
// what happens next is a pure function of it ([State.Decide]). Time, chance and everything else from outside reach the
// machine as events or as part of the plan; so a batch worker, a practice session and a training environment can drive
// the same machine, and whoever takes an episode over goes on exactly where the log ends.
//
// What a role or an evaluator may know is built here and nowhere else ([State.Observe], [State.Transcript]).
//
// The package imports the contracts and evaluators/reward; no transport, no broker, no model.
package episode
