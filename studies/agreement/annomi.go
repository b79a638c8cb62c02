package agreement

import (
	"strings"

	"github.com/vignette-sim/vignette/scenarios/transcript"
)

// Columns of AnnoMI that hold labels.
const (
	annomiMain       = "main_therapist_behaviour"
	annomiQuestion   = "question_subtype"
	annomiReflection = "reflection_subtype"
	annomiInput      = "therapist_input_subtype"
	annomiClient     = "client_talk_type"
)

// annomiExists are the columns that say whether an utterance has a behaviour, by the behaviour.
var annomiExists = []struct{ column, behaviour string }{
	{"question_exists", "question"}, {"reflection_exists", "reflection"}, {"therapist_input_exists", "therapist_input"},
}

// annomiRecords reads the CSV of AnnoMI (Wu et al. 2022): a row for each utterance and rater. A group is a session.
func annomiRecords(data []byte, name string) ([]record, error) {
	sessions, err := transcript.ReadAnnoMI(name, data, annomiMain, annomiQuestion, annomiReflection, annomiInput, annomiClient,
		annomiExists[0].column, annomiExists[1].column, annomiExists[2].column)
	if err != nil {
		return nil, err
	}
	var records []record
	for _, s := range sessions {
		var turns []said
		for _, u := range s.Utterances {
			if u.Text == "" {
				continue
			}
			context := before(turns)
			for _, r := range u.Ratings {
				records = append(records, record{
					ID: s.ID + "-" + u.ID, Group: s.ID, Rater: r.Rater, Context: context, Role: u.Speaker, Text: u.Text, Labels: annomiLabels(u.Speaker, r.Labels),
				})
			}
			turns = append(turns, said{Role: u.Speaker, Text: u.Text})
		}
	}
	return records, nil
}

func annomiLabels(speaker string, row map[string]string) map[string]any {
	if speaker == transcript.Client {
		return map[string]any{"mi.client": labelOr(row[annomiClient], nil)}
	}
	there := []string{}
	for _, e := range annomiExists {
		if strings.EqualFold(row[e.column], "true") {
			there = append(there, e.behaviour)
		}
	}
	return map[string]any{
		"mi.main": labelOr(row[annomiMain], nil), "mi.behaviours": there,
		"mi.question":   labelOr(row[annomiQuestion], notApplicable),
		"mi.reflection": labelOr(row[annomiReflection], notApplicable),
		"mi.input":      labelOr(row[annomiInput], notApplicable),
	}
}

// labelOr is a cell, or what stands for one that says nothing.
func labelOr(cell string, nothing any) any {
	if cell == "" || strings.EqualFold(cell, "n/a") {
		return nothing
	}
	return cell
}
