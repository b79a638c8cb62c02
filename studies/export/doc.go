// Package export writes episodes in formats that other programs read. One type per format; each streams.
//
// Names in the output are the short names of files (kind "client", emotion "anxiety", action "speak"). A value that is
// missing has a reason in its place and is never written as zero.
package export
