// Package studies is the room of what researchers do with runs: statistics over them, and exports of them
// (studies/export). It reads episodes from the engine's read side and never plays any.
//
// Start reading at [Table].
package studies
