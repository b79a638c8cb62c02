package agreement

import (
	"encoding/json"
	"fmt"
	"strings"
)

// esconvStrategies are the strategies of ESConv (Liu et al. 2021) as its file writes them. "Others" is to have none of the seven.
var esconvStrategies = map[string][]string{
	"question": {"question"}, "restatement or paraphrasing": {"restatement"}, "reflection of feelings": {"reflection_of_feelings"},
	"self-disclosure": {"self_disclosure"}, "affirmation and reassurance": {"affirmation_and_reassurance"},
	"providing suggestions": {"providing_suggestions"}, "information": {"information"}, "others": {},
}

// esconvSpeakers are who speaks, in either way in which versions of the file write it.
var esconvSpeakers = map[string]string{"seeker": "seeker", "usr": "seeker", "supporter": "helper", "sys": "helper"}

// esconvTalk is a conversation of ESConv.
type esconvTalk struct {
	Dialog []struct {
		Speaker    string `json:"speaker"`
		Content    string `json:"content"`
		Annotation struct {
			Strategy string `json:"strategy"`
		} `json:"annotation"`
	} `json:"dialog"`
}

// esconvRecords reads the JSON of ESConv: a list of conversations, whose supporters' utterances have a strategy each. A group is
// a conversation. Utterances without a strategy are context.
func esconvRecords(data []byte, name string) ([]record, error) {
	var talks []esconvTalk
	if err := json.Unmarshal(data, &talks); err != nil {
		return nil, Problems{{File: name, Message: "this is no list of conversations: " + err.Error(), Hint: "give ESConv.json: [{\"dialog\": [{\"speaker\": ..., \"content\": ..., \"annotation\": {\"strategy\": ...}}]}]"}}
	}
	var records []record
	var problems Problems
	for i, talk := range talks {
		var turns []said
		for j, line := range talk.Dialog {
			field := fmt.Sprintf("[%d].dialog[%d]", i, j)
			role, ok := esconvSpeakers[strings.ToLower(strings.TrimSpace(line.Speaker))]
			if !ok {
				problems = append(problems, Problem{File: name, Field: field + ".speaker", Message: fmt.Sprintf("%q is nobody", line.Speaker), Hint: "it is seeker or supporter"})
			}
			strategy := strings.ToLower(strings.TrimSpace(line.Annotation.Strategy))
			labels, known := esconvStrategies[strategy]
			if strategy != "" && !known {
				problems = append(problems, Problem{File: name, Field: field + ".annotation.strategy", Message: fmt.Sprintf("%q is no strategy of ESConv", line.Annotation.Strategy), Hint: "it is one of its eight"})
			}
			if len(problems) >= maxProblems {
				return nil, problems
			}
			text := strings.TrimSpace(line.Content)
			if text == "" {
				continue
			}
			if known && role == "helper" {
				talkID := fmt.Sprint("talk-", i+1)
				records = append(records, record{
					ID: fmt.Sprint(talkID, "-", j+1), Group: talkID, Context: before(turns), Role: role, Text: text, Labels: map[string]any{"support.strategies": labels},
				})
			}
			turns = append(turns, said{Role: role, Text: text})
		}
	}
	return records, problems.Err()
}
