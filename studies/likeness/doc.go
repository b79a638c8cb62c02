// Package likeness sets simulated conversations beside human ones: how long people talk, what is done in it (codes of motivational
// interviewing), how feelings that are expressed go over time, how much is told of oneself, and how much pleasant and unpleasant
// feeling is shown. A simulated client who is shorter, sunnier or quicker to tell all than people are is seen here.
//
// [Describe] has evaluators read one conversation, on either side with the same rules, and makes numbers of it: [Features].
// [Compare] sets two lots of them side by side, conversation for conversation as the unit, and never turn for turn.
//
// Likeness is no validity: a simulation may be like people in all of this and wrong in what matters. And evaluators err: by as much on
// both sides, if the texts are of one kind.
//
// It may import what the room of studies may, and imports no evaluator. Start reading at features.go.
package likeness
