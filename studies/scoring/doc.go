// Package scoring puts whole conversations to evaluators after they were had: transcripts of people, of other programs, and
// episodes of runs on record.
//
// A [Scorer] asks one evaluator. What it is asked about is an EvaluateRequest: [OfTranscript] makes one of a conversation
// that was recorded elsewhere, the engine makes those of episodes. [Only] is the ablation that shows what a score feeds on: the
// same conversation with the words of one role and nobody else's.
//
// It may import the contracts, the engine, scenarios, scenarios/transcript, evaluators/verdict and internal. Start reading at [Scorer].
package scoring
