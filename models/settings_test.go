package models

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/internal/protoyaml"
)

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestLoad(t *testing.T) {
	for _, test := range []struct {
		name, file string
		env        func(string) string
		endpoints  []string
		byDefault  string
		keys       []string // endpoints that have one
		wrong      string
	}{
		{"nothing", "", env(), nil, "", nil, ""},
		{"a key", "", env("OPENAI_API_KEY", "k"), []string{"openai"}, "openai", []string{"openai"}, ""},
		{"an address without a key", "", env("OPENAI_BASE_URL", "http://127.0.0.1:8080/v1"), []string{"openai"}, "openai", nil, ""},
		{"one endpoint", "endpoints:\n  local:\n    base_url: http://127.0.0.1:8080/v1\n", env(), []string{"local"}, "local", nil, ""},
		{"a file beside the environment", "endpoints:\n  local:\n    base_url: http://127.0.0.1:8080/v1\n    key_variable: LOCAL\n", env("OPENAI_API_KEY", "k", "LOCAL", "l"),
			[]string{"local", "openai"}, "openai", []string{"local", "openai"}, ""},
		{"a default", "default_endpoint: b\nendpoints:\n  a: {base_url: 'http://a/v1'}\n  b: {base_url: 'http://b/v1'}\n", env(), []string{"a", "b"}, "b", nil, ""},
		{"no default", "endpoints:\n  a: {base_url: 'http://a/v1'}\n  b: {base_url: 'http://b/v1'}\n", env(), []string{"a", "b"}, "", nil, ""},
		{"a default that is not there", "default_endpoint: lokal\nendpoints:\n  local: {base_url: 'http://a/v1'}\n", env(), nil, "", nil, `vignette.yaml:1:19: default_endpoint: there is no endpoint "lokal" (did you mean "local"? allowed: local)`},
		{"an unknown field", "endpoints:\n  local:\n    base_ulr: http://a/v1\n", env(), nil, "", nil, "base_url"},
		{"a password", "endpoints:\n  local:\n    base_url: http://me:secret@a/v1\n", env(), nil, "", nil, "must not hold a name or password"},
		{"a negative limit", "endpoints:\n  local:\n    base_url: http://a/v1\n    limits: {concurrency: -1}\n", env(), nil, "", nil, "limits.concurrency"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if test.file != "" {
				if err := os.WriteFile(FileName, []byte(test.file), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			s, err := Load("", test.env)
			if test.wrong != "" {
				var problems protoyaml.Problems
				if !errors.As(err, &problems) || !strings.Contains(err.Error(), test.wrong) || strings.Contains(err.Error(), "secret") {
					t.Fatalf("err = %v, want problems with %q", err, test.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var keys []string
			for _, name := range s.Names() {
				if s.keys[name].reveal() != "" {
					keys = append(keys, name)
				}
			}
			if diff := cmp.Diff([]any{test.endpoints, test.byDefault, test.keys}, []any{s.Names(), s.Default, keys}); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestLoadNamedFile(t *testing.T) {
	if _, err := Load(filepath.Join(t.TempDir(), "absent.yaml"), env()); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a file that is named and not there: %v", err)
	}
}

func TestKeysDoNotPrint(t *testing.T) {
	s, err := Load("", env("OPENAI_API_KEY", "canary-key"))
	if err != nil {
		t.Fatal(err)
	}
	if s.keys["openai"].reveal() != "canary-key" {
		t.Error("the key is lost")
	}
	if text := fmt.Sprintf("%v %+v %#v %v", s, s, s, s.keys["openai"]); strings.Contains(text, "canary") {
		t.Errorf("a key prints: %s", text)
	}
}
