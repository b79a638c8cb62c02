// Package episodelog keeps the log that is the truth about runs and episodes: one JetStream stream, appended to and never
// overwritten.
//
//	<namespace>.log.<run>.manifest          what the run was meant to be; written once, first
//	<namespace>.log.<run>.<episode>.play    what happened, one message per decision
//	<namespace>.log.<run>.<episode>.notes   what was added later
//
// Each message is one protobuf message of package vignette.v1: Manifest, EpisodeEvent, Note.
//
// A play has one writer at a time. Every append names the sequence of the last event that its writer knows; when another
// has written meanwhile, the append fails with [ErrConflict], so that a worker that slept through a takeover cannot write.
// An append whose acknowledgement was lost may be repeated as it is: it is found again by its event id.
//
// The log reads no consumer and keeps no state of its own; any number of them, in any number of processes, may be open on
// one stream. It may touch that one stream and nothing else.
//
// Start reading at [Log].
package episodelog
