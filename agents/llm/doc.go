// Package llm holds the minds that think with language models: persona, client and counselor.
//
// A turn is one question to the model, asked through ModelService and answered as JSON: first what goes on inside, then
// what is done and said. So the model commits its state before it words anything; it is that model's report about itself,
// and marked so. What the model is told is rendered from the files in prompts/: one system message that stays the same all
// through an episode, the turns perceived, and a last message that says what is to be done now. All words that reach a
// model stand in those files, and their hash goes with every question.
//
// Answers are held to account (guard.go): an answer in somebody else's part, an echo, stage directions and the like are
// asked for once more. No turn takes more than three questions, the reader's and a strategy's aside. A model that refuses, or does not finish, is asked once
// more; after that the turn fails with ABORTED and a google.rpc.ErrorInfo of domain "agents/llm", and says why.
//
// A client does not decide by itself how far it trusts: where the conversation is English, the rules of the built-in client
// do (agents/builtin/client). The model is told their state in words, and what they keep back is not in the prompt, so that no
// model can tell it (gate.go). In other languages there are no such rules. Then a model is asked once more before each turn, as
// a reader of what was said, how the latest words go down (reading.go); until what it read amounts to trust, core beliefs and
// memories of a sensitivity of 0.7 or more are left out. What the model reports about itself reaches neither: it is recorded,
// and the appraisal beside it.
//
// A role's prompting strategy (strategy.go) has the model think, draft and choose before it speaks. Drafts are turns that nobody
// hears (drafts.go); an evaluator that chooses among them is shown what the role itself may know (bestof.go).
//
// This package may import the contracts, the room of agents, agents/builtin/client for its gate, internal/prompt and
// internal/language. It talks to no endpoint, holds no keys and retries nothing: that is the gateway's. Start reading at
// llm.go, then turn.go.
package llm
