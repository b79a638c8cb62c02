package models

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func said(content string, droppable bool) *vignettev1.ChatMessage {
	return &vignettev1.ChatMessage{Role: vignettev1.ChatRole_CHAT_ROLE_USER, Content: content, Droppable: droppable}
}

func contents(messages []*vignettev1.ChatMessage) []string {
	var out []string
	for _, message := range messages {
		out = append(out, message.GetContent())
	}
	return out
}

func TestFit(t *testing.T) {
	long := strings.Repeat("abcd", 100) // 100 tokens, 104 with the frame
	conversation := []*vignettev1.ChatMessage{said("persona", false), said("1"+long, true), said("2"+long, true), said("3"+long, true), said("now", false)}
	for _, test := range []struct {
		name            string
		context, answer int
		want            []string
		dropped         int
		fits            bool
	}{
		{"not known", 0, 0, contents(conversation), 0, true},
		{"all fits", 2000, 100, contents(conversation), 0, true},
		{"the oldest goes", 500, 200, []string{"persona", "(1 earlier message is left out here.)", "2" + long, "3" + long, "now"}, 1, true},
		{"two go", 400, 200, []string{"persona", "(2 earlier messages are left out here.)", "3" + long, "now"}, 2, true},
		{"all go", 300, 200, []string{"persona", "(3 earlier messages are left out here.)", "now"}, 3, true},
		{"what stays does not fit", 220, 200, []string{"persona", "(3 earlier messages are left out here.)", "now"}, 3, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, dropped, fits := fit(conversation, test.context, test.answer)
			if diff := cmp.Diff(test.want, contents(got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if dropped != test.dropped || fits != test.fits {
				t.Errorf("dropped %d, fits %v", dropped, fits)
			}
		})
	}
}

// What must stay stays, in order; what goes is the oldest; what is said to fit does.
func TestFitKeepsWhatMustStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var messages []*vignettev1.ChatMessage
		for i := range rapid.IntRange(1, 12).Draw(t, "messages") {
			text := fmt.Sprintf("m%d %s", i, strings.Repeat("x", rapid.IntRange(0, 400).Draw(t, "length")))
			messages = append(messages, said(text, rapid.Bool().Draw(t, "droppable")))
		}
		context := rapid.IntRange(1, 1500).Draw(t, "context")
		before := contents(messages)
		got, dropped, fits := fit(messages, context, 50)
		if !slices.Equal(before, contents(messages)) {
			t.Fatal("the messages given were changed")
		}
		var want []string
		for _, message := range messages {
			if message.GetDroppable() && len(messages)-len(want) > 0 && dropped > 0 && countDroppableBefore(messages, message) < dropped {
				continue
			}
			want = append(want, message.GetContent())
		}
		kept := slices.DeleteFunc(contents(got), func(text string) bool { return strings.HasPrefix(text, "(") })
		if !slices.Equal(want, kept) {
			t.Fatalf("kept %q, want %q", kept, want)
		}
		if fits && estimateAll(got) > context-50 {
			t.Fatalf("said to fit %d: about %d tokens", context, estimateAll(got))
		}
	})
}

func countDroppableBefore(messages []*vignettev1.ChatMessage, until *vignettev1.ChatMessage) int {
	n := 0
	for _, message := range messages {
		if message == until {
			return n
		}
		if message.GetDroppable() {
			n++
		}
	}
	return n
}
