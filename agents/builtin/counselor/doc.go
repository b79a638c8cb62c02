// Package counselor is the rule-based mind that plays a helper by modality (supportive, MI, CBT, directive) and skill (0-1).
//
// It reads the client's words with an ear of its own (read.go): feelings, thoughts in quotation, beliefs, what somebody is
// said to do, and sentences that can be said back. It keeps a stage from opening to closing (stage.go) and what it has
// asked and heard (memory.go). With the chance that its skill gives, it does the skilled thing (skilled.go): reflects,
// validates, asks for what is missing, sums up, closes; otherwise what untrained helpers do (unskilled.go): closed questions, advice
// nobody asked for, reassurance, a change of subject. Reflections are the client's own sentences with the persons swapped
// (reflect.go), and only sentences that stay good English that way. What it takes the client to feel most hangs on feelings named
// and on what thoughts are about (themes.go); asked outside the conversation (probe.go), it answers by that.
//
// Directive is not unskilled: a skilled directive counselor informs, asks leave, and offers one concrete step.
//
// The mind is English, seeded and keeps nothing. It may import the contracts, the room of agents and internal/language; it shares no rules
// and no word lists with the client it talks to or with evaluators. Start reading at counselor.go.
package counselor
