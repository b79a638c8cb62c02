// Package standing reads from what was said aloud where others stand towards what somebody asks them for, or refuses them: nothing asked
// yet, asked back, objected, offered something else, said no, said yes.
//
// It reads words alone, as whoever took part could: neither what a simulated partner meant nor what they felt. So it does for minds of
// every kind, and gives away nothing that is private. It is rules for English; TestStandingAgainstActs in package node prints how often it
// says what the builtin partners meant.
//
// It is pure, and imports the contracts and internal/language. Start reading at [Read].
package standing
