package endpoint

import "testing"

// What an endpoint left of a key in its own message tells whose it is, and is taken out as the key itself is.
func TestTellingHidesMaskedKeys(t *testing.T) {
	tell := Telling("sk-proj-canary1234wxyz", "https://models.example/v1")
	for _, tc := range []struct{ said, want string }{
		{"Incorrect API key provided: sk-proj-canary1234wxyz.", "Incorrect API key provided: [key]."},
		{"Incorrect API key provided: sk-proj-********wxyz. You can find", "Incorrect API key provided: [key]. You can find"},
		{"Incorrect API key provided: sk-pr**********************yz", "Incorrect API key provided: [key]"},
		{"key ****wxyz is revoked", "key [key] is revoked"},
		{"key sk-p... is revoked", "key [key] is revoked"},
		{"key sk-…xyz is revoked", "key [key] is revoked"},
		{"please wait... or ask", "please wait... or ask"},
		{"**bold** words", "**bold** words"},
	} {
		if got := tell(tc.said); got != tc.want {
			t.Errorf("%q is told as %q, want %q", tc.said, got, tc.want)
		}
	}
}
