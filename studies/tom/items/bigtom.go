package items

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// BigToM (Gandhi et al. 2023, arXiv 2306.15448) comes in two forms, and both are read.
//
// The first is its CSV of story templates: semicolons, no header, one story a row. Of the columns these are used, from 0: story,
// what makes the belief true, what leaves it false, what the person does if it is true, and if it is false; the questions about
// belief (5) and action (7); the answers about belief and action if true (8, 10), and if false (11, 13). Each row makes six items:
// forward_belief and forward_action (from what was seen to what is believed or done) and backward_belief (from what is done to
// what is believed), each in both versions.
//
// The second is JSON of finished items: an object or a list of objects with context, original_question (or question), true_answer,
// wrong_answer and task_type ("0_forward_belief_false_belief").

const (
	colStory = iota
	colAware
	colUnaware
	colActionTrue
	colActionFalse
	colBeliefQuestion
	_
	colActionQuestion
	colBeliefTrue
	_
	colDoesTrue
	colBeliefFalse
	_
	colDoesFalse
	bigToMColumns
)

func readBigToM(file string, text []byte) ([]*Item, error) {
	if start := bytes.TrimSpace(text); len(start) > 0 && (start[0] == '{' || start[0] == '[') {
		return readBigToMJSON(file, text)
	}
	reader := csv.NewReader(bytes.NewReader(text))
	reader.Comma, reader.FieldsPerRecord, reader.LazyQuotes = ';', -1, true
	wrong := mistakes{file: file}
	var items []*Item
	for row := 1; ; row++ {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return items, wrong.err()
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		line, _ := reader.FieldPos(0)
		place := strconv.Itoa(line)
		if len(record) < bigToMColumns {
			wrong.add(place, "%d columns where bigtom has %d or more, with semicolons between", len(record), bigToMColumns)
			continue
		}
		items = append(items, bigToMRow(&wrong, place, row, record)...)
	}
}

// bigToMRow makes the items of one story.
func bigToMRow(wrong *mistakes, place string, row int, record []string) []*Item {
	for i := range record {
		record[i] = squeezed(record[i])
	}
	for _, column := range []int{colStory, colAware, colUnaware, colActionTrue, colActionFalse, colBeliefQuestion, colActionQuestion, colBeliefTrue, colDoesTrue, colBeliefFalse, colDoesFalse} {
		if record[column] == "" {
			wrong.add(place, "column %d is empty", column+1)
			return nil
		}
	}
	var items []*Item
	for _, c := range []struct {
		name                              string
		ifTrue, ifFalse                   int // what the story ends with
		question, answerTrue, answerFalse int
	}{
		{"forward_belief", colAware, colUnaware, colBeliefQuestion, colBeliefTrue, colBeliefFalse},
		{"forward_action", colAware, colUnaware, colActionQuestion, colDoesTrue, colDoesFalse},
		{"backward_belief", colActionTrue, colActionFalse, colBeliefQuestion, colBeliefTrue, colBeliefFalse},
	} {
		choices := []string{record[c.answerTrue], record[c.answerFalse]}
		if choices[0] == choices[1] {
			wrong.add(place, "%s: both versions have the answer %q", c.name, choices[0])
			continue
		}
		for _, version := range []struct {
			belief Belief
			end    int
			right  int
		}{{True, c.ifTrue, 0}, {False, c.ifFalse, 1}} {
			item := &Item{
				ID: fmt.Sprintf("%d-%s-%s", row, c.name, version.belief), Pair: fmt.Sprintf("%d-%s", row, c.name), Condition: c.name, Belief: version.belief,
				Story: record[colStory] + " " + record[version.end], Question: record[c.question],
			}
			item.put(choices, choices[version.right])
			items = append(items, item)
		}
	}
	return items
}

type bigToMItem struct {
	Context          string `json:"context"`
	Question         string `json:"question"`
	OriginalQuestion string `json:"original_question"`
	TrueAnswer       string `json:"true_answer"`
	WrongAnswer      string `json:"wrong_answer"`
	TaskType         string `json:"task_type"`
}

