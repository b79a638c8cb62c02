// Package speaker plays the one whose skill is at stake: a role with an objective, played by a modality (assertive,
// passive, aggressive) and a skill. It hears what kind of answer it got (hear.go), plans what to do about it in terms of
// DEAR MAN and of its failures (plan.go for the assertive, pressed.go for the passive and the aggressive), and says it in
// its author's sentences and its own short frames (say.go, words.go).
//
// Skill is a chance: at each choice a turn can go well (a fact before the request, the other's point taken up, a
// compromise after pushback) or badly (vague, crammed, judging, deaf), and skill is how often it goes well. All numbers
// stand in constants.go.
//
// It may import the contracts, internal/language and its siblings scene and draft. It shares no word list with the
// partner or with any evaluator. Start reading at speaker.go.
package speaker
