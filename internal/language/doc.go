// Package language is support for reading and writing plain English without any opinion about what is talked about: it
// splits sentences and words, matches phrases, sees negation and the form of questions, compares content words, and
// inflects a little.
//
// Whoever reads text in this program (clients, counselors, speakers, evaluators) uses this package and nothing else in
// common: word lists about feelings, help or requests belong to the reader that needs them, so that a writer and its
// judge never share rules. Only closed grammatical classes (pronouns, auxiliaries, negators, common verbs and their
// forms) are listed here.
//
// All offsets are in Unicode code points, half-open, as the contracts have them. Reading never fails: any text, valid
// UTF-8 or not, gives some answer.
//
// This package imports nothing of the project. Start reading at text.go.
package language
