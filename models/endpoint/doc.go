// Package endpoint asks language models at one OpenAI-compatible endpoint. It holds all that is known about talking to
// one: how a request is put, what an answer must have to be one, which failures pass and which do not, how long to wait,
// and what may be told about it. A question that fails is asked again here and nowhere else.
//
// Its [Endpoint.Ask] returns what the model did, whatever that was, and an [*Error] when it did nothing. Whether an answer
// is of the form asked for is not looked at here; nor are prices, budgets and recorded answers.
//
// The key goes into one header and nowhere else: no request on record, no error and no message holds it.
//
// Start reading at [Endpoint.Ask].
package endpoint
