package endpoint

import (
	"encoding/json"
	"testing"
)

// The short way reads every value as the decoder does.
func FuzzDecodeString(f *testing.F) {
	for _, seed := range []string{`""`, `"a"`, `"ä\n"`, `"\ud800"`, "\"\xff\"", `null`, `1`, `"\\"`, `"`, `[]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) {
			return
		}
		var got, want string
		gotErr, wantErr := decodeString(raw, &got), json.Unmarshal(raw, &want)
		if got != want || (gotErr == nil) != (wantErr == nil) {
			t.Errorf("%q: %q, %v; want %q, %v", raw, got, gotErr, want, wantErr)
		}
	})
}
