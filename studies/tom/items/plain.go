package items

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ToMi (Le, Boureau and Nickel 2019) and T4D (Zhou et al. 2023) are read as JSON (a list, or one object a line) or as CSV with a
// header, with the fields
//
//	story          the story, a text or a list of sentences
//	question       the question
//	answer         the right answer, one of the choices
//	choices        what to choose from, a list (in CSV with "|" between); ToMi may leave it out: then it is every place that
//	               the story names ("in the box", "to the green basket")
//	story_type     false_belief, true_belief, or anything that begins or ends like it (second_order_false_belief); else neither
//	question_type  the condition ("first_order_0_tom"); may be left out
//	id, pair       names; without pair, versions are compared as two samples and not story by story
//
// T4D's stories come as they are, with the sentence about who plans to use what, and its choices are the characters and None.

type plainItem struct {
	ID           string    `json:"id"`
	Pair         string    `json:"pair"`
	Story        sentences `json:"story"`
	Question     string    `json:"question"`
	Answer       string    `json:"answer"`
	Choices      []string  `json:"choices"`
	StoryType    string    `json:"story_type"`
	QuestionType string    `json:"question_type"`
}

// sentences is a text, or a list of texts that make one.
type sentences string

// UnmarshalJSON reads either.
func (s *sentences) UnmarshalJSON(raw []byte) error {
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		*s = sentences(strings.Join(list, " "))
		return nil
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return fmt.Errorf("a story must be a text or a list of texts: %w", err)
	}
	*s = sentences(text)
	return nil
}

func readToMi(file string, text []byte) ([]*Item, error) { return readPlain(file, text, "tomi", true) }
func readT4D(file string, text []byte) ([]*Item, error)  { return readPlain(file, text, "t4d", false) }

// readPlain reads either; condition is that of items that name none.
func readPlain(file string, text []byte, condition string, derive bool) ([]*Item, error) {
	var entries []entry[plainItem]
	var err error
	if start := bytes.TrimSpace(text); len(start) > 0 && (start[0] == '{' || start[0] == '[') {
		entries, err = entriesOf[plainItem](file, text)
	} else {
		entries, err = rowsOf(file, text)
	}
	if err != nil {
		return nil, err
	}
	wrong := mistakes{file: file}
	var items []*Item
	for _, e := range entries {
		if item := plainEntry(&wrong, e.key, e.value, condition, derive); item != nil {
			items = append(items, item)
		}
	}
	return items, wrong.err()
}

// rowsOf reads CSV with a header.
func rowsOf(file string, text []byte) ([]entry[plainItem], error) {
	reader := csv.NewReader(bytes.NewReader(text))
	header, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for _, needed := range []string{"story", "question", "answer"} {
		if !slices.Contains(header, needed) {
			return nil, fmt.Errorf("%s:1: the header has no column %q; it is %q", file, needed, header)
		}
	}
	var out []entry[plainItem]
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		line, _ := reader.FieldPos(0)
		of := func(name string) string {
			if i := slices.Index(header, name); i >= 0 {
				return record[i]
			}
			return ""
		}
		item := plainItem{
			ID: of("id"), Pair: of("pair"), Story: sentences(of("story")), Question: of("question"), Answer: of("answer"),
			StoryType: of("story_type"), QuestionType: of("question_type"),
		}
		if choices := of("choices"); choices != "" {
			item.Choices = strings.Split(choices, "|")
		}
		out = append(out, entry[plainItem]{strconv.Itoa(line), item})
	}
}

func plainEntry(wrong *mistakes, place string, e plainItem, condition string, derive bool) *Item {
	item := &Item{ID: e.ID, Pair: e.Pair, Condition: e.QuestionType, Belief: beliefOf(e.StoryType), Story: squeezed(string(e.Story)), Question: squeezed(e.Question)}
	if item.ID == "" {
		item.ID = place
	}
	if item.Condition == "" {
		item.Condition = condition
	}
	var choices []string
	for _, choice := range e.Choices {
		if choice = squeezed(choice); choice != "" && !slices.Contains(choices, choice) {
			choices = append(choices, choice)
		}
	}
	if len(choices) == 0 && derive {
		choices = placesIn(item.Story)
	}
	answer := squeezed(e.Answer)
	right := slices.IndexFunc(choices, func(choice string) bool { return strings.EqualFold(spaced(choice), spaced(answer)) })
	switch {
	case item.Story == "":
		wrong.add(place, "story is missing")
	case item.Question == "":
		wrong.add(place, "question is missing")
	case answer == "":
		wrong.add(place, "answer is missing")
	case len(choices) < 2:
		wrong.add(place, "there are %d choices; give choices, two or more, one of them the answer", len(choices))
	case len(choices) > len(letters):
		wrong.add(place, "there are %d choices; %d are possible", len(choices), len(letters))
	case right < 0:
		wrong.add(place, "answer %q is none of the choices %q", answer, choices)
	default:
		shown := *item
		if shown.Pair == "" {
			shown.Pair = shown.ID // for the order of the choices alone
		}
		shown.put(choices, choices[right])
		item.Choices, item.Right = shown.Choices, shown.Right
		return item
	}
	return nil
}

// spaced is a text with spaces for underscores: ToMi writes green_basket.
func spaced(text string) string { return strings.ReplaceAll(text, "_", " ") }

// beliefOf reads a type of story.
func beliefOf(storyType string) Belief {
	kind := strings.ReplaceAll(strings.ToLower(storyType), "-", "_")
	switch {
	case kind == "false" || strings.Contains(kind, "false_belief"):
		return False
	case kind == "true" || strings.Contains(kind, "true_belief"):
		return True
	}
	return Neither
}

// placed finds where things are put or are.
var placed = regexp.MustCompile(`(?:\bis in|\bto|\binto) the ([\p{L}_-]+(?: [\p{L}_-]+)?)\.`)

// placesIn are the places for things that a story names, in order.
func placesIn(story string) []string {
	var out []string
	for _, match := range placed.FindAllStringSubmatch(story, -1) {
		if !slices.Contains(out, match[1]) {
			out = append(out, match[1])
		}
	}
	return out
}
