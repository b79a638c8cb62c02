package transcript

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// message is one turn as chats are often kept: who, and what. text and content are two names for the same.
type message struct {
	Conversation string  `json:"conversation"`
	Objective    string  `json:"objective"`
	Role         *string `json:"role"`
	Name         string  `json:"name"`
	Text         *string `json:"text"`
	Content      *string `json:"content"`
}

// isMessage says whether a line of JSON is a message and no episode.
func isMessage(row []byte) bool {
	var m message
	return json.Unmarshal(row, &m) == nil && m.Role != nil && (m.Text != nil || m.Content != nil)
}

// kinds are what the name of a role says of it.
var kinds = func() map[string]string {
	client, counselor := enumname.Of(vignettev1.AgentKind_AGENT_KIND_CLIENT), enumname.Of(vignettev1.AgentKind_AGENT_KIND_COUNSELOR)
	return map[string]string{
		"client": client, "patient": client, "seeker": client, "help-seeker": client,
		"counselor": counselor, "counsellor": counselor, "therapist": counselor, "helper": counselor, "supporter": counselor,
		"clinician": counselor, "psychologist": counselor, "doctor": counselor, "nurse": counselor, "coach": counselor,
	}
}()

// kindNames are the kinds that a speaker can have.
var kindNames = []string{
	enumname.Of(vignettev1.AgentKind_AGENT_KIND_CLIENT), enumname.Of(vignettev1.AgentKind_AGENT_KIND_COUNSELOR), enumname.Of(vignettev1.AgentKind_AGENT_KIND_PERSONA),
}

// IsKind says whether a name is that of a kind of speaker, whatever its case.
func IsKind(name string) bool { return slices.Contains(kindNames, strings.ToLower(name)) }

// Cast says what speakers are that the file does not tell, by their id or name: "client", "counselor" or "persona". Whom no conversation has, and
// kinds that there are not, are errors.
func Cast(conversations []*Conversation, as map[string]string) error {
	for _, who := range slices.Sorted(maps.Keys(as)) {
		if !IsKind(as[who]) {
			return protoyaml.Wrong(fmt.Sprintf("%q is no kind of speaker", as[who]), "write "+strings.Join(kindNames, ", "))
		}
		found, there := false, []string{}
		for _, c := range conversations {
			there = append(there, c.speakers()...)
			for i, s := range c.Speakers {
				if strings.EqualFold(s.ID, who) || strings.EqualFold(s.Name, who) {
					c.Speakers[i].Kind, found = strings.ToLower(as[who]), true
				}
			}
		}
		if !found {
			slices.Sort(there)
			return protoyaml.Wrong(fmt.Sprintf("nobody in the file goes by %q", who), "name one of those who speak: "+some(slices.Compact(there)))
		}
	}
	return nil
}

// message takes in one turn. Messages that name no conversation belong to one without a name.
func (f *file) message(row []byte, line int) error {
	var m message
	if err := json.Unmarshal(row, &m); err != nil {
		return f.wrong(line, "this is not the JSON of a message: "+err.Error(), `write {"role": ..., "text": ...}`)
	}
	role, text := "", ""
	if m.Role != nil {
		role = strings.TrimSpace(*m.Role)
	}
	switch {
	case m.Text != nil:
		text = strings.TrimSpace(*m.Text)
	case m.Content != nil:
		text = strings.TrimSpace(*m.Content)
	}
	switch {
	case role == "":
		return f.wrong(line, "this message does not say who speaks", "add role:, such as client or counselor")
	case m.Text == nil && m.Content == nil:
		return f.wrong(line, "this message has no text", `write {"role": ..., "text": ...}`)
	case strings.EqualFold(role, "system"):
		return f.wrong(line, "this is an instruction to a model, and nobody in the conversation has said it", "take the line out")
	}
	c, err := f.conversation(line, m.Conversation)
	if err != nil || text == "" {
		return err
	}
	if err := f.aim(c, line, strings.TrimSpace(m.Objective)); err != nil {
		return err
	}
	f.introduce(c, role, m.Name)
	return f.join(c, line, Turn{Speaker: role, Line: &vignettev1.ScriptLine{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text}})
}

// aim takes in the objective of a conversation, which any of its messages may tell.
func (f *file) aim(c *Conversation, line int, objective string) error {
	switch {
	case objective == "" || objective == c.Objective:
	case c.Objective != "":
		return f.wrong(line, fmt.Sprintf("the objective is %q here and %q above", objective, c.Objective), "a conversation is scored for one objective: give one, or name another conversation:")
	default:
		c.Objective = objective
	}
	return nil
}

// introduce adds a speaker who has not spoken yet.
func (f *file) introduce(c *Conversation, role, name string) {
	for _, s := range c.Speakers {
		if s.ID == role {
			return
		}
	}
	if name == "" {
		name = role
	}
	c.Speakers = append(c.Speakers, Speaker{ID: role, Name: name, Kind: kinds[strings.ToLower(role)]})
}

// conversation finds one by its id, or opens it.
func (f *file) conversation(line int, id string) (*Conversation, error) {
	if f.byID == nil {
		f.byID = map[string]*Conversation{}
	}
	if c := f.byID[id]; c != nil {
		return c, nil
	}
	c, err := f.open(line, id)
	if err == nil {
		f.byID[id] = c
	}
	return c, err
}

// readMessages reads a JSON list of messages.
func (f *file) readMessages(data []byte) error {
	var rows []json.RawMessage
	if err := json.Unmarshal(data, &rows); err != nil {
		return f.wrong(1, "this is not a JSON list of messages: "+err.Error(), `write [{"role": ..., "text": ...}, ...]`)
	}
	for i, row := range rows {
		if err := f.message(row, 1); err != nil {
			return f.wrong(1, fmt.Sprintf("message %d: %s", i+1, problemOf(err).Message), problemOf(err).Hint)
		}
	}
	return nil
}

// problemOf is the first problem of an error of this package.
func problemOf(err error) protoyaml.Problem {
	var problems protoyaml.Problems
	if errors.As(err, &problems) && len(problems) > 0 {
		return problems[0]
	}
	return protoyaml.Problem{Message: err.Error()}
}
