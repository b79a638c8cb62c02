// Package endpointtest is a scripted model endpoint: an HTTP server that speaks the protocol of OpenAI's chat completions
// and embeddings, for tests that would otherwise need a model, in the spirit of net/http/httptest.
//
// What it says is made up from its own vocabulary and means nothing, but it has the form that was asked for: an answer to a
// JSON Schema holds. What it does wrong, it does on order: see [Faults]. Everything hangs on the seed, the question and how often
// the question has come, and on nothing else: not on time, order or concurrency. The same question gets the same answer; the
// same question again draws its luck anew, so that a retry can succeed. A question is the body of a request without what only
// says how the answer travels (stream, stream_options).
//
// Start reading at [Start] and [Config]; the command in serve/ runs an endpoint as a process of its own.
//
// Like all support it imports nothing of this project, and it listens on loopback only. It must be cheap: it shares the
// machine with what is measured.
package endpointtest
