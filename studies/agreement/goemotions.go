package agreement

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/vignette-sim/vignette/evaluators/emotion/taxonomy"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// ReadGoEmotions takes labels from a TSV of GoEmotions (Demszky et al. 2020) with the original labels: text, numbers of labels
// with commas between, id of the comment. Each text is an utterance without context. emotion.goemotions gets the labels as a set;
// emotion.ekman the one of Ekman's they all go under, or all of them where there are several, which makes it an utterance with
// several labels: left out where one is allowed, and counted.
func ReadGoEmotions(r io.Reader, name string, description *vignettev1.EvaluatorDescription, dimensions []string) (*Labels, error) {
	var lines bytes.Buffer
	if err := GoEmotionsToJSONL(r, name, &lines); err != nil {
		return nil, err
	}
	return Read(&lines, name, description, dimensions)
}

// GoEmotionsToJSONL writes such a TSV in the form that [Read] takes. An error about the file is [Problems].
func GoEmotionsToJSONL(r io.Reader, name string, w io.Writer) error {
	in, out := bufio.NewReaderSize(r, 1<<16), json.NewEncoder(w)
	out.SetEscapeHTML(false)
	var problems Problems
	for n := 1; ; n++ {
		text, err := nextLine(in)
		if err == io.EOF {
			return problems.Err()
		}
		if err != nil {
			return fmt.Errorf("read %s, line %d: %w", name, n, err)
		}
		line, err := goEmotionsLine(strings.TrimRight(string(text), "\r\n"))
		if err != nil {
			if problems = append(problems, Problem{File: name, Line: n, Column: 1, Message: err.Error(), Hint: "a line is a text, numbers of labels from 0 to 27, and an id, with tabs between"}); len(problems) == maxProblems {
				return problems
			}
			continue
		}
		if err := out.Encode(line); err != nil {
			return err
		}
	}
}

type goEmotionsUtterance struct {
	ID     string              `json:"id"`
	Role   string              `json:"role"`
	Text   string              `json:"text"`
	Labels map[string][]string `json:"labels"`
}

func goEmotionsLine(line string) (*goEmotionsUtterance, error) {
	fields := strings.Split(line, "\t")
	if len(fields) != 3 {
		return nil, fmt.Errorf("it has %d fields", len(fields))
	}
	labels := taxonomy.GoEmotions()
	var fine, ekman []string
	for number := range strings.SplitSeq(fields[1], ",") {
		i, err := strconv.Atoi(number)
		if err != nil || i < 0 || i >= len(labels) {
			return nil, fmt.Errorf("%q is no number of a label", number)
		}
		fine = append(fine, labels[i])
		if group, _ := taxonomy.EkmanOf(labels[i]); !slices.Contains(ekman, group) {
			ekman = append(ekman, group)
		}
	}
	return &goEmotionsUtterance{
		ID: fields[2], Role: "writer", Text: fields[0], Labels: map[string][]string{"emotion.goemotions": fine, "emotion.ekman": ekman},
	}, nil
}
