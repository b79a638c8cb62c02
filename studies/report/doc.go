// Package report makes one page of a run: what was asked, how it was set up, what speaks against it, what came of it in tables and
// pictures, the episodes to look at, and how it was made.
//
// The page is one HTML file without scripts and without anything fetched from elsewhere; its numbers are those of the same report as
// JSON. Episodes are looked at one by one and a few numbers of each are kept. Start reading at [Report].
//
// It may import the contracts, the engine's episode, the other studies it shows, and internal.
package report
