package scenarios_test

import (
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/scenarios"
)

// Probes that ask for another mind name one.
func TestProbesAboutOthers(t *testing.T) {
	const head = `id: s
focal: a
setting: A room.
stop: {max_turns: 4}
roles:
  - {id: a, kind: persona, persona: {id: pa, name: Ada}}
  - {id: b, kind: persona, persona: {id: pb, name: Bo}}
probes:
`
	for _, test := range []struct{ probe, want string }{
		{"{id: p, role: focal, about: b, kind: next_act}", ""},
		{"{id: p, role: a, about: b, kind: emotion, order: 2}", ""},
		{"{id: p, role: a, kind: emotion, order: 1}", ""},
		{"{id: p, role: a, kind: next_act}", "asks what somebody else does next"},
		{"{id: p, role: focal, about: a, kind: next_act}", "asks what somebody else does next"},
		{"{id: p, role: b, about: b, kind: distress, order: 2}", "asks what somebody else makes of the asked role"},
		{"{id: p, role: a, about: b, kind: next_act, order: 2}", "has no order"},
		{"{id: p, role: a, about: b, kind: emotion, order: 3}", "order"},
	} {
		_, err := scenarios.Read("s.yaml", []byte(head+"  - "+test.probe+"\n"))
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.probe, err, test.want)
		}
	}
}
