// Package projection is the read side: what the log says about runs and episodes, folded.
//
// A [Reader] reads the log, and never writes to it. Reading one run means folding all its episodes, and listing runs
// means that for every run; so a reader may have an [Index]: a SQLite file that holds the plays in the order of their
// design and what became of each. The index is a copy and never the truth. Whoever writes to the log does not look at it,
// one episode is always shown from the log itself, and a reader gives the same answers with and without it. It feeds
// itself from the log at every use; when it is of another log, another program or another form, holds what has been
// deleted, or is damaged, it is built anew; when it cannot be written or read, the log is read.
//
// Start reading at [Reader]; index.go is how the copy is used, feed.go how it is kept, store.go what is in the file.
package projection
