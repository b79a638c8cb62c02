// Package risk hears when somebody who practises speaks of danger to themselves, out of their part: that they want to die, hurt
// themselves, hurt somebody, or are being hurt. It goes by rules about what is said plainly, in the first person and asserted, and by a
// model (logistic regression) that was trained on a corpus, for what is said in other ways. A counselor who asks about suicide, who says back what a client
// said, an idiom, a denial and a quotation are none of it; [Asks] finds the question, so that it can be credited.
//
// It is a safety net with holes. It is English, it knows words and no people, and whoever relies on it alone is wrong to.
// docs/safety.md has how it was measured.
//
// # The model
//
// corpus/*.txt was written for this: sections headed [KIND: WHAT], KIND "none" or a [Kind], with a text on each line; lines that begin
// with # are remarks. "go generate" trains on it and writes danger.txt (whether) and kind.txt (which), which are embedded; a test holds that they belong to it, and
// another prints what the model does with texts it was not trained on. Whoever changes corpus or features changes [Version].
//
// # Reading the code
//
// [Detect] in detect.go is the door, features.go what the model goes by, rules.go the rules. The package is pure and imports
// internal/language and internal/language/classify only.
package risk
