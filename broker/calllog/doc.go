// Package calllog keeps what was asked of language models: the answers, each under the key of its question, and the books,
// one entry per call.
//
//	<namespace>.answers.<key>             one answer (ModelAnswer); written once
//	<namespace>.calls.<run>.<episode>     calls (ModelCall), in the order their answers came
//
// An answer that has been paid for is on record before anybody gets it, so that a killed process pays nothing twice. The
// first answer under a key stands: whoever comes second gets the first one.
//
// It keeps no state of its own; any number of logs, in any number of processes, may be open on the same streams. Answers
// hold whole prompts, so they are as private as the conversations they come from: [Log.Forget] deletes them.
//
// Start reading at [Log].
package calllog
