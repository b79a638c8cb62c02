package episode

import (
	"fmt"
	"strings"
	"unicode"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// repeats is how often a role may say the same thing before the episode counts as repeated. Chosen: people do say
// "Yes." three times; a loop says more, and says it in whole sentences.
const (
	repeats         = 3
	repeatsMinWords = 4
)

// validity says whether the episode can be used, and if not, why not.
func (s *State) validity() (vignettev1.Validity, string) {
	if s.ended.GetReason() == vignettev1.EndReason_END_REASON_TRUNCATED {
		return vignettev1.Validity_VALIDITY_TRUNCATED, s.ended.GetDetail()
	}
	for _, role := range s.plan.Scenario.GetRoles() {
		if detail := s.flipped(role); detail != "" {
			return vignettev1.Validity_VALIDITY_ROLE_FLIPPED, detail
		}
		if s.mute(role.GetId()) {
			return vignettev1.Validity_VALIDITY_EMPTY, fmt.Sprintf("%s never said anything", DisplayName(role))
		}
		if text := s.repeated(role.GetId()); text != "" {
			return vignettev1.Validity_VALIDITY_REPEATED, fmt.Sprintf("%s said %d times: %s", DisplayName(role), repeats, text)
		}
	}
	return vignettev1.Validity_VALIDITY_OK, ""
}

// mute says whether a role had a turn and never uttered a word. A role that never had one is not mute; an episode without
// any turn is.
func (s *State) mute(role string) bool {
	had := len(s.turns) == 0
	for _, turn := range s.turns {
		if turn.GetRole() != role {
			continue
		}
		if strings.IndexFunc(turn.GetAction().GetText(), isWord) >= 0 {
			return false
		}
		had = true
	}
	return had
}

// repeated returns a sentence that a role said again and again, or "".
func (s *State) repeated(role string) string {
	said := map[string]int{}
	for _, turn := range s.turns {
		if turn.GetRole() != role || turn.GetAction().GetKind() != vignettev1.ActionKind_ACTION_KIND_SPEAK {
			continue
		}
		words := strings.FieldsFunc(strings.ToLower(turn.GetAction().GetText()), func(r rune) bool { return !isWord(r) })
		if len(words) < repeatsMinWords {
			continue
		}
		key := strings.Join(words, " ")
		if said[key]++; said[key] >= repeats {
			return turn.GetAction().GetText()
		}
	}
	return ""
}

// flipped says whether a role spoke as another: its utterance opens with another's name and a colon, as a line of a
// script does.
func (s *State) flipped(role *vignettev1.Role) string {
	for _, turn := range s.turns {
		if turn.GetRole() != role.GetId() {
			continue
		}
		for _, other := range s.plan.Scenario.GetRoles() {
			name := DisplayName(other)
			if name == DisplayName(role) || !strings.HasPrefix(turn.GetAction().GetText(), name+":") {
				continue
			}
			return fmt.Sprintf("turn %d: %s spoke as %s", turn.GetIndex(), DisplayName(role), name)
		}
	}
	return ""
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }
