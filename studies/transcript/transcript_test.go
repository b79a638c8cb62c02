package transcript_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"golang.org/x/net/html"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/transcript"
)

var update = flag.Bool("update", false, "write golden files anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// told is an episode in which every text is what a function makes of a plain one.
func told(t testing.TB, text func(string) string) (*episode.State, *vignettev1.Manifest) {
	t.Helper()
	cell := &vignettev1.Cell{Scenario: "borrow-the-car", Factors: []*vignettev1.FactorLevel{{Factor: "focal.policy.skill", Level: "0.9"}}}
	plan := &episode.Plan{Run: "20260101-120000-abcd", Cell: cell, Scenario: &vignettev1.Scenario{
		Id: "borrow-the-car", Title: text("Borrowing the car"), Setting: text("A kitchen, late."), Focal: "zoe", Language: text("en"),
		Stop: &vignettev1.StopRules{MaxTurns: 4},
		Roles: []*vignettev1.Role{
			{Id: "zoe", Name: text("Zoë O'Malley"), Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Agent: "builtin-persona", Persona: &vignettev1.Persona{Id: "z", Introduction: text("Nineteen.")}},
			{Id: "li", Name: text("李"), Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Agent: "m"},
		},
	}, Evaluators: map[string]*vignettev1.EvaluatorDescription{"e": {Name: "e", Dimensions: []*vignettev1.DimensionSpec{{Id: "d.number", Max: 1}, {Id: "d.wide", Max: 100}}}}}
	plan.Episode = episode.ID(plan.Run, cell)
	turn := int32(0)
	scored := func(dimension string, outcome *vignettev1.Score) *vignettev1.Score {
		outcome.Evaluator, outcome.Dimension, outcome.Role, outcome.Rationale = "e", dimension, "zoe", text("Because of what was said.")
		return outcome
	}
	value := func(number float64, label string) *vignettev1.Score {
		return &vignettev1.Score{TurnIndex: &turn, Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: number, Label: label}}}
	}
	missing := func(reason vignettev1.MissingReason) *vignettev1.Score {
		return &vignettev1.Score{TurnIndex: &turn, Outcome: &vignettev1.Score_Missing{Missing: &vignettev1.Missing{Reason: reason, Detail: text("It broke.")}}}
	}
	said := text("Could I have the car on Friday? I'd bring it back full.")
	strong := value(1, "strong")
	strong.Spans = []*vignettev1.CodedSpan{
		{Span: &vignettev1.Span{Start: 0, End: 5}, Code: "dear_man.assert", Label: text("strong")},
		{Span: &vignettev1.Span{Start: 3, End: 9}, Code: "dear_man.negotiate"},
		{Span: &vignettev1.Span{Start: 4000, End: 4002}, Code: "out.of.range"},
	}
	whole := value(0.5, "")
	whole.TurnIndex = nil
	events := []*vignettev1.EpisodeEvent{
		{Event: &vignettev1.EpisodeEvent_Started{Started: &vignettev1.EpisodeStarted{Episode: plan.Episode, Cell: cell}}},
		{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{Role: "zoe", Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: said},
			MentalState: &vignettev1.MentalState{Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED, Distress: proto.Float64(33), InnerThought: text("Secretly worried.")},
			Acts:        []*vignettev1.IntendedAct{{Act: text("ask")}}}}},
		{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{Index: 1, Role: "li", Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_NONVERBAL, Text: text("shrugs"), To: []string{"zoe"}}}}},
		{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{Index: 2, Role: "zoe", Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SILENT}}}},
		{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{Index: 3, Role: "li", Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_LEAVE, Text: text("Fine.")}}}},
		{Event: &vignettev1.EpisodeEvent_ConversationEnded{ConversationEnded: &vignettev1.ConversationEnded{Reason: vignettev1.EndReason_END_REASON_LEFT}}},
		{Event: &vignettev1.EpisodeEvent_Evaluated{Evaluated: &vignettev1.Evaluated{Evaluator: "e", Role: "zoe", Scores: []*vignettev1.Score{
			scored("dear_man.assert", strong), scored("dear_man.describe", value(0.5, "weak")), scored("dear_man.express", value(0, "none")),
			scored("d.number", value(0.25, "")), scored("d.wide", value(66.6, "")), scored("d.label", value(1, text("odd"))),
			scored("d.na", missing(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE)), scored("d.failed", missing(vignettev1.MissingReason_MISSING_REASON_EVALUATOR_FAILED)),
			scored("d.number", whole),
		}}}},
		{Event: &vignettev1.EpisodeEvent_Completed{Completed: &vignettev1.EpisodeCompleted{Validity: vignettev1.Validity_VALIDITY_OK, Detail: text("nothing odd"), Rewards: []*vignettev1.Reward{
			{Role: "zoe", Outcome: &vignettev1.Reward_Value{Value: 0.54}, Terms: []*vignettev1.RewardTermValue{
				{Evaluator: "e", Dimension: "d.number", Weight: -2, Outcome: &vignettev1.RewardTermValue_Value{Value: 0.5}},
				{Evaluator: "e", Dimension: "d.na", Weight: 1, Outcome: &vignettev1.RewardTermValue_Missing{Missing: &vignettev1.Missing{Reason: vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE}}},
			}},
			{Role: "li", Outcome: &vignettev1.Reward_Missing{Missing: &vignettev1.Missing{Reason: vignettev1.MissingReason_MISSING_REASON_EVALUATOR_FAILED, Detail: text("The evaluator failed.")}}},
		}}}},
	}
	state := episode.New(plan)
	for i, event := range events {
		event.SchemaVersion, event.Epoch, event.Id = 1, 1, fmt.Sprint(i)
		if err := state.Apply(event); err != nil {
			t.Fatal(err)
		}
	}
	return state, &vignettev1.Manifest{
		Run: plan.Run, CreatedAt: timestamppb.New(time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)), ProgramVersion: text("1.0.0"),
		Agents: []*vignettev1.AgentDescription{{Name: "builtin-persona", Mind: "builtin"}, {Name: "m", Mind: "llm", Model: text("local/tiny")}},
	}
}

