package episode

import (
	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Script returns what an episode copies that scores another's conversation by other judges: its beginning and all that was said, bid and
// answered, to its end or failure. What was scored is left out, and so is who claimed it. Heard are all events of the other one, oldest first.
// The events lack ids and epochs, which are their writer's to give; a copied turn says which one it was copied from.
func (p *Plan) Script(origin *Plan, heard []*vignettev1.EpisodeEvent) []*vignettev1.EpisodeEvent {
	started := &vignettev1.EpisodeStarted{Episode: p.Episode, Cell: p.Cell, BranchSeed: p.BranchSeed(), Origin: origin.Episode}
	script := []*vignettev1.EpisodeEvent{{SchemaVersion: SchemaVersion, Event: &vignettev1.EpisodeEvent_Started{Started: started}}}
	var failed *vignettev1.EpisodeEvent
	for _, event := range heard {
		switch kind := event.GetEvent().(type) {
		case *vignettev1.EpisodeEvent_Started:
			started.Failures = kind.Started.GetFailures()
		case *vignettev1.EpisodeEvent_Claimed:
			failed = nil
		case *vignettev1.EpisodeEvent_Failed:
			failed = event
		case *vignettev1.EpisodeEvent_Evaluated, *vignettev1.EpisodeEvent_Completed:
		default:
			script = append(script, p.copyOf(origin, event))
		}
	}
	if failed != nil {
		failed = proto.CloneOf(failed)
		failed.Id, failed.Epoch = "", 0
		script = append(script, failed)
	}
	return script
}

// IsScripted says whether an event of an episode that scores another's conversation is one that it copied.
func IsScripted(event *vignettev1.EpisodeEvent) bool {
	switch event.GetEvent().(type) {
	case *vignettev1.EpisodeEvent_Claimed, *vignettev1.EpisodeEvent_Failed, *vignettev1.EpisodeEvent_Evaluated, *vignettev1.EpisodeEvent_Completed:
		return false
	}
	return true
}
