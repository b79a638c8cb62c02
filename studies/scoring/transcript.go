package scoring

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/transcript"
)

// OfTranscript makes a request of a conversation that was recorded elsewhere. Episode names it in ids of scores; role is who is
// scored: an id, a name or a kind of speaker. Empty is the counselor where there is exactly one; else somebody has to be named.
// Nothing is known of minds: dimensions that need them say so.
func OfTranscript(c *transcript.Conversation, episode, language, role string) (*vignettev1.EvaluateRequest, error) {
	counselor := enumname.Of(vignettev1.AgentKind_AGENT_KIND_COUNSELOR)
	speaker, err := c.SpeakerOf(cmp.Or(role, counselor))
	if err != nil && role == "" {
		var ids []string
		for _, s := range c.Speakers {
			ids = append(ids, s.ID)
		}
		return nil, fmt.Errorf("whose doing is scored? Name one of those who speak with --role: %s", strings.Join(ids, ", "))
	}
	if err != nil {
		return nil, err
	}
	request := &vignettev1.EvaluateRequest{Episode: episode, Language: language, Role: speaker.ID}
	if c.Objective != "" {
		request.Objective = scenarios.ObjectiveOf(c.Objective)
	}
	for _, s := range c.Speakers {
		request.Participants = append(request.Participants, &vignettev1.Participant{Id: s.ID, Name: s.Name, Kind: kindOf(s.Kind)})
	}
	for i, turn := range c.Turns {
		request.Turns = append(request.Turns, &vignettev1.PerceivedTurn{
			Index: int32(i), Role: turn.Speaker, Action: &vignettev1.Action{Kind: turn.Line.GetKind(), Text: turn.Line.GetText()},
		})
	}
	return request, nil
}

// kindOf is the kind of agent that a transcript calls so.
func kindOf(name string) vignettev1.AgentKind {
	for number := range vignettev1.AgentKind_name {
		if kind := vignettev1.AgentKind(number); number != 0 && enumname.Of(kind) == name {
			return kind
		}
	}
	return vignettev1.AgentKind_AGENT_KIND_UNSPECIFIED
}
