// Package limit says when one more request may go to an endpoint. Three things bound it, and a [Limiter] holds all three:
// how many requests are under way, a number that feels its way up and shrinks when the endpoint answers 429; requests a
// minute; tokens a minute.
//
// It knows no endpoint and no wire: it is told how many tokens a request may take and how the request ended.
//
// Start reading at [Limiter.Acquire].
package limit
