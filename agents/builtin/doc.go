// Package builtin measures how far the rule-based minds, and those who judge them, know each other's words.
//
// What keeps a simulation of talk from talking to itself is that who words a turn, who hears it and who scores it share no
// rules and no lists. That they import nothing of each other is held elsewhere (internal/architecture). What is measured here
// is what no import shows: lists that came to be alike, because one pen wrote both. [Overlap] takes the phrases by which a
// mind or an evaluator hears, as they stand in its source, looks for them in what the other side can say, and in what people
// said as a reference.
//
// The package holds no mind; those are in agents/builtin/client, counselor and persona, and it imports none of them. It may
// import internal/language. Start reading at overlap.go.
package builtin
