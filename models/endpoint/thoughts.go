package endpoint

import "strings"

// Marks that some models put around what they think before they answer.
const (
	thinkOpen  = "<think>"
	thinkClose = "</think>"
)

// thoughts parts a leading block of thought from the text behind it. Both come in pieces, cut anywhere.
type thoughts struct {
	where where
	held  string // may be part of a mark
}

type where int

const (
	before where = iota // nothing but space has come, or the beginning of a mark
	inside
	behind // only space has come since the block ended
	past
)

// add takes a piece and returns what is known of it now.
func (t *thoughts) add(piece string) (thought, text string) {
	switch t.where {
	case past:
		return "", piece
	case before:
		return t.addBefore(t.held + piece)
	case inside:
		return t.addInside(t.held + piece)
	default:
		return "", t.addBehind(piece)
	}
}

func (t *thoughts) addBefore(piece string) (thought, text string) {
	begin := strings.TrimLeft(piece, " \t\r\n")
	if rest, ok := strings.CutPrefix(begin, thinkOpen); ok {
		t.where, t.held = inside, ""
		return t.addInside(rest)
	}
	if strings.HasPrefix(thinkOpen, begin) {
		t.held = piece
		return "", ""
	}
	t.where, t.held = past, ""
	return "", piece
}

func (t *thoughts) addInside(piece string) (thought, text string) {
	if thought, rest, ok := strings.Cut(piece, thinkClose); ok {
		t.where, t.held = behind, ""
		return thought, t.addBehind(rest)
	}
	end := len(piece)
	for n := min(len(thinkClose)-1, len(piece)); n > 0; n-- {
		if strings.HasPrefix(thinkClose, piece[len(piece)-n:]) {
			end -= n
			break
		}
	}
	t.held = piece[end:]
	return piece[:end], ""
}

func (t *thoughts) addBehind(piece string) (text string) {
	text = strings.TrimLeft(piece, " \t\r\n")
	if text != "" {
		t.where = past
	}
	return text
}

// end returns what was held back.
func (t *thoughts) end() (thought, text string) {
	held := t.held
	t.held = ""
	if t.where == inside {
		return held, ""
	}
	return "", held
}
