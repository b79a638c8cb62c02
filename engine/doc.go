// Package engine is the room where episodes are played. It holds no code itself:
//
//   - engine/episode is the state machine: what an episode is, what happens next, who may see what. Pure: no clock, no
//     chance, no I/O. Start reading there.
//   - engine/conductor carries out what the machine decides: it calls agents and evaluators and appends to the log.
//   - engine/runs is the driver for batches.
//   - engine/practice is the driver for people, who play a role from outside.
//   - engine/projection is the read side: what the log says, folded.
//
// The room meets agents and evaluators through the contracts and the broker only; of their code it imports the pure
// evaluators/reward and nothing else.
package engine
