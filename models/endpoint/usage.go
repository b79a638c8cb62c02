package endpoint

import (
	"unicode/utf8"

	openai "github.com/sashabaranov/go-openai"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// charactersPerToken is what a token is taken to be where the endpoint has not counted: about right for English, too many
// characters for most other writing. Chosen.
const charactersPerToken = 4

// tokens estimates how many tokens so many characters are, rounded up.
func tokens(characters int) int64 {
	return int64(characters+charactersPerToken-1) / charactersPerToken
}

// counted is what an endpoint counted; nil when it did not.
func counted(u *openai.Usage) *vignettev1.ModelUsage {
	if u == nil || u.PromptTokens <= 0 && u.CompletionTokens <= 0 {
		return nil
	}
	usage := &vignettev1.ModelUsage{PromptTokens: int64(u.PromptTokens), CompletionTokens: int64(u.CompletionTokens)}
	if u.PromptTokensDetails != nil {
		usage.CachedTokens = int64(u.PromptTokensDetails.CachedTokens)
	}
	if u.CompletionTokensDetails != nil {
		usage.ReasoningTokens = int64(u.CompletionTokensDetails.ReasoningTokens)
	}
	return usage
}

// estimated is what an endpoint would have counted, about.
func estimated(promptCharacters, answerCharacters int) *vignettev1.ModelUsage {
	return &vignettev1.ModelUsage{
		PromptTokens:     tokens(promptCharacters),
		CompletionTokens: tokens(answerCharacters),
		Estimated:        true,
	}
}

func addUsage(sum, more *vignettev1.ModelUsage) {
	sum.PromptTokens += more.GetPromptTokens()
	sum.CachedTokens += more.GetCachedTokens()
	sum.CompletionTokens += more.GetCompletionTokens()
	sum.ReasoningTokens += more.GetReasoningTokens()
	sum.Estimated = sum.GetEstimated() || more.GetEstimated()
}

func characters(texts []string) int {
	n := 0
	for _, text := range texts {
		n += utf8.RuneCountInString(text)
	}
	return n
}
