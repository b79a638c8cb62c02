// Package studies is the room of what researchers do with runs: statistics over them, and exports of them
// (studies/export). It reads episodes from the engine's read side and plays none; but the laboratory of the builtin minds
// (studies/minds) plays what it measures.
//
// Start reading at [Table].
package studies
