// Package conductor carries out what the state machine of an episode decides: it asks agents, probes and evaluators over
// the wire, and appends one event per decision to the episode's log. The log decides: a state moves on only when its
// event is in.
//
// It retries one thing only, calls answered with UNAVAILABLE, and waits as long as the answer says (RetryInfo). Errors
// of a model are retried by the gateway in front of the model, lost workers are replaced by the queue.
//
// Start reading at [Conductor.Play].
package conductor
