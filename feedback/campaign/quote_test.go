package campaign_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/feedback/campaign"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

var shownItem = &vignettev1.ShownItem{Sides: []*vignettev1.ShownConversation{{
	Turns: []*vignettev1.ShownTurn{{Index: 0, Text: "I can’t go on – not like this."}, {Index: 1, Text: "İstanbul, you said: “I can’t”?"}},
	Futures: []*vignettev1.ShownFuture{
		{Lines: []string{"day 1: she rings", "day 3: nothing"}}, {Lines: []string{"day 2: he comes"}},
	},
}}}

// Words are found however they were typed, and come back as they stand there.
func TestQuote(t *testing.T) {
	came := func(line int32, words string) *vignettev1.Evidence {
		return &vignettev1.Evidence{Came: proto.Int32(line), Quote: words}
	}
	for _, test := range []struct {
		name, typed string
		wanted      func(campaign.Place) bool
		want        *vignettev1.Evidence
	}{
		{"another apostrophe, another case", "i can't GO on", nil, &vignettev1.Evidence{Quote: "I can’t go on"}},
		{"another dash, quotation marks around it", `"on - not"`, nil, &vignettev1.Evidence{Quote: "on – not"}},
		{"behind a letter that is longer in lower case", "You said", nil, &vignettev1.Evidence{TurnIndex: 1, Quote: "you said"}},
		{"of one turn only", "I can't", func(p campaign.Place) bool { return p.Number == 1 && !p.Came }, &vignettev1.Evidence{TurnIndex: 1, Quote: "I can’t"}},
		{"of what came of it, over all futures", "he comes", nil, came(2, "he comes")},
		{"half a word at either end", "an't go o", nil, &vignettev1.Evidence{Quote: "can’t go on"}},
		{"nowhere", "goodbye", nil, nil},
		{"no word at all", "–", nil, nil},
		{"nothing", "  ", nil, nil},
	} {
		got, found := campaign.Quote(shownItem, test.typed, test.wanted)
		if found != (test.want != nil) {
			t.Errorf("%s: found is %v", test.name, found)
		}
		if diff := cmp.Diff(test.want, got, protocmp.Transform()); diff != "" {
			t.Errorf("%s:\n%s", test.name, diff)
		}
	}
}

// What is found stands there, in any text.
func TestQuoteStands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		runes := []rune(text)
		from := rapid.IntRange(0, len(runes)).Draw(t, "from")
		words := string(runes[from:rapid.IntRange(from, len(runes)).Draw(t, "to")])
		item := &vignettev1.ShownItem{Sides: []*vignettev1.ShownConversation{{Turns: []*vignettev1.ShownTurn{{Text: text}}}}}
		if e, found := campaign.Quote(item, words, nil); found && !strings.Contains(text, e.GetQuote()) {
			t.Fatalf("%q is found in %q as %q", words, text, e.GetQuote())
		}
	})
}
