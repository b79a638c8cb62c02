// Package stream is what the logs of the broker have in common: one JetStream stream that is appended to under a condition,
// asked for the last message of a subject, and read in pages of batched direct gets.
//
// Where many write at a time, a [Writer] gathers what they write. It knows subjects and bytes, not what they mean. Start reading at
// [Stream].
package stream
