// Package scripted is a scripted model endpoint: an HTTP server that speaks the protocol of OpenAI's chat completions
// and embeddings, for tests and dry runs that would otherwise need a model.
//
// What it says is made up from its own vocabulary and means nothing, but it has the form that was asked for: an answer to a
// JSON Schema holds. What it does wrong, it does on order: see [Faults]. Everything hangs on the seed, the question and how often
// the question has come, and on nothing else: not on time, order or concurrency. The same question gets the same answer; the
// same question again draws its luck anew, so that a retry can succeed. A question is the body of a request without what only
// says how the answer travels (stream, stream_options).
//
// Start reading at [New] and [Config]; package scriptedtest serves an endpoint to a test, the command in serve/ runs one as a
// process of its own.
//
// It imports nothing of this project and listens nowhere itself. It must be cheap: it shares the
// machine with what is measured.
package scripted
