package transcript

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Bounds on what is read.
const (
	// MaxBytes is the largest file, 64 MiB.
	MaxBytes = 64 << 20
	// MaxTurns is the longest conversation; more turns no scenario can have either.
	MaxTurns = 1000
	// MaxText is the longest turn, in code points.
	MaxText = 20000
	// MaxConversations is the most conversations of a file.
	MaxConversations = 100_000
	// listed is how many choices a message names.
	listed = 8
)

// Conversation is one recorded conversation.
type Conversation struct {
	// ID is what the file calls it; empty in forms that hold only one.
	ID string
	// Objective is what the one who is scored wants, as a statement; empty when the file does not tell.
	Objective string
	// Speakers are those who speak or could, in the order in which they come up.
	Speakers []Speaker
	// Turns are oldest first.
	Turns []Turn
}

// Speaker is somebody who takes part.
type Speaker struct {
	// ID is the id the file has for them, or their name.
	ID string
	// Name is how they are called.
	Name string
	// Kind is "persona", "client" or "counselor"; empty when the file does not tell.
	Kind string
}

// Turn is all that somebody does until somebody else does something.
type Turn struct {
	// Speaker is the id of the one who acts.
	Speaker string
	// Line is what is done.
	Line *vignettev1.ScriptLine
}

// Read reads the conversations of a file. Its name decides on the form: .jsonl, .ndjson and .json are exports of Vignette or
// messages with role and text, .csv is AnnoMI, .vtt is captions, .txt is text, or captions where it begins as they do. An error
// is always [protoyaml.Problems].
func Read(name string, data []byte) ([]*Conversation, error) {
	f := &file{name: name}
	data, err := f.clean(data)
	if err != nil {
		return nil, err
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".jsonl", ".ndjson", ".json":
		err = f.readJSON(data)
	case ".csv":
		err = f.readAnnoMI(data)
	case ".vtt":
		err = f.readVoices(data)
	case ".txt":
		if isVoices(data) {
			err = f.readVoices(data)
			break
		}
		err = f.readText(data)
	default:
		return nil, f.wrong(0, "this is no file that conversations are read from", "name a .jsonl file that 'vignette export' wrote or of messages with role and text, a .csv file of AnnoMI, a .vtt file, or a .txt file with lines of the form Name: words")
	}
	if err != nil {
		return nil, err
	}
	if len(f.conversations) == 0 {
		return nil, f.wrong(0, "there is no conversation in this file", "")
	}
	return f.conversations, nil
}

// clean holds a file to its bound and to UTF-8, and takes a byte order mark off.
func (f *file) clean(data []byte) ([]byte, error) {
	switch {
	case len(data) > MaxBytes:
		return nil, f.wrong(0, fmt.Sprintf("the file has %d bytes; at most %d are read", len(data), MaxBytes), "leave out the conversations that are not needed")
	case !utf8.Valid(data):
		return nil, f.wrong(1+bytes.Count(data[:validPrefix(data)], []byte("\n")), "this is not UTF-8 text", "save the file as UTF-8")
	}
	return bytes.TrimPrefix(data, []byte("\ufeff")), nil
}

// Pick finds a conversation by its id or, where no id fits, its position from 1. Left out, it is the only one there is.
// The error says what there is.
func Pick(conversations []*Conversation, which string) (*Conversation, error) {
	if which == "" {
		if len(conversations) == 1 {
			return conversations[0], nil
		}
		return nil, protoyaml.Wrong(fmt.Sprintf("the file holds %d conversations", len(conversations)), "say which: episode: and its id or its position from 1; ids are "+some(ids(conversations)))
	}
	var found []*Conversation
	for _, c := range conversations {
		if c.ID == which {
			found = append(found, c)
		}
	}
	if n, err := strconv.Atoi(which); len(found) == 0 && err == nil && n >= 1 && n <= len(conversations) {
		found = conversations[n-1 : n]
	}
	switch len(found) {
	case 0:
		return nil, protoyaml.Wrong(fmt.Sprintf("no conversation of the file has the id %q", which), fmt.Sprintf("ids are %s; or write a position, 1 to %d", some(ids(conversations)), len(conversations)))
	case 1:
		return found[0], nil
	}
	return nil, protoyaml.Wrong(fmt.Sprintf("%d conversations of the file have the id %q", len(found), which), "keep one of them in the file")
}

