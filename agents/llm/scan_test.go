package llm

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// scanAll feeds a text in pieces that are cut where cuts say.
func scanAll(text string, cuts []int) (*scanner, string) {
	s := newScanner(sayField)
	var words strings.Builder
	at := 0
	for _, c := range cuts {
		if c > at && c < len(text) {
			words.WriteString(s.feed(text[at:c]))
			at = c
		}
	}
	words.WriteString(s.feed(text[at:]))
	return s, words.String()
}

func everywhere(text string) []int {
	cuts := make([]int, len(text))
	for i := range cuts {
		cuts[i] = i
	}
	return cuts
}

func TestScan(t *testing.T) {
	for _, test := range []struct {
		name, text, words, head string
		step                    scanStep
	}{
		{"plain", `{"a": 1, "say": "Hi."}`, "Hi.", `{"a": 1}`, scanDone},
		{"first", `{"say":"Hi."`, "Hi.", `{}`, scanDone},
		{"on its way", `{"a": {"say": "no"}, "say": "Hi`, "Hi", `{"a": {"say": "no"}}`, inField},
		{"value that looks like a key", `{"a": "say", "b": ["say", "x"], "say": "yes"}`, "yes", `{"a": "say", "b": ["say", "x"]}`, scanDone},
		{"escaped key", `{"s\u0061y": "yes"}`, "yes", `{}`, scanDone},
		{"escapes", `{"say": "a\n\"b\" \\ \u00fc \ud83d\ude00\/\t"}`, "a\n\"b\" \\ ü 😀/\t", `{}`, scanDone},
		{"half a pair", `{"say": "\ud83d"}`, "\ufffd", `{}`, scanDone},
		{"half a pair before a quotation mark", `{"say": "\ud83d\""}`, "\ufffd\"", `{}`, scanDone},
		{"half a pair before another escape", `{"say": "\ud83d\u0041"}`, "\ufffdA", `{}`, scanDone},
		{"wrong half first", `{"say": "\ude00\ud83d"}`, "\ufffd\ufffd", `{}`, scanDone},
		{"fenced", "```json\n{\"say\": \"Hi\"}\n```", "Hi", `{}`, scanDone},
		{"half an escape", `{"say": "a\u00`, "a", `{}`, inField},
		{"prose before", `Sure! {"say": "Hi"}`, "", ``, scanBroken},
		{"no text", `{"say": null}`, "", ``, scanBroken},
		{"never comes", `{"a": 1}`, "", ``, scanBroken},
		{"line break in a text", "{\"say\": \"a\nb\"}", "a", ``, scanBroken},
		{"wrong escape", `{"say": "a\xb"}`, "a", ``, scanBroken},
		{"wrong code", `{"say": "a\u00gg"}`, "a", ``, scanBroken},
		{"braces in texts", `{"a": "}{", "say": "}"}`, "}", `{"a": "}{"}`, scanDone},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, cuts := range [][]int{nil, everywhere(test.text)} {
				s, words := scanAll(test.text, cuts)
				if words != test.words || s.step != test.step {
					t.Errorf("%d cuts: %q, step %d; want %q, %d", len(cuts), words, s.step, test.words, test.step)
				}
				if s.begun() && s.head() != test.head {
					t.Errorf("head %q, want %q", s.head(), test.head)
				}
			}
		})
	}
}

// oracle reads an object with encoding/json: the text of the field, and whether all keys differ.
func oracle(text []byte) (words string, isText, sole bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return "", false, false
	}
	seen := map[string]bool{}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return "", false, false
		}
		name := key.(string)
		if seen[name] {
			return "", false, false
		}
		seen[name] = true
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return "", false, false
		}
		if name == sayField {
			isText = json.Unmarshal(value, &words) == nil && value[0] == '"'
		}
	}
	_, err := decoder.Token()
	_, end := decoder.Token()
	return words, isText, err == nil && errors.Is(end, io.EOF)
}

func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		`{"a": 1, "say": "Hi."}`, `{"say": "\ud83d\ude00 \u00e9 \\ \""}`, `{"x": {"say": [1, "]"]}, "say": "}"}`, "```json\n{\"say\":\"x\"}", `{"say": "\ud83d\"`,
		`{"s\u0061y":"ü"}`, "{\"say\": \"\xff\xc3\"}", `{"say": 3}`, ` {"":"","say":""}`, `{"say": "\ud83dx\u"`,
	} {
		f.Add([]byte(seed), uint8(3))
	}
	f.Fuzz(func(t *testing.T, raw []byte, every uint8) {
		text := string(raw)
		whole, words := scanAll(text, nil)
		var cuts []int
		for i := int(every) + 1; i < len(text); i += int(every) + 1 {
			cuts = append(cuts, i)
		}
		pieces, inPieces := scanAll(text, cuts)
		if words != inPieces || whole.step != pieces.step || whole.begun() && whole.head() != pieces.head() {
			t.Fatalf("%q: in pieces of %d it reads %q (%d), whole %q (%d)", text, every+1, inPieces, pieces.step, words, whole.step)
		}
		want, isText, sole := oracle(raw)
		if !sole {
			return
		}
		if isText && (whole.step != scanDone || words != want) {
			t.Fatalf("%q: read %q (%d), want %q", text, words, whole.step, want)
		}
		if !isText && words != "" {
			t.Fatalf("%q: read %q where there is no text", text, words)
		}
		if isText && !json.Valid([]byte(whole.head())) {
			t.Fatalf("%q: the head is %q", text, whole.head())
		}
	})
}

// Whatever an object holds besides, its field is read as encoding/json reads it, in whatever pieces it comes.
func TestScanIsJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var parts []string
		want := rapid.String().Draw(t, "say")
		for i, n := 0, rapid.IntRange(0, 4).Draw(t, "fields"); i < n; i++ {
			value := rapid.SampledFrom([]any{1.5, nil, true, "say", `"}{[\`, []any{"say", 1}, map[string]any{"say": "inner", "b": []any{}}}).Draw(t, "value")
			raw, _ := json.Marshal(map[string]any{"f" + string(rune('a'+i)): value})
			parts = append(parts, string(raw[1:len(raw)-1]))
		}
		before := len(parts)
		raw, _ := json.Marshal(want)
		parts = append(parts, `"say" : `+string(raw), `"after": 1`)
		text := "{" + strings.Join(parts, " ,\n") + "}"
		s, words := scanAll(text, rapid.SliceOfDistinct(rapid.IntRange(1, len(text)), rapid.ID[int]).Draw(t, "cuts"))
		if strings.ToValidUTF8(want, "\ufffd") != words {
			t.Fatalf("%q: read %q, want %q", text, words, want)
		}
		var head map[string]any
		if err := json.Unmarshal([]byte(s.head()), &head); err != nil || len(head) != before {
			t.Fatalf("%q: head %q has %d fields, want %d (%v)", text, s.head(), len(head), before, err)
		}
	})
}
