// Package overview draws what runs do now, for 'vignette top': as a window that is drawn anew every second, and as plain text. It
// knows nothing of where the numbers come from and calls nobody but whoever gathers them.
//
// Start reading at [Snapshot].
package overview
