// Package ratings makes worths of what raters said in a campaign, so that rewards and exports can rest on them.
//
// Ratings on a scale are fitted by what is rated and who rates (stats.FitRatings): each thing gets what a rater without bias would give
// it, each rater a bias. Pairs are fitted by the model of Bradley and Terry: each policy gets a strength, and each episode its odds
// against an average one of the same client. Every number has its interval. Where ratings do not join what is compared there is no fit,
// and it says who is apart from whom.
//
// What people said and what simulated annotators made up is never fitted together.
//
// It reads records of feedback/campaign and may import the contracts, feedback/hindsight and internal. Start reading at [Of]; ratings on
// scales are in scale.go, pairs in pairs.go, what is noted of a fit in note.go.
package ratings
