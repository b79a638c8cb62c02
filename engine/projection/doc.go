// Package projection is the read side: what the log says about runs and episodes, folded.
//
// It reads a whole run in one pass and folds its episodes as they come; it never writes. Start reading at [Reader].
package projection
