package agreement

import (
	"fmt"
	"slices"
	"strings"
)

// boltNames are the behaviours of BOLT (Chiu et al. 2024) as its files write them, in either of the two ways, and as they are
// called here. Those of clients stand in a dimension of their own.
var boltNames = map[string]struct{ dimension, label string }{
	"reflections on needs": {boltTherapist, "reflection_needs"}, "makes needs explicit": {boltTherapist, "reflection_needs"},
	"reflections on emotions": {boltTherapist, "reflection_emotions"}, "makes emotions explicit": {boltTherapist, "reflection_emotions"},
	"reflections on values": {boltTherapist, "reflection_values"}, "makes values explicit": {boltTherapist, "reflection_values"},
	"reflections on consequences": {boltTherapist, "reflection_consequences"}, "makes consequences explicit": {boltTherapist, "reflection_consequences"},
	"reflections on conflicts": {boltTherapist, "reflection_conflict"}, "makes conflict explicit": {boltTherapist, "reflection_conflict"},
	"reflections on strengths": {boltTherapist, "reflection_strengths"}, "makes strengths/resources explicit": {boltTherapist, "reflection_strengths"},
	"questions on experiences": {boltTherapist, "question_experiences"}, "evokes concrete elaboration": {boltTherapist, "question_experiences"},
	"questions on perspectives": {boltTherapist, "question_perspectives"}, "evokes perspective elaboration": {boltTherapist, "question_perspectives"},
	"questions on emotions": {boltTherapist, "question_emotions"}, "emotions check-in": {boltTherapist, "question_emotions"},
	"problem-solving": {boltTherapist, "problem_solving"}, "planning": {boltTherapist, "planning"}, "normalizing": {boltTherapist, "normalizing"},
	"psychoeducation": {boltTherapist, "psychoeducation"}, "teaching/psychoeducation": {boltTherapist, "psychoeducation"},

	"changing unhealthy behavior": {boltClient, "changing_behaviour"}, "sustaining unhealthy behavior": {boltClient, "sustaining_behaviour"},
	"sharing negative emotions": {boltClient, "negative_emotion"}, "sharing negative feeling or emotion": {boltClient, "negative_emotion"},
	"sharing positive emotions": {boltClient, "positive_emotion"}, "sharing positive feeling or emotion": {boltClient, "positive_emotion"},
	"gained insights": {boltClient, "gained_insight"}, "gained insight": {boltClient, "gained_insight"},
	"sharing experiences": {boltClient, "experience"}, "sharing life event or situation": {boltClient, "experience"},
}

const (
	boltTherapist = "bolt.therapist"
	boltClient    = "bolt.client"
)

// boltRoles are who speaks, by the dimension.
var boltRoles = map[string]string{boltTherapist: "therapist", boltClient: "client"}

// boltRecords reads a CSV of BOLT: columns prompt (the words) and completion (a behaviour). A text that stands there several
// times has all the behaviours it stands there with. There is no context.
func boltRecords(data []byte, name string) ([]record, error) {
	rows, err := csvRows(data, name, "prompt", "completion")
	if err != nil {
		return nil, err
	}
	var records []record
	var problems Problems
	at := map[string]int{}
	for _, row := range rows {
		behaviour, ok := boltNames[strings.ToLower(row.cells["completion"])]
		if !ok {
			problems = append(problems, Problem{File: name, Line: row.line, Column: 1, Field: "completion", Message: fmt.Sprintf("%q is no behaviour of BOLT", row.cells["completion"]),
				Hint: "it is one of the 13 of therapists or the 6 of clients, as BOLT writes them"})
			if len(problems) == maxProblems {
				return nil, problems
			}
			continue
		}
		text := row.cells["prompt"]
		key := behaviour.dimension + "\n" + text
		i, again := at[key]
		if !again {
			i = len(records)
			at[key] = i
			records = append(records, record{ID: fmt.Sprint("row-", i+1), Role: boltRoles[behaviour.dimension], Text: text, Labels: map[string]any{behaviour.dimension: []string{}}})
		}
		labels := records[i].Labels[behaviour.dimension].([]string)
		if !slices.Contains(labels, behaviour.label) {
			records[i].Labels[behaviour.dimension] = append(labels, behaviour.label)
		}
	}
	return records, problems.Err()
}
