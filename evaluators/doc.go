// Package evaluators is the room of those who judge: evaluators as gRPC services, one small package per family.
//
// An [Evaluator] judges; [NewService] makes an EvaluatorService of it. An evaluator sees a transcript and, beyond it,
// only what it declares to need. It keeps nothing between two calls.
//
// The service holds every evaluator to the contract, whatever it is. On the way in it refuses requests that break a rule
// of the contract. On the way out each declared dimension is answered exactly once for each turn and for the episode: a
// value within the declared range, or a reason why there is none. What an evaluator leaves out is filled in as
// NOT_ANSWERED, a number out of range, an undeclared label or a quotation that is not in the text becomes
// INVALID_ANSWER; nothing of it becomes zero, and nothing is bent into shape. The rules for that are in verdict, where the
// engine finds them too. Rewards are composed in reward, which is pure.
//
// This room may import the contracts, internal/language and internal/prompt; it knows neither the engine nor agents nor the
// wire it is served on, and evaluators share no rules and no word lists with those they judge. Start reading at
// evaluator.go; the rule-based DEAR MAN evaluator is in dearman, GIVE and FAST are in interpersonal, what they read by is in
// utterance, and judge has a language model rate any family, or by a file (rubric).
package evaluators
