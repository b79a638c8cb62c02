package scripted

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// plainly turns a value into what encoding/json would make of it.
func plainly(v value) any {
	switch v.kind {
	case '{':
		m := map[string]any{}
		for _, member := range v.members {
			m[member.name] = plainly(member.value)
		}
		return m
	case '[':
		items := []any{}
		for _, item := range v.items {
			items = append(items, plainly(item))
		}
		return items
	case '"':
		return v.text
	case 'n':
		return nil
	case '0':
		return json.Number(v.raw)
	}
	return v.kind == 't'
}

func agree(t *testing.T, data []byte) {
	t.Helper()
	v, _, err := parse(data)
	if json.Valid(data) != (err == nil) {
		if err != nil && strings.Count(string(data), "[")+strings.Count(string(data), "{") > deepest {
			return
		}
		t.Fatalf("%q: encoding/json says valid=%v, we say %v", data, json.Valid(data), err)
	}
	if err != nil {
		return
	}
	var want any
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.UseNumber()
	if err := decoder.Decode(&want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, plainly(v)); diff != "" {
		t.Fatalf("%q: %s", data, diff)
	}
}

func TestParseAgreesWithEncodingJSON(t *testing.T) {
	for _, text := range []string{
		`{}`, `[]`, ` { "a" : [ 1 , -2.5e+3 , true , false , null , "x\n\u00e9\ud83d\ude00\ud83d" ] , "a" : 0 } `, `"\/\b\f\r\t\"\\"`, "\"\xff\xca\xca0\"", `-0`,
		``, `{`, `[1,]`, `{"a"}`, `{"a":1,}`, `01`, `1.`, `.5`, `1e`, `-`, `+1`, `tru`, `nulll`, `"\x"`, `"\u12"`, "\"\n\"", `"`, `"\`, `[1 2]`, `{1:2}`, `"\ud83dx"`,
	} {
		agree(t, []byte(text))
	}
}

// The decoder of requests takes anything: it answers with a request or with a problem that has a status and is JSON.
func FuzzDecode(f *testing.F) {
	for _, text := range []string{
		`{"model":"m","messages":[{"role":"user","content":"hi"}]}`,
		`{"model":"o3-mini","messages":[{"role":"user","content":[{"type":"text","text":"JSON {\"properties\":{}}"}]}],"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}},"stop":["a"],"temperature":0.5,"top_logprobs":2,"logprobs":true,"stream":true,"stream_options":{"include_usage":true}}`,
		`{"model":"e","input":["a",[1,2]],"dimensions":3,"encoding_format":"base64"}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		agree(t, body)
		_, p := decodeChat(body)
		_, q := decodeEmbedding(body, 8)
		for _, p := range []*problem{p, q} {
			if p != nil && (p.status < 400 || !json.Valid(p.append(nil))) {
				t.Fatalf("%q: %v", body, p)
			}
		}
		if v, _, err := parse(body); err == nil {
			if s, err := compile(v); err == nil {
				if text := instance(s, words(1, digest{})); !json.Valid([]byte(text)) {
					t.Fatalf("%s: instance %s", body, text)
				}
			}
		}
	})
}

func TestQuoteIsJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		var back string
		if err := json.Unmarshal(quote(nil, text), &back); err != nil || back != strings.ToValidUTF8(text, "\uFFFD") {
			t.Fatalf("%q became %q: %v", text, back, err)
		}
		if joined := strings.Join(tokenize(text), ""); joined != text {
			t.Fatalf("the tokens of %q are those of %q", text, joined)
		}
	})
}

func TestQuestion(t *testing.T) {
	name := func(body string) string {
		t.Helper()
		q, err := Question([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	one := name(`{"model":"m","messages":[{"role":"user","content":"a b"}]}`)
	for body, same := range map[string]bool{
		`{"messages": [ {"role":"user", "content":"a b"} ], "model":"m"}`:                                                  true,
		`{"model":"m","messages":[{"role":"user","content":"a b"}],"stream":true,"stream_options":{"include_usage":true}}`: true,
		`{"model":"m","messages":[{"role":"user","content":"ab"}]}`:                                                        false,
		`{"model":"m","messages":[{"role":"user","content":"a b"}],"temperature":0}`:                                       false,
		`{"model":"n","messages":[{"role":"user","content":"a b"}]}`:                                                       false,
	} {
		if (name(body) == one) != same {
			t.Errorf("%s: same question is %v, want %v", body, !same, same)
		}
	}
	if _, err := Question([]byte(`[]`)); err == nil {
		t.Error("an array is a question")
	}
}
