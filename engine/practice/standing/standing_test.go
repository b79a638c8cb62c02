package standing_test

import (
	"testing"

	"github.com/vignette-sim/vignette/engine/practice/standing"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const (
	unasked    = vignettev1.Standing_STANDING_UNASKED
	asked      = vignettev1.Standing_STANDING_ASKED
	questioned = vignettev1.Standing_STANDING_QUESTIONED
	objected   = vignettev1.Standing_STANDING_OBJECTED
	offered    = vignettev1.Standing_STANDING_OFFERED
	refused    = vignettev1.Standing_STANDING_REFUSED
	agreed     = vignettev1.Standing_STANDING_AGREED
)

var (
	ask = &vignettev1.Objective{Kind: vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK, Request: "I'd like to borrow the van on Saturday to move my desk.", Statement: "Borrow the van on Saturday."}
	no  = &vignettev1.Objective{Kind: vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE, Request: "I won't lend you the van on Saturday.", Statement: "Refuse to lend the van."}
)

// Where somebody stands follows what was said, turn by turn: mine, theirs, mine, theirs.
func TestRead(t *testing.T) {
	for _, c := range []struct {
		name      string
		objective *vignettev1.Objective
		said      []string // the asker begins
		want      vignettev1.Standing
	}{
		{"nothing asked", ask, []string{"Hello, have you a minute?", "Sure, come in."}, unasked},
		{"asked what it is about", ask, []string{"My desk is still at my mother's.", "So what is it you want from me?"}, questioned},
		{"a yes to something else", ask, []string{"Nice weather today, is it not?", "Yes, all right."}, unasked},
		{"listens", ask, []string{"Could I borrow the van on Saturday?", "I see. Tell me more."}, asked},
		{"asks back", ask, []string{"Could I borrow the van on Saturday?", "Who would be driving it?"}, questioned},
		{"objects", ask, []string{"I'd like to borrow the van on Saturday.", "The brakes have been making a noise since Easter."}, objected},
		{"no", ask, []string{"I'd like to borrow the van on Saturday.", "No, I'm using it myself."}, refused},
		{"cannot", ask, []string{"I'd like to borrow the van on Saturday.", "I hear you, but I can't do that."}, refused},
		{"offers", ask, []string{"I'd like to borrow the van on Saturday.", "I could drive you myself on Sunday."}, offered},
		{"proposes", ask, []string{"I'd like to borrow the van on Saturday.", "What if we hire one together?"}, offered},
		{"yes", ask, []string{"I'd like to borrow the van on Saturday.", "All right, let's do it, but fill it up."}, agreed},
		{"plain yes", ask, []string{"Can I borrow the van on Saturday?", "Okay, fine."}, agreed},
		{"yes, and a question about how", ask, []string{"Can I borrow the van on Saturday?", "Okay, I'm fine with it.", "Thank you!", "When will you bring it back?"}, agreed},
		{"a yes taken back", ask, []string{"Can I borrow the van on Saturday?", "Okay, I'm fine with it.", "Thank you!", "No, on second thoughts I can't do that."}, refused},
		{"a no overcome", ask, []string{"Can I borrow the van on Saturday?", "No.", "I'd fill it up.", "All right, you have my yes."}, agreed},
		{"okay, and an objection", ask, []string{"Can I borrow the van on Saturday?", "Okay, I hear that. The brakes have been making a noise since Easter."}, objected},
		{"denied agreement", ask, []string{"Can I borrow the van on Saturday?", "I'm not fine with it at all."}, objected},
		{"takes the no", no, []string{"I won't lend you the van on Saturday.", "Okay, I get it, I'll ask somebody else."}, agreed},
		{"takes the no without one of its own", no, []string{"I won't lend you the van on Saturday.", "Okay, I get it.", "Thank you.", "No hard feelings."}, agreed},
		{"a no that says yes", ask, []string{"Can I borrow the van on Saturday?", "No problem."}, agreed},
		{"insists", no, []string{"I won't lend you the van on Saturday.", "Come on, it is only for an hour!"}, objected},
		{"asks why", no, []string{"I won't lend you the van on Saturday.", "Why not?"}, questioned},
		{"not refused yet", no, []string{"How is your mother?", "Fine. Can I have the van on Saturday?"}, questioned},
	} {
		var lines []standing.Line
		for i, text := range c.said {
			role := []string{"me", "them"}[i%2]
			lines = append(lines, standing.Line{Turn: int32(i), Role: role, Mine: i%2 == 0, Text: text})
		}
		got := standing.Read(c.objective, lines)
		if len(got) != 1 || got[0].Role != "them" || got[0].Standing != c.want {
			t.Errorf("%s: %+v, want %s", c.name, got, c.want)
		}
	}
}

// A yes quotes the words that say it, and what they answer; each of several stands for themselves.
func TestReadSeveral(t *testing.T) {
	got := standing.Read(ask, []standing.Line{
		{Turn: 0, Role: "me", Mine: true, Text: "I'd like to borrow the van on Saturday."},
		{Turn: 1, Role: "ann", Text: "Okay, I'm fine with it."},
		{Turn: 2, Role: "ben", Text: "No, I need it myself."},
		{Turn: 3, Role: "me", Mine: true, Text: "Then on Sunday?"},
		{Turn: 4, Role: "ann", Text: "I see."},
	})
	if len(got) != 2 || got[0].Standing != agreed || got[0].Turn != 1 || got[0].To.Turn != 0 || got[1].Standing != refused || got[1].Words != "No, I need it myself." {
		t.Errorf("got %+v", got)
	}
	if got := standing.Read(ask, []standing.Line{
		{Turn: 0, Role: "me", Mine: true, Text: "I'd like to borrow the van on Saturday."},
		{Turn: 1, Role: "ann", Text: "I could give you the small car for an hour."},
		{Turn: 2, Role: "me", Mine: true, Text: "Let's do that. Thank you."},
		{Turn: 3, Role: "ann", Text: "Right, let's leave it at that."},
	}); got[0].Standing != agreed || got[0].Offer == nil || got[0].Offer.Turn != 1 || got[0].Outcome("Ann").GetWords() != "I could give you the small car for an hour." {
		t.Errorf("what they offered instead: %+v", got)
	}
	if got := standing.Read(ask, []standing.Line{
		{Turn: 0, Role: "me", Mine: true, Text: "I'd like to borrow the van on Saturday."},
		{Turn: 1, Role: "ann", Text: "I could give you the small car for an hour."},
		{Turn: 2, Role: "me", Mine: true, Text: "The desk does not go into it. I'd fill up the van, and bring it back by noon."},
		{Turn: 3, Role: "ann", Text: "All right, you have my yes."},
	}); got[0].Standing != agreed || got[0].Offer != nil {
		t.Errorf("what was asked for after all: %+v", got)
	}
	if got := standing.Read(ask, nil); len(got) != 0 {
		t.Errorf("nobody spoke: %+v", got)
	}
}
