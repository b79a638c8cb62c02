package endpoint

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	openai "github.com/sashabaranov/go-openai"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// FuzzMessages holds what is sent to what go-openai would have written.
func FuzzMessages(f *testing.F) {
	for _, text := range []string{
		"Be brief.", "Two\nlines,\ttab\r", `"quoted" \ and </b> & more`, "naïve 世界 🙂", "a\u2028b\u2029c", "\x00\x1f\x7f\b\f", "cut \xe4\xb8", "\ufffd", `"messages":null`,
	} {
		f.Add("m", text, "Hi")
		f.Add(text, "Hi", text+text)
	}
	f.Fuzz(func(t *testing.T, model, first, second string) {
		if first == "" || second == "" {
			t.Skip("the plan refuses a message that says nothing")
		}
		want, err := json.Marshal(openai.ChatCompletionRequest{Model: model, Messages: []openai.ChatCompletionMessage{
			{Role: openai.ChatMessageRoleSystem, Content: first}, {Role: openai.ChatMessageRoleAssistant, Content: second},
		}})
		if err != nil {
			t.Fatal(err)
		}
		without, err := json.Marshal(openai.ChatCompletionRequest{Model: model})
		if err != nil {
			t.Fatal(err)
		}
		got, err := withMessages(nil, without, []*vignettev1.ChatMessage{
			{Role: vignettev1.ChatRole_CHAT_ROLE_SYSTEM, Content: first}, {Role: vignettev1.ChatRole_CHAT_ROLE_ASSISTANT, Content: second},
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Error(diff)
		}
	})
}
