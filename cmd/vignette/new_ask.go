package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/vignette-sim/vignette/scenarios/interview"
)

// asker asks on a terminal, or takes answers from a pipe. It asks on standard error, so that standard output has only what
// a program wants to read.
type asker struct {
	cmd      *cobra.Command
	in       *bufio.Scanner
	page     *page
	terminal bool
	line     int // of the answers
}

// longestLine bounds a line of answers, in bytes.
const longestLine = 1 << 16

func newAsker(cmd *cobra.Command) *asker {
	a := &asker{cmd: cmd, in: bufio.NewScanner(cmd.InOrStdin()), page: newPage(cmd.ErrOrStderr())}
	a.in.Buffer(nil, longestLine)
	if f, ok := cmd.InOrStdin().(*os.File); ok {
		a.terminal = term.IsTerminal(int(f.Fd()))
	}
	return a
}

// askAll asks what the flags have not answered.
func (a *asker) askAll(form *interview.Form, given interview.Answers) error {
	if a.terminal {
		a.page.paragraph("", "", "An empty answer takes what stands in brackets. Lists take one answer a line and end with an empty one. Ctrl-C writes nothing.")
	}
	so := interview.Answers{}
	for _, q := range form.Questions {
		if !q.Asked(so) {
			continue
		}
		if given[q.ID] == nil {
			answers, err := a.ask(q, so)
			if errors.Is(err, io.EOF) {
				return nil // Whoever completes the answers says what is missing.
			}
			if err != nil {
				return err
			}
			if len(answers) > 0 {
				given[q.ID] = answers
			}
		}
		if so[q.ID] = given[q.ID]; so[q.ID] == nil {
			so[q.ID] = q.Proposal(so)
		}
	}
	return nil
}

// ask asks one question until it has an answer or needs none.
func (a *asker) ask(q interview.Question, so interview.Answers) ([]string, error) {
	a.pose(q, so)
	var answers []string
	for {
		answer, err := a.read("> ")
		if err != nil {
			return answers, err
		}
		if answer == "" {
			if len(answers) > 0 || q.Optional || len(q.Proposal(so)) > 0 {
				return answers, nil
			}
			err = errors.New("this needs an answer")
		} else if err = q.Check(answer); err == nil {
			if answers = append(answers, answer); !q.Many {
				return answers, nil
			}
			continue
		}
		if !a.terminal {
			return nil, fmt.Errorf("line %d of the answers: %s: %w", a.line, q.ID, err)
		}
		a.page.paragraph("  ", "  ", err.Error())
	}
}

// pose puts the question, with an example and what an empty answer means.
func (a *asker) pose(q interview.Question, so interview.Answers) {
	text := q.Ask(so)
	if len(q.Choices) > 0 {
		text += " (" + strings.Join(q.Choices, ", ") + ")"
	}
	if proposal := q.Proposal(so); len(proposal) > 0 {
		text += " [" + strings.Join(proposal, " / ") + "]"
	}
	a.page.printf("\n")
	a.page.paragraph("", "", text)
	var how []string
	if q.Many {
		how = append(how, "one a line, an empty line ends the list")
	}
	if q.Optional {
		how = append(how, "may stay empty")
	}
	if len(how) > 0 {
		a.page.paragraph("  ", "  ", strings.Join(how, "; "))
	}
	if q.Example != "" {
		a.page.paragraph("  ", "  ", "for instance: "+q.Example)
	}
}

// read takes the next line; io.EOF when there is none.
func (a *asker) read(prompt string) (string, error) {
	a.page.printf("%s", prompt)
	a.line++
	if a.in.Scan() {
		if !a.terminal {
			a.page.printf("\n")
		}
		return strings.TrimSpace(a.in.Text()), nil
	}
	a.page.printf("\n")
	if err := a.in.Err(); err != nil {
		return "", fmt.Errorf("line %d of the answers cannot be read: %w", a.line, err)
	}
	return "", io.EOF
}

// confirm asks for a yes; anything else is a no.
func (a *asker) confirm(question string) (bool, error) {
	answer, err := a.read(question + " [y/N] ")
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	answer = strings.ToLower(answer)
	return answer == "y" || answer == "yes", nil
}
