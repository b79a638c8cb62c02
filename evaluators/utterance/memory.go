package utterance

import (
	"sync"

	"github.com/vignette-sim/vignette/internal/language"
)

// remembered is how many texts are kept read, at most twice as many: those of a few conversations. longest is the longest text that
// is, in bytes.
const (
	remembered = 256
	longest    = 8 << 10
)

// memory keeps what was made of texts. Several evaluators are asked about the same conversation, and turn by turn about the same
// beginning of it, so that a text is read again and again. What it keeps is shared: nobody may change it. It is safe for
// concurrent use.
type memory[K comparable, V any] struct {
	mu sync.Mutex
	// recent fills up, then takes the place of older.
	recent, older map[K]V
}

// of is what was made of a key, or is now.
func (m *memory[K, V]) of(key K, long bool, read func() V) V {
	if long {
		return read()
	}
	m.mu.Lock()
	value, known := m.recent[key]
	if !known {
		if value, known = m.older[key]; known {
			m.keep(key, value)
		}
	}
	m.mu.Unlock()
	if known {
		return value
	}
	value = read() // outside the lock: two may read one text, and both are right
	m.mu.Lock()
	m.keep(key, value)
	m.mu.Unlock()
	return value
}

func (m *memory[K, V]) keep(key K, value V) {
	if m.recent == nil || len(m.recent) >= remembered {
		m.older, m.recent = m.recent, make(map[K]V, remembered)
	}
	m.recent[key] = value
}

var texts memory[string, *language.Text]

// Text is a text as language.Read has it, shared with all who read it: it must not be changed.
func Text(raw string) *language.Text {
	return texts.of(raw, len(raw) > longest, func() *language.Text { return language.Read(raw) })
}

var vocabularies memory[string, WordSet]

// WordsIn are the words of a text, shared like it.
func WordsIn(raw string) WordSet {
	return vocabularies.of(raw, len(raw) > longest, func() WordSet {
		tokens := Text(raw).Tokens
		words := make(WordSet, len(tokens))
		for i := range tokens {
			if tokens[i].IsWord() {
				words[tokens[i].Norm] = true
			}
		}
		return words
	})
}
