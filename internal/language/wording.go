package language

import (
	"fmt"
	"hash/fnv"
	"io/fs"
	"slices"
	"strings"
)

// AnyVoice is the voice of frames that everybody may use.
const AnyVoice = "any"

// Wording is a collection of frames, read from text files: sentences with slots, in banks by purpose, and within a bank
// by voice. In a file "# name" begins a bank, "voice: words" is a frame, "//" begins a comment; in words, {name} is a
// slot and [a|b] a choice.
type Wording struct {
	banks map[string]map[string][]*Frame
	slots []string
}

// Frame is one line of a wording file.
type Frame struct {
	// Key names the frame by its words.
	Key   uint32
	parts []framePart
}

// framePart is a piece of a frame: one of some texts, or a slot.
type framePart struct {
	choices []string
	slot    string
}

// ReadWording reads all files of a file system that match a pattern (see fs.Glob). Voices are the names that may stand
// before a frame, besides AnyVoice. Errors say file and line.
func ReadWording(files fs.FS, pattern string, voices ...string) (*Wording, error) {
	names, err := fs.Glob(files, pattern)
	if err != nil {
		return nil, fmt.Errorf("wording: %w", err)
	}
	w := &Wording{banks: map[string]map[string][]*Frame{}}
	voices = append(slices.Clone(voices), AnyVoice)
	for _, name := range names {
		file, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("wording: %w", err)
		}
		if err := w.read(string(file), voices); err != nil {
			return nil, fmt.Errorf("wording: %s: %w", name, err)
		}
	}
	return w, nil
}

func (w *Wording) read(file string, voices []string) error {
	bank := ""
	for i, line := range strings.Split(file, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "//") {
			continue
		}
		if name, ok := strings.CutPrefix(line, "# "); ok {
			if w.banks[name] != nil {
				return fmt.Errorf("line %d: bank %q is there twice", i+1, name)
			}
			bank = name
			w.banks[bank] = map[string][]*Frame{}
			continue
		}
		if bank == "" {
			return fmt.Errorf("line %d: a frame before the first bank", i+1)
		}
		voice, words, ok := strings.Cut(line, ": ")
		if !ok || !slices.Contains(voices, voice) {
			return fmt.Errorf("line %d: %q does not begin with one of %v and a colon", i+1, line, voices)
		}
		frame, err := w.frame(words)
		if err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
		w.banks[bank][voice] = append(w.banks[bank][voice], frame)
	}
	return nil
}

// frame takes one line apart.
func (w *Wording) frame(words string) (*Frame, error) {
	f := &Frame{Key: key(words)}
	for rest := words; rest != ""; {
		at := strings.IndexAny(rest, "{[")
		if at < 0 {
			f.parts = append(f.parts, framePart{choices: []string{rest}})
			break
		}
		if at > 0 {
			f.parts = append(f.parts, framePart{choices: []string{rest[:at]}})
		}
		closing := "}"
		if rest[at] == '[' {
			closing = "]"
		}
		end := strings.Index(rest, closing)
		if end < at {
			return nil, fmt.Errorf("%q: %q is not closed", words, rest[at:at+1])
		}
		inside := rest[at+1 : end]
		if closing == "]" {
			f.parts = append(f.parts, framePart{choices: strings.Split(inside, "|")})
		} else {
			f.parts = append(f.parts, framePart{slot: inside})
			if !slices.Contains(w.slots, inside) {
				w.slots = append(w.slots, inside)
			}
		}
		rest = rest[end+1:]
	}
	return f, nil
}

// Frames returns the frames of a bank in one voice, in the order of the files. A bank or voice that is not there has none.
func (w *Wording) Frames(bank, voice string) []*Frame { return w.banks[bank][voice] }

// Banks returns the names of all banks, sorted.
func (w *Wording) Banks() []string {
	names := make([]string, 0, len(w.banks))
	for name := range w.banks {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Slots returns the names of all slots that frames use, sorted.
func (w *Wording) Slots() []string {
	names := slices.Clone(w.slots)
	slices.Sort(names)
	return names
}

// Fill puts words into a frame. It fails when a slot has none. Pick draws a number below n.
func (f *Frame) Fill(slot func(name string) string, pick func(n int) int) (string, bool) {
	var b strings.Builder
	for _, p := range f.parts {
		switch {
		case p.slot != "":
			words := slot(p.slot)
			if words == "" {
				return "", false
			}
			b.WriteString(words)
		case len(p.choices) > 1:
			b.WriteString(p.choices[pick(len(p.choices))])
		default:
			b.WriteString(p.choices[0])
		}
	}
	return b.String(), true
}

// key names a text.
func key(text string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(text)) // never fails
	return h.Sum32()
}