func readBigToMJSON(file string, text []byte) ([]*Item, error) {
	entries, err := entriesOf[bigToMItem](file, text)
	if err != nil {
		return nil, err
	}
	wrong := mistakes{file: file}
	var items []*Item
	for _, e := range entries {
		if item := bigToMEntry(&wrong, e.key, e.value); item != nil {
			items = append(items, item)
		}
	}
	return items, wrong.err()
}

var (
	// taskType is condition and version, with a number before them that says whether the story tells the first belief.
	taskType = regexp.MustCompile(`^(?:(\d+)_)?(\w+?)_(true|false)_(belief|control)$`)
	// lettered is the letter before an answer.
	lettered = regexp.MustCompile(`^[A-Za-z][).]\s*`)
)

func bigToMEntry(wrong *mistakes, key string, e bigToMItem) *Item {
	kind := taskType.FindStringSubmatch(e.TaskType)
	question, _, _ := strings.Cut(e.Question, "\n") // the choices stand below it
	if e.OriginalQuestion != "" {
		question = e.OriginalQuestion
	}
	right, other := squeezed(lettered.ReplaceAllString(e.TrueAnswer, "")), squeezed(lettered.ReplaceAllString(e.WrongAnswer, ""))
	switch {
	case kind == nil:
		wrong.add(key, "task_type %q is not like \"0_forward_belief_false_belief\"", e.TaskType)
	case strings.TrimSpace(e.Context) == "" || strings.TrimSpace(question) == "":
		wrong.add(key, "context or question is missing")
	case right == "" || other == "" || right == other:
		wrong.add(key, "true_answer and wrong_answer must be two different texts; they are %q and %q", right, other)
	default:
		condition := kind[2]
		if kind[4] == "control" { // something else happens, which nobody's belief hangs on
			condition += "_control"
		}
		item := &Item{
			ID: key, Pair: kind[1] + " " + condition + " " + squeezed(question), Condition: condition, Belief: Belief(kind[3]),
			Story: squeezed(e.Context), Question: squeezed(question),
		}
		item.put([]string{right, other}, right)
		return item
	}
	return nil
}

// entry is one object of a JSON file and where it stands.
type entry[T any] struct {
	key   string
	value T
}

// entriesOf reads a list of objects, an object of objects, or one object a line, in the order of the file.
func entriesOf[T any](file string, text []byte) ([]entry[T], error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	start := bytes.TrimSpace(text)
	var out []entry[T]
	var value T
	if len(start) > 0 && start[0] == '{' && !objectOfObjects(start) {
		for line := 1; ; line++ {
			value = *new(T)
			err := decoder.Decode(&value)
			if errors.Is(err, io.EOF) {
				return out, nil
			}
			if err != nil {
				return nil, fmt.Errorf("%s: object %d: %w", file, line, err)
			}
			out = append(out, entry[T]{strconv.Itoa(line), value})
		}
	}
	if _, err := decoder.Token(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for n := 1; decoder.More(); n++ {
		key := strconv.Itoa(n)
		if start[0] == '{' {
			token, err := decoder.Token()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			key, _ = token.(string)
		}
		value = *new(T)
		if err := decoder.Decode(&value); err != nil {
			return nil, fmt.Errorf("%s: entry %s: %w", file, key, err)
		}
		out = append(out, entry[T]{key, value})
	}
	if _, err := decoder.Token(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return out, nil
}

// objectOfObjects says whether a text begins with an object whose first value is an object.
func objectOfObjects(text []byte) bool {
	decoder := json.NewDecoder(bytes.NewReader(text))
	for range 2 { // the brace and the first key
		if _, err := decoder.Token(); err != nil {
			return false
		}
	}
	token, err := decoder.Token()
	return err == nil && token == json.Delim('{')
}
