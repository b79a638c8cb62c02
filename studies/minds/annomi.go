package minds

import (
	"fmt"
	"io"
	"slices"
	"strings"

	recorded "github.com/vignette-sim/vignette/scenarios/transcript"
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

// labelColumns are the columns of AnnoMI's CSV that labels are read from.
var labelColumns = []string{"mi_quality", "annotator_id", "therapist_input_subtype", "reflection_exists", "question_exists", "question_subtype"}

// readAnnoMI reads transcripts from AnnoMI's CSV, in the order of the file. Where several raters labelled one, the rater who comes
// first is read.
func readAnnoMI(r io.Reader) ([]*transcript, error) {
	data, err := io.ReadAll(io.LimitReader(r, recorded.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read transcripts: %w", err)
	}
	sessions, err := recorded.ReadAnnoMI("the file of transcripts", data, labelColumns...)
	if err != nil {
		return nil, err
	}
	out := make([]*transcript, len(sessions))
	for i, s := range sessions {
		out[i] = &transcript{id: s.ID, quality: s.Quality}
		rater := s.Utterances[0].Ratings[0].Rater
		for _, u := range s.Utterances {
			if rating, ok := u.By(rater); ok {
				out[i].turns = append(out[i].turns, turnOf(u, rating))
			}
		}
	}
	return out, nil
}

func turnOf(u recorded.Utterance, rating recorded.Rating) labelled {
	t := labelled{therapist: u.Speaker == recorded.Therapist, text: u.Text}
	if !t.therapist {
		return t
	}
	get := func(column string) string { return rating.Labels[column] }
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
