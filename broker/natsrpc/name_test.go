package natsrpc_test

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/broker/natsrpc"
)

func TestEncodeName(t *testing.T) {
	for name, want := range map[string]string{
		"builtin-client": "builtin-client",
		"A_b-9":          "A_b-9",
		"my.agent v2":    "my%2Eagent%20v2",
		"Zoë":            "Zo%C3%AB",
		"*>":             "%2A%3E",
		"100%":           "100%25",
	} {
		if got, err := natsrpc.EncodeName(name); err != nil || got != want {
			t.Errorf("EncodeName(%q) = %q, %v; want %q", name, got, err, want)
		}
	}
}

// Encoding is one to one, and its result is always a single token that NATS takes literally.
func TestNameRoundTrip(t *testing.T) {
	token := regexp.MustCompile(`^[A-Za-z0-9_%-]+$`)
	names := rapid.StringN(1, -1, natsrpc.MaxNameBytes)
	rapid.Check(t, func(t *rapid.T) {
		name := names.Draw(t, "name")
		encoded, err := natsrpc.EncodeName(name)
		if err != nil {
			t.Fatal(err)
		}
		if !token.MatchString(encoded) {
			t.Fatalf("%q is not a plain token", encoded)
		}
		if back, err := natsrpc.DecodeName(encoded); err != nil || back != name {
			t.Fatalf("%q came back as %q, %v", name, back, err)
		}
	})
}

// What decodes is what would have been written: a name has one token.
func TestDecodeNameIsStrict(t *testing.T) {
	for _, token := range []string{"", "a.b", "a b", "%", "%4", "%zz", "%41", "%2e", "%FF", "é", "*", strings.Repeat("a", natsrpc.MaxNameBytes+1)} {
		if name, err := natsrpc.DecodeName(token); err == nil {
			t.Errorf("DecodeName(%q) = %q, want an error", token, name)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		token := rapid.StringMatching(`[A-Za-z0-9%.]{1,12}`).Draw(t, "token")
		name, err := natsrpc.DecodeName(token)
		if err != nil {
			return
		}
		if again, err := natsrpc.EncodeName(name); err != nil || again != token {
			t.Fatalf("%q decodes to %q, which encodes to %q, %v", token, name, again, err)
		}
	})
}

func TestCheckNamespace(t *testing.T) {
	for _, good := range []string{"vignette", "a", "A-1_b"} {
		if err := natsrpc.CheckNamespace(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "a.b", "a b", "*", ">", "é"} {
		if natsrpc.CheckNamespace(bad) == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}
