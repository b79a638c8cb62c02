package llm

import (
	"fmt"
	"slices"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// keptMessages is how many of the last messages of a conversation are never left out. Chosen: what is being answered, and
// what led to it.
const keptMessages = 6

// heard is a turn as the template sees it.
type heard struct {
	Own           bool
	Label, Action string
	Text          string
	// To are those who alone perceive it; For is whom it is meant for among all who do.
	To  []string
	For string
}

// historyOf makes chat messages of the turns perceived: own ones are the model's, all others those of its user. It begins with
// the user's side and the sides alternate, since some models take nothing else.
func historyOf(obs *vignettev1.Observation) ([]*vignettev1.ChatMessage, error) {
	begin, err := beginPrompt.Render(nil)
	if err != nil {
		return nil, err
	}
	messages := []*vignettev1.ChatMessage{{Role: vignettev1.ChatRole_CHAT_ROLE_USER, Content: begin}}
	labels := labelsOf(obs)
	for _, turn := range obs.GetTurns() {
		h := hear(turn, obs.GetSelf().GetId(), labels)
		text, err := heardPrompt.Render(h)
		if err != nil {
			return nil, err
		}
		role := vignettev1.ChatRole_CHAT_ROLE_USER
		if h.Own {
			role = vignettev1.ChatRole_CHAT_ROLE_ASSISTANT
		}
		messages = appendMessage(messages, role, text)
	}
	for i := 0; i < len(messages)-keptMessages; i++ {
		messages[i].Droppable = true
	}
	return messages, nil
}

func labelsOf(obs *vignettev1.Observation) map[string]string {
	labels := map[string]string{obs.GetSelf().GetId(): unfenced(nameOf(obs.GetSelf()))}
	for _, other := range obs.GetOthers() {
		labels[other.GetId()] = labelOf(obs, other)
	}
	return labels
}

func hear(turn *vignettev1.PerceivedTurn, self string, labels map[string]string) heard {
	name := func(role string) string {
		if label, ok := labels[role]; ok {
			return label
		}
		return unfenced(role)
	}
	h := heard{Own: turn.GetRole() == self, Label: name(turn.GetRole()), Action: enumname.Of(turn.GetAction().GetKind()), Text: turn.GetAction().GetText()}
	// Between two people there is nothing to whisper.
	if len(labels) > 2 {
		for _, role := range turn.GetAction().GetTo() {
			if role == self {
				h.To = append(h.To, "you")
			} else {
				h.To = append(h.To, name(role))
			}
		}
	}
	if meant := agents.Addressee(turn.GetAction()); len(labels) > 2 && len(h.To) == 0 && meant != "" {
		h.For = name(meant)
		if meant == self {
			h.For = "you"
		}
	}
	return h
}

// appendMessage adds a message, to the last one if that is of the same side.
func appendMessage(messages []*vignettev1.ChatMessage, role vignettev1.ChatRole, text string) []*vignettev1.ChatMessage {
	if text == "" {
		return messages
	}
	if last := messages[len(messages)-1]; last.GetRole() == role {
		last.Content += "\n" + text
		return messages
	}
	return append(messages, &vignettev1.ChatMessage{Role: role, Content: text})
}

// messages are all messages of a question: what comes before, as a rule the system message and the history, and what is asked
// now. Texts of a task stand in paragraphs after what was heard last.
func (s *scene) messages(q question) []*vignettev1.ChatMessage {
	before := q.before
	if before == nil {
		before = append([]*vignettev1.ChatMessage{{Role: vignettev1.ChatRole_CHAT_ROLE_SYSTEM, Content: s.system}}, s.history...)
	}
	var all []*vignettev1.ChatMessage
	for _, m := range before {
		all = append(all, &vignettev1.ChatMessage{Role: m.GetRole(), Content: m.GetContent(), Droppable: m.GetDroppable()})
	}
	for _, text := range q.task {
		last := all[len(all)-1]
		switch {
		case text == "":
		case last.GetRole() == vignettev1.ChatRole_CHAT_ROLE_USER:
			last.Content += fmt.Sprintf("\n\n%s", text)
			last.Droppable = false
		default:
			all = append(all, &vignettev1.ChatMessage{Role: vignettev1.ChatRole_CHAT_ROLE_USER, Content: text})
		}
	}
	return all
}

// present are the roles that have not left.
func present(obs *vignettev1.Observation) []*vignettev1.Participant {
	return slices.DeleteFunc(slices.Clone(obs.GetOthers()), (*vignettev1.Participant).GetLeft)
}
