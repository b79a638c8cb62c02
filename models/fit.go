package models

import (
	"fmt"
	"slices"
	"unicode/utf8"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// How tokens are estimated where nobody has counted them: four characters of ASCII a token, as English has on average; one
// token per character otherwise, which is about right for Chinese and careful for the rest; and a few for each message's
// frame.
const (
	asciiPerToken    = 4
	tokensPerMessage = 4
)

// estimate is about how many tokens a text has.
func estimate(text string) int {
	ascii := 0
	for i := range len(text) {
		if text[i] < utf8.RuneSelf {
			ascii++
		}
	}
	return (ascii+asciiPerToken-1)/asciiPerToken + utf8.RuneCountInString(text) - ascii
}

func estimateAll(messages []*vignettev1.ChatMessage) int {
	total := 0
	for _, message := range messages {
		total += estimate(message.GetContent()) + tokensPerMessage
	}
	return total
}

const (
	// answerRoom is what is kept free for an answer whose length nobody bounds. Chosen.
	answerRoom = 1024
	// margin is the part of a context that is not used, since tokens are estimated. Chosen.
	margin = 0.05
)

// fit leaves out the oldest messages that may be left out until the rest fits a model's context, and says in their place
// how many are missing. A context of 0 is not known: everything fits. It returns how many were left out, and false when what
// must stay does not fit.
func fit(messages []*vignettev1.ChatMessage, contextTokens, answerTokens int) ([]*vignettev1.ChatMessage, int, bool) {
	if contextTokens == 0 {
		return messages, 0, true
	}
	if answerTokens == 0 {
		answerTokens = min(answerRoom, contextTokens/2)
	}
	return fitInto(messages, int(float64(contextTokens)*(1-margin))-answerTokens)
}

// fitInto is fit for a number of prompt tokens.
func fitInto(messages []*vignettev1.ChatMessage, room int) ([]*vignettev1.ChatMessage, int, bool) {
	total := estimateAll(messages)
	dropped := 0
	kept := slices.Clone(messages)
	for total > room {
		i := slices.IndexFunc(kept, (*vignettev1.ChatMessage).GetDroppable)
		if i < 0 {
			break
		}
		if dropped == 0 {
			total += tokensPerMessage + estimate(leftOut(len(messages)))
		}
		total -= estimate(kept[i].GetContent()) + tokensPerMessage
		kept = slices.Delete(kept, i, i+1)
		dropped++
	}
	if dropped > 0 {
		at := slices.IndexFunc(messages, (*vignettev1.ChatMessage).GetDroppable)
		kept = slices.Insert(kept, at, &vignettev1.ChatMessage{Role: vignettev1.ChatRole_CHAT_ROLE_USER, Content: leftOut(dropped)})
	}
	return kept, dropped, total <= room
}

func leftOut(n int) string {
	if n == 1 {
		return "(1 earlier message is left out here.)"
	}
	return fmt.Sprintf("(%d earlier messages are left out here.)", n)
}
