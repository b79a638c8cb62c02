package transcript

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// exported is what is read of an episode in an export; there is much more in it.
type exported struct {
	Episode *string `json:"episode"`
	Roles   []struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		Kind string `json:"kind"`
	} `json:"roles"`
	Turns []exportedTurn `json:"turns"`
}

type exportedTurn struct {
	Role      string   `json:"role"`
	Action    string   `json:"action"`
	To        []string `json:"to"`
	Addressee string   `json:"addressee"`
	Text      string   `json:"text"`
}

// readJSON reads what the first value shows the file to hold: messages, or episodes.
func (f *file) readJSON(data []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		return f.readMessages(data)
	}
	first := bytes.TrimSpace(data)
	if end := bytes.IndexByte(first, '\n'); end >= 0 {
		first = first[:end]
	}
	if !isMessage(first) {
		return f.readExport(data)
	}
	line := 0
	for row := range bytes.Lines(data) {
		line++
		if len(bytes.TrimSpace(row)) == 0 {
			continue
		}
		if err := f.message(row, line); err != nil {
			return err
		}
	}
	return nil
}

// readExport reads one episode a line. Episodes without turns keep their place, so that positions are those of the file.
func (f *file) readExport(data []byte) error {
	line := 0
	for row := range bytes.Lines(data) {
		line++
		if len(bytes.TrimSpace(row)) == 0 {
			continue
		}
		var e exported
		if err := json.Unmarshal(row, &e); err != nil {
			return f.wrong(line, "this line is not the JSON of an episode: "+err.Error(), "give a file as 'vignette export' writes it, one episode a line, or messages, one a line: {\"role\": ..., \"text\": ...}")
		}
		if e.Episode == nil || e.Roles == nil || e.Turns == nil {
			return f.wrong(line, "this line is not an episode: it lacks episode, roles or turns", "give a file as 'vignette export' writes it, one episode a line, or messages, one a line: {\"role\": ..., \"text\": ...}")
		}
		if err := f.episode(line, &e); err != nil {
			return err
		}
	}
	return nil
}

func (f *file) episode(line int, e *exported) error {
	c, err := f.open(line, *e.Episode)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, role := range e.Roles {
		c.Speakers = append(c.Speakers, Speaker{ID: role.ID, Name: role.Name, Kind: role.Kind})
		known[role.ID] = true
	}
	for i, turn := range e.Turns {
		if !known[turn.Role] {
			return f.wrong(line, fmt.Sprintf("turn %d is by %q, who is not among the roles", i, turn.Role), "export the run anew")
		}
		said, wrong := turn.line()
		if wrong != "" {
			return f.wrong(line, fmt.Sprintf("turn %d %s", i, wrong), "export the run anew")
		}
		if err := f.add(c, line, Turn{Speaker: turn.Role, Line: said}); err != nil {
			return err
		}
	}
	return nil
}

// line is what was done, or what is wrong with it.
func (t *exportedTurn) line() (*vignettev1.ScriptLine, string) {
	kind, known := actions[t.Action]
	silent := kind == vignettev1.ActionKind_ACTION_KIND_SILENT
	switch {
	case !known:
		return nil, fmt.Sprintf("has the action %q, which is none", t.Action)
	case silent && t.Text != "":
		return nil, "is silent and has words"
	case !silent && kind != vignettev1.ActionKind_ACTION_KIND_LEAVE && t.Text == "":
		return nil, "has no words"
	}
	return &vignettev1.ScriptLine{Kind: kind, Text: t.Text, To: t.To, Addressee: t.Addressee}, ""
}

// actions are the kinds of action by the names they have in an export.
var actions = func() map[string]vignettev1.ActionKind {
	out := map[string]vignettev1.ActionKind{}
	for number := range vignettev1.ActionKind_name {
		if kind := vignettev1.ActionKind(number); kind != vignettev1.ActionKind_ACTION_KIND_UNSPECIFIED {
			out[enumname.Of(kind)] = kind
		}
	}
	return out
}()
