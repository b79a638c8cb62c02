package enumname_test

import (
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func TestOf(t *testing.T) {
	for _, tc := range []struct {
		value protoreflect.Enum
		want  string
	}{
		{vignettev1.AgentKind_AGENT_KIND_CLIENT, "client"},
		{vignettev1.TurnTaking_TURN_TAKING_ROUND_ROBIN, "round_robin"},
		{vignettev1.CoreBelief_CATEGORY_HELPLESS, "helpless"},
		{vignettev1.Emotion_EMOTION_UNSPECIFIED, "unspecified"},
		{vignettev1.Emotion(99), "99"},
	} {
		if got := enumname.Of(tc.value); got != tc.want {
			t.Errorf("Of(%v) = %q, want %q", tc.value, got, tc.want)
		}
	}
}
