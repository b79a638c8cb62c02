package node_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/practice/standing"
	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// meant is where a builtin partner stood after a turn, by what it meant to do in its turns; unspecified where they do not say.
func meant(before vignettev1.Standing, acts []*vignettev1.IntendedAct) vignettev1.Standing {
	now := vignettev1.Standing_STANDING_UNSPECIFIED
	for _, act := range acts {
		switch act.GetAct() {
		case "partner.agree", "partner.confirm":
			return vignettev1.Standing_STANDING_AGREED
		case "partner.refuse", "partner.walk_out":
			return vignettev1.Standing_STANDING_REFUSED
		case "partner.offer":
			now = vignettev1.Standing_STANDING_OFFERED
		case "partner.position", "partner.object", "partner.tell_interest":
			if now == vignettev1.Standing_STANDING_UNSPECIFIED {
				now = vignettev1.Standing_STANDING_OBJECTED
			}
		}
	}
	if before == vignettev1.Standing_STANDING_AGREED {
		return before
	}
	return now
}

// Where partners stand is read from their words; held against what builtin partners meant, over the library. A reading that says yes
// where none was meant, or misses one, is worst: it would have a trainee stop asking, or ask on.
func TestStandingAgainstActs(t *testing.T) {
	n := open(t, t.TempDir())
	ctx := context.Background()
	if err := n.HostBuiltin(ctx); err != nil {
		t.Fatal(err)
	}
	all, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	var played []*vignettev1.Scenario
	for _, s := range all {
		kind := s.GetObjective().GetKind()
		if len(s.GetRoles()) == 2 && s.GetLanguage() == "en" && (kind == vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK || kind == vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE) {
			s.Evaluators, s.Probes, s.Factors = nil, nil, nil
			for _, r := range s.GetRoles() {
				r.Reward = nil
				if r.GetId() == s.GetFocal() {
					r.Policy.Skill = proto.Float64(0.7)
				}
			}
			played = append(played, s)
		}
	}
	if os.Getenv("VIGNETTE_ALL") == "" {
		played = played[:min(12, len(played))]
	}
	planner, err := n.Runner().Prepare(ctx, runs.Design{Scenarios: played, Repeats: 2, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Runner().Play(ctx, planner, runs.Options{}); err != nil {
		t.Fatal(err)
	}
	table := map[[2]vignettev1.Standing]int{}
	right, yesRight, yesMeant, yesRead, total := 0, 0, 0, 0, 0
	for item, err := range n.Reader().Episodes(ctx, planner) {
		if err != nil {
			t.Fatal(err)
		}
		objective, focal := item.State.Plan().Scenario.GetObjective(), item.State.Plan().Scenario.GetFocal()
		var lines []standing.Line
		was := vignettev1.Standing_STANDING_UNSPECIFIED
		for _, turn := range item.State.Turns() {
			lines = append(lines, standing.Line{Turn: turn.GetIndex(), Role: turn.GetRole(), Mine: turn.GetRole() == focal, Text: turn.GetAction().GetText()})
			if turn.GetRole() == focal {
				continue
			}
			want := meant(was, turn.GetActs())
			was = want
			got := standing.Read(objective, lines)[0].Standing
			if want == vignettev1.Standing_STANDING_UNSPECIFIED || got == vignettev1.Standing_STANDING_UNASKED {
				continue
			}
			total++
			table[[2]vignettev1.Standing{want, got}]++
			same := want == got || want == vignettev1.Standing_STANDING_OBJECTED && got == vignettev1.Standing_STANDING_QUESTIONED // a worry worded as a question
			const yes = vignettev1.Standing_STANDING_AGREED
			if same {
				right++
			} else if testing.Verbose() {
				t.Logf("%s: meant %s, read %s: %q after %q", item.State.Plan().Scenario.GetId(), short(want), short(got), turn.GetAction().GetText(), lines[max(0, len(lines)-2)].Text)
			}
			if want == yes {
				yesMeant++
			}
			if got == yes {
				yesRead++
			}
			if want == yes && got == yes {
				yesRight++
			}
		}
	}
	for pair, count := range table {
		t.Logf("meant %-10s read %-10s %d", short(pair[0]), short(pair[1]), count)
	}
	t.Logf("%d of %d answers read as they were meant; of %d meant as a yes %d, of %d read as one %d", right, total, yesMeant, yesRight, yesRead, yesRight)
	if right*10 < total*9 || yesRight*10 < yesMeant*9 || yesRight*20 < yesRead*19 {
		t.Error("words are read too often other than they were meant")
	}
}

func short(s vignettev1.Standing) string {
	return strings.ToLower(strings.TrimPrefix(s.String(), "STANDING_"))
}
