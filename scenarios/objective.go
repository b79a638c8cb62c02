package scenarios

import (
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// refusals are beginnings of statements of what is to be refused, and what goes on behind somebody's "wants to".
var refusals = []string{"refuse", "to refuse", "decline", "to decline", "say no", "to say no", "turn down", "to turn down"}

// ObjectiveOf is the objective that a plain statement tells: of something to refuse where it begins like that ("Refuse to lend Rory the money",
// "Jo does not want to swap shifts"), else of something to ask for.
func ObjectiveOf(statement string) *vignettev1.Objective {
	statement = strings.TrimSpace(statement)
	kind := vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK
	if refuses(strings.ToLower(statement)) {
		kind = vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE
	}
	return &vignettev1.Objective{Statement: statement, Kind: kind}
}

func refuses(statement string) bool {
	before, wanted, wants := strings.Cut(statement, " wants to ")
	for _, unwilling := range []string{" does not want to ", " doesn't want to "} {
		// What somebody else does not want to do stands behind what is wanted: "Kim wants Bo, who does not want to come, to call."
		if who, _, ok := strings.Cut(before, unwilling); ok && !strings.Contains(who, " wants ") {
			return true
		}
	}
	if wants {
		statement = wanted
	}
	for _, beginning := range refusals {
		if rest, ok := strings.CutPrefix(statement, beginning); ok && (rest == "" || rest[0] == ' ') {
			return true
		}
	}
	return false
}
