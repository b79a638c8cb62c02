// Package training writes runs in the shapes that trainers of language models load unchanged: conversations, preferences, labelled
// steps, prompts.
//
// The learner is one role of each episode (the perspective): its words are the assistant's, everybody else's are the user's. What
// a row says is what that role knew, by the one place where observations are built; nothing private of anybody else, no score and no
// policy is in it. A row that cannot be made is counted with the reason, and the card says how many.
//
// Start reading at [ConversationOf]; formats are in format.go, preferences in pairs.go, what a row is worth in worth.go.
//
// It may import the contracts, the engine's episode, feedback/hindsight, feedback/ratings and internal.
package training
