// Package bundle carries whole runs in one file: out of a log ([Write]), checked ([Check]), and into another log ([Restore]).
//
// The format is in the contracts (bundle.proto): gzip of length-delimited records, with a hash over all of them at the end. A
// bundle holds what the log holds, mental states, prompts and answers of models included, so it is as private as the data
// directory. Nothing is written into a log before the whole file has been read and found whole, and nothing that is there is
// overwritten; a restored run has the digest it had.
//
// It may touch the episode log, the records of calls and the engine's read side.
package bundle
