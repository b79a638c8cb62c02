// Package expressed reads from words which emotions they express: by rules, in English, one utterance at a time.
//
// What counts is what the speaker expresses, by saying how he or she is ("I'm so worried") or by what is said about other
// things ("that was a lovely evening"). An emotion that is given to somebody else ("she was angry"), supposed ("if I were
// angry") or denied ("I'm not angry") is not expressed; what is denied may express something else ("not happy"). What the
// speaker feels and does not show is not here: that is in mental states, where there are any.
//
// The word lists are in lists/, written for this package and read by nobody else; lists.go reads them. Start reading at
// read.go. The package imports the contracts' taxonomy of emotions and internal/language.
package expressed