func same(text string) string { return text }

func written(t testing.TB, state *episode.State, manifest *vignettev1.Manifest, options transcript.Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := transcript.Write(&out, state, manifest, options); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGolden(t *testing.T) {
	for name, options := range map[string]transcript.Options{"public.html": {}, "private.html": {Private: true}} {
		state, manifest := told(t, same)
		got := written(t, state, manifest, options)
		file := filepath.Join("testdata", name)
		if *update {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s, -want +got:\n%s", name, diff)
		}
	}
}

// What is private to a role is on the page only when it was asked for.
func TestPrivate(t *testing.T) {
	state, manifest := told(t, same)
	for _, secret := range []string{"Secretly worried.", "distress 33", "means"} {
		if public := written(t, state, manifest, transcript.Options{}); strings.Contains(public, secret) {
			t.Errorf("the page tells %q unasked", secret)
		}
		if private := written(t, state, manifest, transcript.Options{Private: true}); !strings.Contains(private, secret) {
			t.Errorf("the private page lacks %q", secret)
		}
	}
}

// elements are what a page is made of: names of elements and attributes, all others are foreign.
var elements = regexp.MustCompile(`^(html|head|meta|title|style|body|main|header|h1|h2|p|ul|ol|li|span|a|mark|b|dl|div|dt|dd|section|meter|details|summary|table|thead|tbody|tr|th|td|footer)$`)

// check parses a page as a browser does, and looks for anything that is not ours.
func check(t testing.TB, page string) (text string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for node := range root.Descendants() {
		switch node.Type {
		case html.TextNode:
			all.WriteString(node.Data)
		case html.CommentNode:
			t.Errorf("a comment: %q", node.Data)
		case html.ElementNode:
			if !elements.MatchString(node.Data) {
				t.Errorf("element %q is not ours", node.Data)
			}
			for _, a := range node.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "src" || a.Key == "srcset" || a.Key == "action" || a.Key == "href" && !strings.HasPrefix(a.Val, "#turn-") {
					t.Errorf("attribute %s=%q of %s is not ours", a.Key, a.Val, node.Data)
				}
			}
		}
	}
	return all.String()
}

