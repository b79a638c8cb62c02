package episode

import (
	"testing"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// A persona brings its own change into any scenario; what the scenario says of the role comes first.
func TestChangeOf(t *testing.T) {
	own, persona := &vignettev1.Change{Target: "smoke less"}, &vignettev1.Change{Target: "drink less"}
	for _, c := range []struct {
		name string
		role *vignettev1.Role
		want *vignettev1.Change
	}{
		{"none", &vignettev1.Role{Persona: &vignettev1.Persona{}}, nil},
		{"the persona's", &vignettev1.Role{Persona: &vignettev1.Persona{Change: persona}}, persona},
		{"the role's", &vignettev1.Role{Change: own, Persona: &vignettev1.Persona{Change: persona}}, own},
	} {
		if got := changeOf(c.role); !proto.Equal(got, c.want) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
