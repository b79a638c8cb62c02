package endpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Messages are written here and put into the body that go-openai writes without them: it would write each message twice and read
// it once in between, which was half of what it takes to put a question.

// noMessages is where go-openai writes that there are none. It is in no string of a JSON document: there the second quote would
// have a backslash before it.
var noMessages = []byte(`"messages":null`)

var errNoPlace = errors.New("go-openai left no place for the messages")

// withMessages appends a body that go-openai wrote without messages, with them.
func withMessages(b, body []byte, conversation []*vignettev1.ChatMessage) ([]byte, error) {
	before, after, ok := bytes.Cut(body, noMessages)
	if !ok {
		return nil, errNoPlace
	}
	b = append(append(b, before...), `"messages":[`...)
	for i, m := range conversation {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, `{"role":"`...), role(m.GetRole())...)
		b = append(b, `","content":`...)
		b = append(appendText(b, m.GetContent()), '}')
	}
	return append(append(b, ']'), after...), nil
}

// messageFrame is about how much there is around a message's content.
const messageFrame = 40

// roomFor is about how large messages are as JSON.
func roomFor(conversation []*vignettev1.ChatMessage) int {
	room := 0
	for _, m := range conversation {
		room += len(m.GetContent()) + len(m.GetContent())/16 + messageFrame
	}
	return room
}

// Two characters that end lines in JavaScript, which encoding/json therefore escapes.
const (
	lineSeparator      = '\u2028'
	paragraphSeparator = '\u2029'
)

// appendText appends a text as JSON, byte for byte as encoding/json does.
func appendText(b []byte, text string) []byte {
	b = append(b, '"')
	written := 0
	for i := 0; i < len(text); {
		if isPlain[text[i]] {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if r >= utf8.RuneSelf && r != lineSeparator && r != paragraphSeparator && r != utf8.RuneError {
			i += size
			continue
		}
		b = append(b, text[written:i]...)
		switch c := text[i]; c {
		case '\n':
			b = append(b, '\\', 'n')
		case '"', '\\':
			b = append(b, '\\', c)
		default:
			b = appendRune(b, text[i:i+size])
		}
		i += size
		written = i
	}
	return append(append(b, text[written:]...), '"')
}

// appendRune appends one character in the way of encoding/json.
func appendRune(b []byte, character string) []byte {
	quoted, _ := json.Marshal(character) // a string can be written
	return append(b, quoted[1:len(quoted)-1]...)
}

// isPlain are bytes that stand for themselves, whatever is around them.
var isPlain = func() (plain [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		plain[c] = c != '"' && c != '\\' && c != '<' && c != '>' && c != '&'
	}
	return plain
}()
