package judge

import (
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// occasion is one thing to rate.
type occasion struct {
	req  *vignettev1.EvaluateRequest
	form *form
	// turn is the turn to rate; nil is the whole conversation.
	turn *vignettev1.PerceivedTurn
}

// told is a turn as the prompt has it.
type told struct {
	Index int32
	Role  string
	To    []string
	Does  string
	Text  string
}

func tell(turn *vignettev1.PerceivedTurn) told {
	action := turn.GetAction()
	return told{turn.GetIndex(), turn.GetRole(), action.GetTo(), doing(action), action.GetText()}
}

// doing says what kind of thing was done.
func doing(action *vignettev1.Action) string {
	switch action.GetKind() {
	case vignettev1.ActionKind_ACTION_KIND_NONVERBAL:
		return "shows"
	case vignettev1.ActionKind_ACTION_KIND_ACT:
		return "does"
	case vignettev1.ActionKind_ACTION_KIND_LEAVE:
		return "leaves"
	case vignettev1.ActionKind_ACTION_KIND_SILENT:
		return "is silent"
	}
	return "says"
}

// messages are the question. What comes before the rated turn is a message for each turn, so that the oldest can be left
// out when the model's context is too short for all of them.
func (o occasion) messages() ([]*vignettev1.ChatMessage, error) {
	situation, err := casePrompt.Render(o.req)
	if err != nil {
		return nil, err
	}
	messages := []*vignettev1.ChatMessage{
		{Role: vignettev1.ChatRole_CHAT_ROLE_SYSTEM, Content: o.form.system},
		{Role: vignettev1.ChatRole_CHAT_ROLE_USER, Content: situation},
	}
	question := struct {
		Role string
		Turn *told
	}{Role: o.req.GetRole()}
	for _, turn := range o.req.GetTurns() {
		each := tell(turn)
		if o.turn != nil && turn.GetIndex() == o.turn.GetIndex() {
			question.Turn = &each
			break
		}
		content, err := turnPrompt.Render(each)
		if err != nil {
			return nil, err
		}
		messages = append(messages, &vignettev1.ChatMessage{Role: vignettev1.ChatRole_CHAT_ROLE_USER, Content: content, Droppable: true})
	}
	content, err := o.form.question.Render(question)
	if err != nil {
		return nil, err
	}
	return append(messages, &vignettev1.ChatMessage{Role: vignettev1.ChatRole_CHAT_ROLE_USER, Content: content}), nil
}

// texts are what may be quoted: the turn, or all turns of the role.
func (o occasion) texts() []said {
	if o.form.heard != nil {
		return o.form.heard(o)
	}
	if o.turn != nil {
		return []said{{o.turn.GetIndex(), o.turn.GetAction().GetText()}}
	}
	var out []said
	for _, turn := range o.req.GetTurns() {
		if turn.GetRole() == o.req.GetRole() {
			out = append(out, said{turn.GetIndex(), turn.GetAction().GetText()})
		}
	}
	return out
}
