// Package campaign collects what people say of conversations: FeedbackService.
//
// A campaign is fixed when it is opened and written as a note on its first episode; ratings, edits and withdrawals are notes on the
// episodes they are about. All a service knows is a fold over them ([book]), so a restart loses nothing but leases: which items are
// kept for whom is in memory, and time is injected. One process hosts the campaigns of a directory.
//
// What raters see is built in one place, blind.go: no policy, no model, no name, no id of an episode; consequences only after
// their foresight is in. Order and sides are drawn by the rubric's seed, rater by rater.
//
// It may import the contracts, the engine's read side, feedback/hindsight, the episode log and internal. Start reading at [Service].
package campaign