// SpeakerOf finds somebody of a conversation: the first of the names that is the id, the name or the kind of exactly one of
// them. The error says who there is.
func (c *Conversation) SpeakerOf(names ...string) (Speaker, error) {
	for _, name := range names {
		for _, of := range []func(Speaker) string{
			func(s Speaker) string { return s.ID }, func(s Speaker) string { return s.Name }, func(s Speaker) string { return s.Kind },
		} {
			var found []Speaker
			for _, s := range c.Speakers {
				if name != "" && strings.EqualFold(of(s), name) {
					found = append(found, s)
				}
			}
			if len(found) == 1 {
				return found[0], nil
			}
			if len(found) > 1 {
				return Speaker{}, protoyaml.Wrong(fmt.Sprintf("%d speakers of the conversation go by %q", len(found), name), "name one by their id: "+some(c.speakers()))
			}
		}
	}
	return Speaker{}, protoyaml.Wrong(fmt.Sprintf("nobody in the conversation goes by %q", strings.Join(slices.DeleteFunc(slices.Compact(names), func(s string) bool { return s == "" }), `", "`)), "name one of those who speak there: "+some(c.speakers()))
}

// Lines are what a speaker does, in order.
func (c *Conversation) Lines(speaker Speaker) []*vignettev1.ScriptLine {
	var lines []*vignettev1.ScriptLine
	for _, turn := range c.Turns {
		if turn.Speaker == speaker.ID {
			lines = append(lines, turn.Line)
		}
	}
	return lines
}

func (c *Conversation) speakers() []string {
	var out []string
	for _, s := range c.Speakers {
		out = append(out, s.ID)
	}
	return out
}

func ids(conversations []*Conversation) []string {
	var out []string
	for _, c := range conversations {
		out = append(out, c.ID)
	}
	return out
}

// some lists the first of many.
func some(names []string) string {
	if more := len(names) - listed; more > 0 {
		return strings.Join(names[:listed], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names, ", ")
}

// file is a file being read.
type file struct {
	name          string
	conversations []*Conversation
	byID          map[string]*Conversation // of messages
}

// wrong is a problem at a line, 0 for the whole file.
func (f *file) wrong(line int, message, hint string) error {
	p := protoyaml.Problem{File: f.name, Line: line, Message: message, Hint: hint}
	if line > 0 {
		p.Column = 1
	}
	return protoyaml.Problems{p}
}

// open begins a conversation.
func (f *file) open(line int, id string) (*Conversation, error) {
	if len(f.conversations) >= MaxConversations {
		return nil, f.wrong(line, fmt.Sprintf("the file holds more than %d conversations", MaxConversations), "leave out those that are not needed")
	}
	c := &Conversation{ID: id}
	f.conversations = append(f.conversations, c)
	return c, nil
}

// add takes a turn into a conversation, and holds it to the bounds.
func (f *file) add(c *Conversation, line int, turn Turn) error {
	if len(c.Turns) >= MaxTurns {
		return f.wrong(line, fmt.Sprintf("the conversation has more than %d turns", MaxTurns), "cut it: a scenario plays at most that many")
	}
	if n := utf8.RuneCountInString(turn.Line.GetText()); n > MaxText {
		return f.wrong(line, fmt.Sprintf("the turn has %d characters; at most %d can be played", n, MaxText), "split it, or cut it")
	}
	if !slices.ContainsFunc(c.Speakers, func(s Speaker) bool { return s.ID == turn.Speaker }) {
		c.Speakers = append(c.Speakers, Speaker{ID: turn.Speaker, Name: turn.Speaker, Kind: kinds[strings.ToLower(turn.Speaker)]})
	}
	c.Turns = append(c.Turns, turn)
	return nil
}

// join takes words into a conversation: into the last turn when the same speaker goes on, and not at all when there are
// none.
func (f *file) join(c *Conversation, line int, turn Turn) error {
	speak := vignettev1.ActionKind_ACTION_KIND_SPEAK
	n := len(c.Turns)
	if n == 0 || c.Turns[n-1].Speaker != turn.Speaker || c.Turns[n-1].Line.GetKind() != speak || turn.Line.GetKind() != speak {
		return f.add(c, line, turn)
	}
	last := c.Turns[n-1]
	c.Turns = c.Turns[:n-1]
	last.Line.Text += " " + turn.Line.GetText()
	return f.add(c, line, last)
}

// validPrefix is how many bytes at the beginning are UTF-8.
func validPrefix(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(data)
}
