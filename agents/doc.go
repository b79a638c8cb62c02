// Package agents is the room of those who play: persona, client and counselor as gRPC services, and the minds that
// think for them.
//
// A [Mind] thinks; [NewService] makes an AgentService of it. A mind sees an observation, all that one role may know at
// one moment, and keeps nothing between two calls: what it must remember it returns as agent state and is given back.
// So any replica serves any turn and a fork is free.
//
// The service holds every mind to the contract, whatever it is: observations are checked on the way in; on the way out
// the mental state is committed before the first word, words streamed add up to the words of the turn, and a final
// frame that changes what was committed is an error.
//
// This room may import the contracts and what is in internal; it knows neither the engine nor evaluators nor the wire it
// is served on. Start reading at mind.go; the rule-based minds are in agents/builtin, those that think with language models
// in agents/llm.
package agents
