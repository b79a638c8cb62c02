package interview

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vignette-sim/vignette/internal/protoyaml"
)

// Form is what is asked, in order, and what becomes of it.
type Form struct {
	// Name is what is made: "scenario", "persona", "situation", "rubric", "study".
	Name string
	// Questions in the order in which they are asked.
	Questions []Question

	write func(Answers) ([]byte, error)
	id    func(Answers) string
}

// Question is one thing to be asked.
type Question struct {
	// ID is a word for flags and tables.
	ID string
	// Short says in a line what it is about, without knowing other answers.
	Short string
	// Ask is the question as it is put, which may hang on what was answered before.
	Ask func(Answers) string
	// Example is an answer somebody might give.
	Example string
	// Default is what an empty answer means after what was answered before; nil, or nothing, when there is no such thing. See
	// [Question.Proposal].
	Default func(Answers) []string
	// Many takes several answers, one a line.
	Many bool
	// Optional may stay without an answer.
	Optional bool
	// Number takes a whole number from 1 to 1000.
	Number bool
	// Choices are the only answers there are, when there are any.
	Choices []string
	// When tells whether it is asked at all after what was answered; nil means always.
	When func(Answers) bool
}

// Answers are what was answered, by question.
type Answers map[string][]string

// One is the answer to a question with one, "" when there is none.
func (a Answers) One(id string) string {
	if len(a[id]) == 0 {
		return ""
	}
	return a[id][0]
}

// Asked tells whether a question is asked after what was answered.
func (q Question) Asked(a Answers) bool { return q.When == nil || q.When(a) }

// Proposal is what an empty answer means after what was answered, nothing when it means nothing.
func (q Question) Proposal(a Answers) []string {
	if q.Default == nil {
		return nil
	}
	return q.Default(a)
}

// maxAnswer is the longest answer, in characters: the contracts take no longer sentences.
const maxAnswer = 1000

// maxName is the same for names and titles, in which no invisible character may stand either.
const maxName = 100

// maxAnswers is how many answers a question takes: so many sentences a list of the contracts holds.
const maxAnswers = 20

// Check says what is wrong with an answer, so that whoever gave it can give another.
func (q Question) Check(answer string) error {
	switch {
	case len(q.Choices) > 0 && !slices.Contains(q.Choices, answer):
		return fmt.Errorf("%q is none of the answers; %s", shorten(answer), protoyaml.DidYouMean(answer, q.Choices))
	case !utf8.ValidString(answer) || strings.ContainsFunc(answer, unicode.IsControl),
		q.longest() == maxName && strings.ContainsFunc(answer, func(r rune) bool { return unicode.Is(unicode.C, r) }):
		return errors.New("the answer has characters that are no text; type it again on one line")
	case utf8.RuneCountInString(answer) > q.longest():
		return fmt.Errorf("the answer has %d characters; at most %d, please", utf8.RuneCountInString(answer), q.longest())
	case strings.TrimSpace(answer) == "":
		return errors.New("the answer is empty")
	case q.Number:
		if n, err := strconv.Atoi(answer); err != nil || n < 1 || n > 1000 {
			return fmt.Errorf("%q is no whole number from 1 to 1000", shorten(answer))
		}
	}
	return nil
}

// longest is shorter for what becomes a name or a title.
func (q Question) longest() int {
	switch q.ID {
	case "name", "me", "who", "focal", "counselor", "title":
		return maxName
	}
	return maxAnswer
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:37]) + "..."
	}
	return s
}

// Complete checks all answers and fills in defaults. The error names the question that is not answered.
func (f *Form) Complete(given Answers) (Answers, error) {
	a := Answers{}
	for _, q := range f.Questions {
		if !q.Asked(a) {
			continue
		}
		answers := given[q.ID]
		if len(answers) == 0 {
			answers = q.Proposal(a)
		}
		if len(answers) == 0 && !q.Optional {
			return nil, &MissingError{Question: q, Ask: q.Ask(a)}
		}
		if len(answers) > 1 && !q.Many || len(answers) > maxAnswers {
			return nil, fmt.Errorf("%s: %d answers are too many", q.ID, len(answers))
		}
		for _, answer := range answers {
			if err := q.Check(answer); err != nil {
				return nil, fmt.Errorf("%s: %w", q.ID, err)
			}
		}
		a[q.ID] = answers
	}
	return a, nil
}

// MissingError says that a question that must be answered is not.
type MissingError struct {
	// Question that it is.
	Question Question
	// Ask is how it is put.
	Ask string
}

// Error implements error.
func (e *MissingError) Error() string {
	return fmt.Sprintf("%s has no answer: %s", e.Question.ID, e.Ask)
}

// Write makes the file of complete answers, and says by which id it may be called.
func (f *Form) Write(a Answers) (data []byte, id string, err error) {
	id = f.id(a)
	if data, err = f.write(a); err != nil {
		return nil, "", fmt.Errorf("write the %s: %w", f.Name, err)
	}
	return data, id, nil
}

// Of finds a form by its name.
func Of(name string) (*Form, bool) {
	for _, f := range []*Form{Situation(), Scenario(), Persona()} {
		if f.Name == name {
			return f, true
		}
	}
	return nil, false
}

func always(text string) func(Answers) string { return func(Answers) string { return text } }

func fixed(answers ...string) func(Answers) []string {
	return func(Answers) []string { return answers }
}

// either puts a question in one of two ways.
func either(test func(Answers) bool, yes, no string) func(Answers) string {
	return func(a Answers) string {
		if test(a) {
			return yes
		}
		return no
	}
}
