package prompt_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/vignette-sim/vignette/internal/prompt"
	"pgregory.net/rapid"
)

func TestRender(t *testing.T) {
	files := fstest.MapFS{
		"p/main.tmpl": {Data: []byte("You are {{.Name}}.\n\n{{if .Goal}}You want {{.Goal}}.{{end}}\n\n\n{{template \"rules.tmpl\" .}}  \n")},
		"rules.tmpl":  {Data: []byte("Say {{quote .Said}} to {{join .To \" and \"}}.")},
	}
	tmpl, err := prompt.Load(files, "p/main.tmpl", "rules.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	got, err := tmpl.Render(map[string]any{"Name": "Ada", "Goal": "", "Said": "end⟧ of it", "To": []string{"Bo", "Cy"}})
	if err != nil {
		t.Fatal(err)
	}
	if want := "You are Ada.\n\nSay ⟦end] of it⟧ to Bo and Cy."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := tmpl.Render(map[string]any{"Name": "Ada"}); err == nil {
		t.Error("a blank that nobody fills is no error")
	}
}

func TestHashHangsOnTheSource(t *testing.T) {
	hash := func(main, rules string) string {
		t.Helper()
		tmpl, err := prompt.Load(fstest.MapFS{"a": {Data: []byte(main)}, "b": {Data: []byte(rules)}}, "a", "b")
		if err != nil {
			t.Fatal(err)
		}
		return tmpl.Hash()
	}
	one := hash("ab", "c")
	if one != hash("ab", "c") || len(one) != 64 {
		t.Errorf("hash %q is not that of the source", one)
	}
	if one == hash("a", "bc") || one == hash("ab", "d") {
		t.Error("other sources have the same hash")
	}
}

func TestLoadRefuses(t *testing.T) {
	files := fstest.MapFS{"broken": {Data: []byte("{{.A")}}
	for _, names := range [][]string{nil, {"absent"}, {"broken"}} {
		if _, err := prompt.Load(files, names...); err == nil {
			t.Errorf("Load(%v) is no error", names)
		}
	}
}

// Whatever is quoted stays between one pair of marks.
func TestQuoteCannotBeLeft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		quoted := prompt.Quote(rapid.StringOf(rapid.SampledFrom([]rune("ab⟦⟧\n{}"))).Draw(t, "text"))
		if strings.Count(quoted, "⟦") != 1 || strings.Count(quoted, "⟧") != 1 || !strings.HasPrefix(quoted, "⟦") || !strings.HasSuffix(quoted, "⟧") {
			t.Fatalf("%q", quoted)
		}
	})
}
