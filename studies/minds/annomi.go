package minds

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// transcript is a session between people, with what people said about it.
type transcript struct {
	id, quality string
	turns       []labelled
}

// labelled is a turn of it. Labels are of one rater and of therapists' turns only.
type labelled struct {
	therapist bool
	text      string
	labels    map[string]bool
}

// Labels of a therapist's turn.
const (
	labelOpen        = "question, open"
	labelClosed      = "question, closed"
	labelReflection  = "reflection"
	labelAdvice      = "advice"
	labelInformation = "information"
)

// annomiColumns are the columns of AnnoMI's CSV that are read.
var annomiColumns = []string{
	"mi_quality", "transcript_id", "utterance_id", "interlocutor", "utterance_text", "annotator_id",
	"therapist_input_subtype", "reflection_exists", "question_exists", "question_subtype",
}

// readAnnoMI reads transcripts from AnnoMI's CSV, in the order of the file. Where several raters labelled one, the rater who comes
// first is read. This is the laboratory's own small reader; readers for transcripts of any origin belong to package scenarios.
func readAnnoMI(r io.Reader) ([]*transcript, error) {
	reader := csv.NewReader(r)
	header, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file of transcripts is empty")
	} else if err != nil {
		return nil, fmt.Errorf("read transcripts: %w", err)
	}
	at, err := columnsOf(header)
	if err != nil {
		return nil, err
	}
	var out []*transcript
	byID, rater := map[string]*transcript{}, map[string]string{}
	for {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("read transcripts: %w", err)
		}
		get := func(column string) string { return strings.TrimSpace(row[at[column]]) }
		id := get("transcript_id")
		if byID[id] == nil {
			byID[id] = &transcript{id: id, quality: get("mi_quality")}
			rater[id] = get("annotator_id")
			out = append(out, byID[id])
		}
		if rater[id] == get("annotator_id") {
			byID[id].turns = append(byID[id].turns, turnOf(get))
		}
	}
	if len(out) == 0 {
		return nil, errors.New("the file of transcripts has no rows")
	}
	return out, nil
}

func columnsOf(header []string) (map[string]int, error) {
	at := map[string]int{}
	for i, name := range header {
		at[strings.TrimPrefix(strings.TrimSpace(name), "\ufeff")] = i
	}
	for _, column := range annomiColumns {
		if _, ok := at[column]; !ok {
			return nil, fmt.Errorf("the file of transcripts has no column %q; AnnoMI's CSV has %s", column, strings.Join(annomiColumns, ", "))
		}
	}
	return at, nil
}

func turnOf(get func(string) string) labelled {
	t := labelled{therapist: get("interlocutor") == "therapist", text: get("utterance_text")}
	if !t.therapist {
		return t
	}
	asked, said := strings.EqualFold(get("question_exists"), "true"), get("therapist_input_subtype")
	t.labels = map[string]bool{
		labelOpen:        asked && get("question_subtype") == "open",
		labelClosed:      asked && get("question_subtype") == "closed",
		labelReflection:  strings.EqualFold(get("reflection_exists"), "true"),
		labelAdvice:      said == "advice",
		labelInformation: said == "information",
	}
	return t
}

// lines are the first turns of the therapist, without empty ones.
func (t *transcript) lines(most int) []labelled {
	var out []labelled
	for _, turn := range t.turns {
		if turn.therapist && turn.text != "" && len(out) < most {
			out = append(out, turn)
		}
	}
	return out
}

// share is how many of some turns have a label, 0-1.
func share(turns []labelled, label string) float64 {
	n := 0
	for _, turn := range turns {
		if turn.labels[label] || label == labelQuestion && (turn.labels[labelOpen] || turn.labels[labelClosed]) {
			n++
		}
	}
	return float64(n) / float64(max(1, len(turns)))
}

// labelQuestion is a question of any kind.
const labelQuestion = "question"

// longEnough are the transcripts with as many turns of the therapist.
func longEnough(all []*transcript, turns int) []*transcript {
	return slices.DeleteFunc(slices.Clone(all), func(t *transcript) bool { return len(t.lines(turns)) < turns })
}
