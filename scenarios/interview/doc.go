// Package interview turns a few answers into a file: a scenario, a persona, or somebody's own situation with a partner,
// an objective and three difficulties.
//
// A [Form] is a list of questions and how their answers become a commented file. What it writes has been read again by
// package scenarios, so it is right, and it can be run at once. Nobody is asked here and nothing is saved: whoever has the
// person in front of them asks, on a terminal or a page. It works by rules, offline, and adds nothing to what was
// answered but the frame. The frames are the templates in files/.
//
// It imports scenarios, protoyaml and internal/language. Start reading at [Form].
package interview
