package taxonomy_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/evaluators/emotion/taxonomy"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Every feeling has a place in every vocabulary, and every label of each has a feeling.
func TestTableIsWhole(t *testing.T) {
	clinical, ekman, fine := map[vignettev1.Emotion]bool{}, map[string]bool{taxonomy.Neutral: true}, map[string]bool{taxonomy.Neutral: true}
	seen := map[taxonomy.Feeling]bool{}
	for _, p := range taxonomy.All() {
		if seen[p.Feeling] {
			t.Errorf("%s stands twice", p.Feeling)
		}
		seen[p.Feeling] = true
		clinical[p.Clinical], ekman[p.Ekman], fine[p.GoEmotion] = true, true, true
		if !slices.Contains(taxonomy.Ekman(), p.Ekman) || !slices.Contains(taxonomy.GoEmotions(), p.GoEmotion) || p.Valence < -1 || p.Valence > 1 {
			t.Errorf("%+v", p)
		}
		if group, ok := taxonomy.EkmanOf(p.GoEmotion); !ok || group != p.Ekman && p.Feeling != "jealousy" {
			t.Errorf("%s goes under %s, its GoEmotions label under %s", p.Feeling, p.Ekman, group)
		}
		if denied, ok := taxonomy.Of(p.Denied); p.Denied != "" && (!ok || denied.Valence*p.Valence > 0) {
			t.Errorf("%s denied is %q", p.Feeling, p.Denied)
		}
	}
	for number, name := range vignettev1.Emotion_name {
		if !clinical[vignettev1.Emotion(number)] {
			t.Errorf("%s has no feeling", name)
		}
	}
	if len(ekman) != 7 || len(fine) != 28 || len(taxonomy.GoEmotions()) != 28 || len(taxonomy.Ekman()) != 7 {
		t.Errorf("%d labels of Ekman, %d of GoEmotions", len(ekman), len(fine))
	}
	if _, ok := taxonomy.EkmanOf("mirth"); ok {
		t.Error("mirth goes under something")
	}
}

// The table that people read is the one that programs use.
func TestTableIsDocumented(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "evaluators.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range taxonomy.All() {
		clinical, denied := "-", "-"
		if p.Clinical != vignettev1.Emotion_EMOTION_UNSPECIFIED {
			clinical = enumname.Of(p.Clinical)
		}
		if p.Denied != "" {
			denied = string(p.Denied)
		}
		if row := fmt.Sprintf("| %s | %s | %s | %s | %g | %s |", p.Feeling, clinical, p.Ekman, p.GoEmotion, p.Valence, denied); !strings.Contains(string(doc), row) {
			t.Errorf("docs/evaluators.md has no row %s", row)
		}
	}
}
