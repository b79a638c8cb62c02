package transcript

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// maxName is the longest name of a speaker, in code points.
const maxName = 64

// readText reads lines of the form "Name: words". A line that begins with a space or a tab goes on with the line before;
// empty lines mean nothing. In brackets, "(silent)" and "(leaves)" are what they say, anything else that fills a whole
// turn is a gesture.
func (f *file) readText(data []byte) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return nil
	}
	c, err := f.open(1, "")
	if err != nil {
		return err
	}
	line := 0
	var open *utterance
	for row := range bytes.Lines(data) {
		line++
		text := strings.TrimRightFunc(string(row), unicode.IsSpace)
		switch {
		case text == "":
		case text[0] != ' ' && text[0] != '\t':
			if err := f.close(c, open); err != nil {
				return err
			}
			if open, err = f.begin(line, text); err != nil {
				return err
			}
		case open == nil:
			return f.wrong(line, "this line goes on with a line before it, and there is none", "begin it with a name and a colon, without a space before")
		default:
			open.words = strings.TrimSpace(open.words + " " + strings.TrimSpace(text))
		}
	}
	return f.close(c, open)
}

// utterance is one that may go on.
type utterance struct {
	line        int
	name, words string
}

// begin reads a line with a name.
func (f *file) begin(line int, text string) (*utterance, error) {
	name, words, found := strings.Cut(text, ":")
	name = strings.TrimSpace(name)
	switch {
	case !found:
		return nil, f.wrong(line, "this line does not say who speaks", "write Name: words; or, if it goes on with the line before, begin it with a space")
	case name == "":
		return nil, f.wrong(line, "there is no name before the colon", "write Name: words")
	case utf8.RuneCountInString(name) > maxName:
		return nil, f.wrong(line, fmt.Sprintf("the name before the colon has more than %d characters", maxName), "write Name: words; or, if the line goes on with the line before, begin it with a space")
	}
	return &utterance{line: line, name: name, words: strings.TrimSpace(words)}, nil
}

// close takes an utterance in that does not go on.
func (f *file) close(c *Conversation, u *utterance) error {
	if u == nil || u.words == "" {
		return nil
	}
	said, err := f.staged(u)
	if err != nil {
		return err
	}
	return f.join(c, u.line, Turn{Speaker: u.name, Line: said})
}

// staged reads what stands in brackets.
func (f *file) staged(u *utterance) (*vignettev1.ScriptLine, error) {
	words := u.words
	kind := vignettev1.ActionKind_ACTION_KIND_SPEAK
	switch {
	case strings.HasPrefix(words, "(to "):
		return nil, f.wrong(u.line, "a whisper cannot be told in this form of file", "use an export (.jsonl), or write the lines into the scenario, with to: and the ids of roles")
	case words == "(silent)":
		return &vignettev1.ScriptLine{Kind: vignettev1.ActionKind_ACTION_KIND_SILENT}, nil
	case strings.HasSuffix(words, "(leaves)"):
		kind, words = vignettev1.ActionKind_ACTION_KIND_LEAVE, strings.TrimSpace(strings.TrimSuffix(words, "(leaves)"))
	case words[0] == '(' && strings.IndexByte(words, ')') == len(words)-1 && len(words) > 2:
		kind, words = vignettev1.ActionKind_ACTION_KIND_NONVERBAL, strings.TrimSpace(words[1:len(words)-1])
		if words == "" {
			kind, words = vignettev1.ActionKind_ACTION_KIND_SPEAK, u.words
		}
	}
	return &vignettev1.ScriptLine{Kind: kind, Text: words}, nil
}
