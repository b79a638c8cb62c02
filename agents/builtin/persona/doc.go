// Package persona is the rule-based mind of kind persona: any social character who talks with others, seeded, fast,
// offline, English.
//
// A role is played by what its card holds: with an objective it pursues it ([speaker]), with a stance it weighs what it is
// told ([partner]), with neither it is somebody who is there ([bystander]). All three hear text only and compute a mental
// state from it before they word anything; what they carry from turn to turn is the agent state, so any replica plays any
// turn. The same observation always gives the same answer.
//
// This package may import the contracts, package agents, internal/language and its own sub-packages. Speaker and partner
// share no word lists with each other, and none with any evaluator: what one is judged by must not be what it speaks by.
// Start reading at mind.go.
//
// [speaker]: github.com/vignette-sim/vignette/agents/builtin/persona/speaker
// [partner]: github.com/vignette-sim/vignette/agents/builtin/persona/partner
// [bystander]: github.com/vignette-sim/vignette/agents/builtin/persona/bystander
package persona
