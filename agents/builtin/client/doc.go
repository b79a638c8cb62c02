// Package client is the rule-based mind that plays somebody who seeks help: a simulated patient with the cognitive model of
// CBT (history, core and intermediate beliefs, coping, situations with thoughts, feelings and behaviours).
//
// It takes a turn in four steps, each in its own file. It perceives (perceive.go): its own reading of the words it hears,
// never of anybody's policy or intention. It appraises (appraise.go): trust, resistance, distress and feelings move by
// published regularities whose sizes stand in constants.go. It decides what to tell (disclose.go): its trust alone is the
// gate, and nothing is told twice. It words that (word.go): frames in six styles over the persona's own notes, which
// voice.go turns from a file's third person into somebody's own speech; no sentence is said twice in an episode.
//
// The mind is English, seeded and keeps nothing: what it must remember is in its agent state (memory.go). It simulates a
// way of responding; it is no model of any person, and says nothing that its persona or its wording files do not hold.
//
// Minds that word a client's turns in another way may leave the gate to this one: door.go is for them.
//
// It may import the contracts, the room of agents and internal/language; it shares no rules and no word lists with the
// counselor it talks to or with evaluators. Start reading at client.go.
package client
