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
	if strings.Contains(statement, " does not want to ") || strings.Contains(statement, " doesn't want to ") {
		return true
	}
	if _, wanted, ok := strings.Cut(statement, " wants to "); ok {
		statement = wanted
	}
	for _, beginning := range refusals {
		if rest, ok := strings.CutPrefix(statement, beginning); ok && (rest == "" || rest[0] == ' ') {
			return true
		}
	}
	return false
}
