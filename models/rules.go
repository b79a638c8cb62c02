package models

import (
	"strings"
	"unicode/utf8"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// check refuses a request that breaks the rules of its contract, in protovalidate's words.
func check(request proto.Message) error {
	if err := protovalidate.Validate(request); err != nil {
		return refuse(reasonRequest, "request to the model gateway: %v", err)
	}
	return nil
}

// checkComplete is check for the request that comes with every call. Nearly all keep the rules, which is seen here for a
// fraction of the price; what looks as if it does not is left to protovalidate.
func checkComplete(request *vignettev1.CompleteRequest) error {
	if keepsRules(request) {
		return nil
	}
	return check(request)
}

// keepsRules says whether protovalidate would accept a request: the rules of model.proto and account.proto once more. A test
// holds them to each other.
func keepsRules(r *vignettev1.CompleteRequest) bool {
	n := len(r.GetMessages())
	if !within(r.GetModel(), 1, 256) || n < 1 || n > 2000 || !within(r.GetPurpose(), 0, 128) || !within(r.GetPromptHash(), 0, 64) {
		return false
	}
	for _, m := range r.GetMessages() {
		if m.GetRole() == 0 || vignettev1.ChatRole_name[int32(m.GetRole())] == "" || m.GetContent() == "" {
			return false
		}
	}
	return parametersKeepRules(r.GetParameters()) && formKeepsRules(r.GetForm()) && accountKeepsRules(r.GetAccount())
}

// Comparisons are such that what is no number keeps no rule.

func parametersKeepRules(p *vignettev1.ModelParameters) bool {
	return p == nil ||
		(p.Temperature == nil || *p.Temperature >= 0 && *p.Temperature <= 2) &&
			(p.TopP == nil || *p.TopP >= 0 && *p.TopP <= 1) &&
			(p.MaxTokens == nil || *p.MaxTokens >= 1) &&
			(p.TopLogprobs == nil || *p.TopLogprobs >= 0 && *p.TopLogprobs <= 20) &&
			len(p.Stop) <= 4
}

const formNameCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

func formKeepsRules(f *vignettev1.AnswerForm) bool {
	return f == nil ||
		within(f.Name, 1, 64) && strings.Trim(f.Name, formNameCharacters) == "" &&
			utf8.RuneCountInString(f.Schema) >= 2 && len(f.Schema) <= 65536
}

func accountKeepsRules(a *vignettev1.ModelAccount) bool {
	return a == nil ||
		within(a.Run, 0, 64) && within(a.Episode, 0, 64) && within(a.Task, 0, 64) && within(a.Who, 0, 128) && within(a.Kind, 0, 64) &&
			vignettev1.RecordedAnswers_name[int32(a.Recorded)] != "" &&
			(a.MaxCost == nil || *a.MaxCost >= 0) &&
			(a.MaxTokens == nil || *a.MaxTokens >= 0)
}

// within says whether a text has from least to most characters.
func within(text string, least, most int) bool {
	return len(text) >= least && (len(text) <= most || utf8.RuneCountInString(text) <= most)
}
