// Package stats describes samples and says how sure a mean is. It knows nothing about where the numbers come from.
//
// What is not defined is an error that wraps [ErrUndefined] and says why (no values, too few, no spread); it is never
// zero and never NaN. Values must be finite; a NaN or an infinity is an error too, because it would spread silently.
// Everything is a pure function of its arguments: the bootstrap takes its seed from the caller.
//
// Start reading at describe.go; the bootstrap is in bootstrap.go. The package imports the standard library only.
package stats
