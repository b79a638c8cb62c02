package campaign

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/engine/episode"
	consequences "github.com/vignette-sim/vignette/feedback/hindsight"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// blinded is a conversation as raters see it: field by field, so that what is not copied here no rater learns.
func blinded(state *episode.State, item *vignettev1.CampaignItem, futures []*vignettev1.Future) *vignettev1.ShownConversation {
	scenario := state.Plan().Scenario
	labels := labelsOf(scenario)
	hide, turn := masker(scenario, labels), item.TurnIndex
	out := &vignettev1.ShownConversation{Setting: hide(scenario.GetSetting()), TurnIndex: turn, Words: hide(item.GetSpan().GetQuote()), Focal: labels[scenario.GetFocal()]}
	for _, t := range state.Turns() {
		if turn != nil && t.GetIndex() > *turn {
			break
		}
		out.Turns = append(out.Turns, &vignettev1.ShownTurn{
			Index: t.GetIndex(), Speaker: labels[t.GetRole()], Kind: t.GetAction().GetKind(), Text: hide(t.GetAction().GetText()),
		})
	}
	for _, f := range futures {
		shown := &vignettev1.ShownFuture{}
		for _, line := range consequences.Lines(f) {
			shown.Lines = append(shown.Lines, hide(line))
		}
		out.Futures = append(out.Futures, shown)
	}
	return out
}

// labelsOf are what roles are called in place of their names: by kind where that tells them apart, else by letters.
func labelsOf(scenario *vignettev1.Scenario) map[string]string {
	kinds := map[vignettev1.AgentKind]string{vignettev1.AgentKind_AGENT_KIND_CLIENT: "Client", vignettev1.AgentKind_AGENT_KIND_COUNSELOR: "Counselor"}
	seen := map[vignettev1.AgentKind]int{}
	for _, role := range scenario.GetRoles() {
		seen[role.GetKind()]++
	}
	out := map[string]string{}
	for i, role := range scenario.GetRoles() {
		out[role.GetId()] = "Person " + string(rune('A'+i))
		if label := kinds[role.GetKind()]; label != "" && seen[role.GetKind()] == 1 {
			out[role.GetId()] = label
		}
	}
	return out
}

// masker puts labels in place of names and of the words of names. A name that is a word of the language too is masked where it is
// written like a name.
func masker(scenario *vignettev1.Scenario, labels map[string]string) func(string) string {
	label := map[string]string{}
	for _, role := range scenario.GetRoles() {
		for _, name := range []string{role.GetName(), role.GetPersona().GetName()} {
			for _, word := range append(strings.Fields(name), name) {
				if len(word) > 1 {
					label[word] = labels[role.GetId()]
				}
			}
		}
	}
	var names []string
	for name := range label {
		names = append(names, regexp.QuoteMeta(name))
	}
	if len(names) == 0 {
		return func(text string) string { return text }
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	pattern := regexp.MustCompile(`(^|[^\pL\pN])(` + strings.Join(names, "|") + `)($|[^\pL\pN])`)
	return func(text string) string {
		for { // Two names may share the space between them.
			masked := pattern.ReplaceAllStringFunc(text, func(found string) string {
				m := pattern.FindStringSubmatch(found)
				return m[1] + label[m[2]] + m[3]
			})
			if masked == text || maskedAlready(label) {
				return masked
			}
			text = masked
		}
	}
}

// maskedAlready says whether a label is itself a name, so that masking again would never end.
func maskedAlready(label map[string]string) bool {
	for _, l := range label {
		for _, word := range append(strings.Fields(l), l) {
			if _, name := label[word]; name {
				return true
			}
		}
	}
	return false
}
