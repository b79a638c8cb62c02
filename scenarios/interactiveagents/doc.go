// Package interactiveagents imports and exports the client profiles of Interactive Agents: a JSON list of posts in which
// somebody tells in Chinese what troubles them, a question first and the story after it.
//
// The question becomes the situation a client comes with, the story their history. The personas speak Chinese; builtin minds
// do not, so they are for minds of a language model.
//
// Nothing is lost; package foreign says how. The profiles are not part of this program: users point at their own copy. It
// imports the contracts, package scenarios and package foreign.
package interactiveagents