// Whatever is put into any text, the page stays what it is and shows it.
func TestInert(t *testing.T) {
	for _, poison := range []string{
		`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `"><svg onload=alert(1)>`, `' onmouseover='alert(1)`,
		`</style><script>alert(1)</script>`, `</title><script>alert(1)</script>`, `<!-- `, `-->`, `{{.Run}}`, `javascript:alert(1)`,
		`&lt;b&gt;&amp;`, "<a href=https://example.org>x</a>", `</p></li></ol><iframe src=//example.org></iframe>`,
	} {
		state, manifest := told(t, func(text string) string { return text + poison })
		page := written(t, state, manifest, transcript.Options{Private: true})
		if shown := check(t, page); strings.Count(shown, poison) < 10 {
			t.Errorf("%q is shown %d times as text", poison, strings.Count(shown, poison))
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		poison := rapid.StringOf(rapid.OneOf(rapid.SampledFrom([]rune("<>\"'&/=-! {}\x00\x1b\u202e")), rapid.Rune())).Draw(r, "text")
		state, manifest := told(t, func(text string) string { return text + poison })
		page := written(t, state, manifest, transcript.Options{Private: true})
		check(t, page)
		for _, forbidden := range []string{"\x00", "\x1b", "\u202e"} {
			if strings.Contains(page, forbidden) {
				t.Fatalf("%q is on the page", forbidden)
			}
		}
	})
}

// The policy lets in the style that is there, and nothing else at all.
func TestPolicy(t *testing.T) {
	state, manifest := told(t, same)
	page := written(t, state, manifest, transcript.Options{})
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(page)
	policy := regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
	if style == nil || policy == nil {
		t.Fatal("no style, or no policy")
	}
	sum := sha256.Sum256([]byte(style[1]))
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
	if got := html.UnescapeString(policy[1]); got != want {
		t.Errorf("the policy is\n%s, want\n%s", got, want)
	}
	if strings.Contains(style[1], "url(") || strings.Contains(style[1], "@import") {
		t.Error("the style asks for something from elsewhere")
	}
	if strings.Index(page, "Content-Security-Policy") > strings.Index(page, "<style>") {
		t.Error("the policy comes after what it is to hold")
	}
}

// Episodes that came to no end say so.
func TestOutcomes(t *testing.T) {
	whole, manifest := told(t, same)
	state := func(events ...*vignettev1.EpisodeEvent) *episode.State {
		s := episode.New(whole.Plan())
		for i, event := range events {
			event.SchemaVersion, event.Epoch, event.Id = 1, 1, fmt.Sprint(i)
			if err := s.Apply(event); err != nil {
				t.Fatal(err)
			}
		}
		return s
	}
	started := func() *vignettev1.EpisodeEvent {
		return &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Started{Started: &vignettev1.EpisodeStarted{Episode: whole.Plan().Episode, Cell: whole.Plan().Cell}}}
	}
	spoke := func() *vignettev1.EpisodeEvent {
		return &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{Role: "zoe", Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: "Hi."}}}}
	}
	for want, s := range map[string]*episode.State{
		"Nothing has been recorded.":                    state(),
		"Unfinished: 1 turn recorded, then nothing.":    state(started(), spoke()),
		"Failed after 1 turn: nobody answers &lt;b&gt;": state(started(), spoke(), &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Failed{Failed: &vignettev1.EpisodeFailed{Message: "nobody answers <b>"}}}),
		"Deleted on 2 January 2026. asked for":          state(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Deleted{Deleted: &vignettev1.Tombstone{Time: timestamppb.New(time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)), Reason: "asked for"}}}),
	} {
		if page := written(t, s, manifest, transcript.Options{}); !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}
