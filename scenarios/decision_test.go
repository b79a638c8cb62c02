package scenarios_test

import (
	"strings"
	"testing"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

func TestDecision(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(d *vignettev1.Decision)
		want string
	}{
		"as it should be":         {func(*vignettev1.Decision) {}, ""},
		"focal stands for a role": {func(d *vignettev1.Decision) { d.Role = scenarios.Focal }, ""},
		"somebody else":           {func(d *vignettev1.Decision) { d.Role = "zoe" }, `decision.role: "zoe" is not the id of a role`},
		"a quality twice":         {func(d *vignettev1.Decision) { d.Qualities[1].Id = "light" }, `decision.qualities[1].id: another quality has the id "light" too`},
		"an option twice":         {func(d *vignettev1.Decision) { d.Options[1].Id = "A" }, `decision.options[1].id: another option has the id "A" too`},
		"required, not known":     {func(d *vignettev1.Decision) { d.Required = []string{"red"} }, `decision.required[0]: "red" is not the id of a quality`},
		"had, not known":          {func(d *vignettev1.Decision) { d.Options[0].Has = []string{"red"} }, `decision.options[0].has[0]: "red" is not`},
		"hidden, not known":       {func(d *vignettev1.Decision) { d.Options[1].Hidden = []string{"red"} }, `decision.options[1].hidden[0]: "red" is not`},
		"prices turned round": {func(d *vignettev1.Decision) {
			least, most := 9.0, 3.0
			d.Options[0].PriceLeast, d.Options[0].PriceMost = &least, &most
		}, `decision.options[0].price_least: the least price is above the most`},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := scenarios.Find("share-the-dishes")
			if err != nil {
				t.Fatal(err)
			}
			s.Decision = &vignettev1.Decision{
				Role: s.Focal, Qualities: []*vignettev1.Decision_Quality{{Id: "light", Present: "light"}, {Id: "loud", Present: "loud"}},
				Options: []*vignettev1.Decision_Option{{Id: "A", Has: []string{"light"}}, {Id: "B", Hidden: []string{"loud"}}}, Required: []string{"light"},
			}
			c.edit(s.Decision)
			scenarios.Normalize(s)
			got := ""
			if err := scenarios.Validate(s); err != nil {
				got = err.Error()
			}
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
