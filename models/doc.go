// Package models is the gateway to language models: ModelService, the one door through which everything that a model says
// comes in.
//
// It alone holds keys. It asks OpenAI-compatible endpoints (package models/endpoint), never takes a truncated or a broken
// answer for an answer (structured answers go down a ladder, ladder.go), keeps within limits (package models/limit) and
// budgets (ledger.go), shortens what does not fit a model's context by a stated rule (fit.go), and puts each answer on
// record before it hands it out (record.go), so that nothing is paid for twice and a run can be replayed without asking.
//
// Model errors are retried in models/endpoint and nowhere else; what the gateway returns is final, and is never UNAVAILABLE.
//
// It may import the contracts, internal and broker (for the record). Start reading at [Gateway].
package models
