package projection_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/vignette-sim/vignette/broker/episodelog"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/internal/stage"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// talker says something that hangs on its luck.
type talker struct {
	vignettev1.UnimplementedAgentServiceServer
}

func (talker) Describe(context.Context, *vignettev1.AgentServiceDescribeRequest) (*vignettev1.AgentServiceDescribeResponse, error) {
	return &vignettev1.AgentServiceDescribeResponse{Description: &vignettev1.AgentDescription{
		Mind: "builtin", Kinds: []vignettev1.AgentKind{vignettev1.AgentKind_AGENT_KIND_PERSONA},
	}}, nil
}

func (talker) Respond(r *vignettev1.RespondRequest, stream grpc.ServerStreamingServer[vignettev1.RespondResponse]) error {
	if err := stream.Send(&vignettev1.RespondResponse{Frame: &vignettev1.RespondResponse_State{State: &vignettev1.StateFrame{}}}); err != nil {
		return err
	}
	text := fmt.Sprintf("I drew %d.", r.GetObservation().GetChance().GetTurn())
	return stream.Send(&vignettev1.RespondResponse{Frame: &vignettev1.RespondResponse_Final{Final: &vignettev1.FinalFrame{
		Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text}}}})
}

type clock struct{}

func (clock) Now() time.Time                                   { return time.Unix(1_700_000_000, 0) }
func (clock) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// house is a log with runs in it, and a file for an index.
type house struct {
	t      *testing.T
	log    *watched
	runner *runs.Runner
	file   string
	heard  bytes.Buffer // what indexes had to say
}

// watched counts how often the log is read from one end to the other.
type watched struct {
	episodelog.Log
	runs, beginnings atomic.Int64
}

func newHouse(t *testing.T) *house {
	t.Helper()
	s := stage.Open(t)
	s.Serve("builtin-persona", func(r grpc.ServiceRegistrar) { vignettev1.RegisterAgentServiceServer(r, talker{}) })
	var ids atomic.Int64
	return &house{
		t: t, log: &watched{Log: s.Log}, file: filepath.Join(t.TempDir(), "p.sqlite"),
		runner: &runs.Runner{
			Log: s.Log, Directory: s, Clock: clock{}, Worker: "w", Version: "test",
			NewID: func() string { return fmt.Sprintf("id%08d", ids.Add(1)) },
		},
	}
}

// play plays a run of two cells.
func (h *house) play(repeats int) *planning.Planner {
	h.t.Helper()
	scenario := &vignettev1.Scenario{
		Id: "talk", Focal: "a", Stop: &vignettev1.StopRules{MaxTurns: 4},
		Roles: []*vignettev1.Role{
			{Id: "a", Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Persona: &vignettev1.Persona{Id: "pa", Name: "Alex"}},
			{Id: "b", Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Persona: &vignettev1.Persona{Id: "pb", Name: "Alex"}},
		},
	}
	scenarios.Normalize(scenario)
	factor := &vignettev1.Factor{Role: "focal", Field: "policy.skill", Levels: []*vignettev1.Level{
		{Name: "low", Value: structpb.NewNumberValue(0.2)}, {Name: "high", Value: structpb.NewNumberValue(0.9)}}}
	ctx := context.Background()
	planner, err := h.runner.Prepare(ctx, runs.Design{Scenarios: []*vignettev1.Scenario{scenario}, Factors: []*vignettev1.Factor{factor}, Repeats: repeats, Seed: 7})
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.runner.Play(ctx, planner, runs.Options{}); err != nil {
		h.t.Fatal(err)
	}
	return planner
}

func (h *house) index(program string) *projection.Index {
	h.t.Helper()
	logger := slog.New(slog.NewTextHandler(&h.heard, nil))
	index := projection.NewIndex(h.file, h.log, program, nil, logger)
	h.t.Cleanup(func() {
		if err := index.Close(); err != nil {
			h.t.Error(err)
		}
	})
	return index
}

// told is all that a reader says about a log.
func told(t *testing.T, r *projection.Reader, planners ...*planning.Planner) string {
	t.Helper()
	ctx := context.Background()
	var b strings.Builder
	for status, err := range r.Runs(ctx) {
		fmt.Fprintf(&b, "run %v %v\n", text(status), err)
	}
	for _, planner := range planners {
		status, err := r.Status(ctx, planner)
		fmt.Fprintf(&b, "status %v %v\n", text(status), err)
		for item, err := range r.Episodes(ctx, planner) {
			if err != nil {
				fmt.Fprintf(&b, "%v\n", err)
				continue
			}
			fmt.Fprintf(&b, "%d %s %x %v\n", item.Index, text(item.State.Summary()), item.State.Digest(), item.Unreadable)
			for _, turn := range item.State.Turns() {
				fmt.Fprintf(&b, "  %s\n", text(turn))
			}
		}
	}
	return b.String()
}

func text(m proto.Message) string {
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	return fmt.Sprintf("%x %v", data, err)
}

// same holds what an indexed reader says against what the log says.
func (h *house) same(index *projection.Index, planners ...*planning.Planner) {
	h.t.Helper()
	want := told(h.t, projection.NewReader(h.log.Log), planners...)
	if diff := cmp.Diff(want, told(h.t, projection.NewIndexedReader(index), planners...)); diff != "" {
		h.t.Errorf("the index and the log differ (-log +index):\n%s", diff)
	}
}

// Run counts the readings of whole runs.
func (w *watched) Run(ctx context.Context, run string) iter.Seq2[episodelog.Entry, error] {
	w.runs.Add(1)
	return w.Log.Run(ctx, run)
}

// served fails when the log had to be read instead of the index.
func (h *house) served() {
	h.t.Helper()
	if n := h.log.runs.Swap(0); n > 0 {
		h.t.Errorf("whole runs were read from the log %d times", n)
	}
}

// A reader with an index says what one without says: of an empty log, of runs, and of what came since. More episodes than
// a page are among them.
func TestIndexFollowsTheLog(t *testing.T) {
	h := newHouse(t)
	index := h.index("1")
	h.same(index)
	first := h.play(40)
	h.same(index, first)
	second := h.play(2)
	h.same(index, first, second)
	h.same(h.index("1"), first, second) // as another process
	h.served()
}

// A run that is under way is followed event by event.
func TestIndexFollowsAnEpisode(t *testing.T) {
	h := newHouse(t)
	played := h.play(1)
	ctx := context.Background()
	manifest := proto.CloneOf(played.Manifest())
	manifest.Run = "copy"
	if _, err := h.log.WriteManifest(ctx, manifest); err != nil {
		t.Fatal(err)
	}
	planner, err := planning.New(manifest)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := planner.Plan(1) // The first is never begun.
	if err != nil {
		t.Fatal(err)
	}
	from, err := played.Plan(1)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := h.log.Play(ctx, from.Run, from.Episode)
	if err != nil {
		t.Fatal(err)
	}
	index, last := h.index("1"), uint64(0)
	for _, entry := range entries {
		if started := entry.Event.GetStarted(); started != nil {
			started.Episode = plan.Episode
		}
		if last, err = h.log.Append(ctx, "copy", plan.Episode, entry.Event, last); err != nil {
			t.Fatal(err)
		}
		h.same(index, planner)
	}
	h.served()
}

// Whatever becomes of the file, the log tells the same, and the file is whole again afterwards.
func TestIndexMendsItself(t *testing.T) {
	alter := func(statement string) func(*testing.T, string) {
		return func(t *testing.T, file string) {
			db, err := sql.Open("sqlite", file)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec(statement); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		harm   func(t *testing.T, file string)
		silent bool // it is mended without a word, since nothing was wrong
	}{
		"deleted":               {func(t *testing.T, file string) { remove(t, file) }, true},
		"empty":                 {func(t *testing.T, file string) { write(t, file, nil) }, true},
		"cut":                   {func(t *testing.T, file string) { write(t, file, read(t, file)[:5000]) }, false},
		"no database":           {func(t *testing.T, file string) { write(t, file, bytes.Repeat([]byte("x"), 20000)) }, false},
		"zeroes in the middle":  {func(t *testing.T, file string) { zero(t, file) }, false},
		"an older form":         {alter("PRAGMA user_version = 0; DROP TABLE plays; DROP TABLE runs; CREATE TABLE runs (id TEXT)"), true},
		"a newer form":          {alter("PRAGMA user_version = 99; ALTER TABLE runs ADD COLUMN more TEXT"), true},
		"of another log":        {alter("UPDATE source SET created = '2001-01-01T00:00:00Z'"), true},
		"beyond the log":        {alter("UPDATE source SET last = last + 1000, fed = fed + 1000"), true},
		"an entry too many":     {alter("UPDATE source SET fed = fed + 1"), true},
		"an entry too few":      {alter("UPDATE source SET fed = fed - 1"), true},
		"a table missing":       {alter("DROP TABLE plays"), false},
		"a row of another":      {alter("UPDATE plays SET events = (SELECT events FROM plays p WHERE p.place = 1), sum = (SELECT sum FROM plays p WHERE p.place = 1) WHERE place = 0"), false},
		"other words":           {alter("UPDATE plays SET events = substr(events, 1, length(events) - 1) || X'00' WHERE place = 0"), false},
		"source without a line": {alter("DELETE FROM source"), false},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			planner := h.play(2)
			first := h.index("1")
			h.same(first, planner)
			if err := first.Close(); err != nil {
				t.Fatal(err)
			}
			c.harm(t, h.file)
			h.same(h.index("1"), planner)
			h.served()
			if said := h.heard.String(); (said == "") != c.silent || strings.Contains(said, "cannot be used") {
				t.Errorf("said %q", said)
			}
			h.heard.Reset()
			h.same(h.index("1"), planner)
			if h.heard.Len() > 0 {
				t.Errorf("it is still not whole: %s", h.heard.String())
			}
		})
	}
}

// What another version of the program has folded is not taken over.
func TestIndexOfAnotherProgram(t *testing.T) {
	h := newHouse(t)
	planner := h.play(1)
	h.same(h.index("1"), planner)
	db, err := sql.Open("sqlite", h.file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE runs SET ok = 0, invalid = ok, turns = 99"); err != nil { // as another program would see it
		t.Fatal(err)
	}
	h.same(h.index("2"), planner)
}

// Where the file cannot be used, the log is read, and it is said once.
func TestIndexThatCannotBeUsed(t *testing.T) {
	h := newHouse(t)
	planner := h.play(1)
	h.file = filepath.Join(t.TempDir(), "no", "such", "folder", "p.sqlite")
	h.same(h.index("1"), planner)
	if n := strings.Count(h.heard.String(), "cannot be used"); n != 1 {
		t.Errorf("said %d times: %s", n, h.heard.String())
	}
	if _, err := h.index("1").Rebuild(context.Background()); err == nil || !strings.Contains(err.Error(), "from the log") {
		t.Errorf("rebuild: %v", err)
	}
}

// Two processes may use one file at the same time.
func TestIndexesShareAFile(t *testing.T) {
	h := newHouse(t)
	planner := h.play(10)
	var done [4]string
	indexes := [4]*projection.Index{}
	for i := range indexes {
		indexes[i] = projection.NewIndex(h.file, h.log, "1", nil, nil)
	}
	finished := make(chan int)
	for i, index := range indexes {
		go func() {
			done[i] = told(t, projection.NewIndexedReader(index), planner)
			finished <- i
		}()
	}
	for range indexes {
		<-finished
	}
	want := told(t, projection.NewReader(h.log.Log), planner)
	for i, index := range indexes {
		if done[i] != want {
			t.Errorf("reader %d says something else", i)
		}
		if err := index.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestRebuildSaysWhatThereIs(t *testing.T) {
	h := newHouse(t)
	h.play(3)
	h.play(1)
	index := h.index("1")
	for range 2 {
		holding, err := index.Rebuild(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if holding.Runs != 2 || holding.Episodes != 8 || holding.Entries < 8*5 || holding.Bytes == 0 {
			t.Errorf("it holds %+v", holding)
		}
	}
}

// A run whose log is strange is told about by the log, and the others by the index.
func TestStrangeRunsAreLeftToTheLog(t *testing.T) {
	h := newHouse(t)
	good := h.play(1)
	strange := h.play(1)
	if _, err := h.log.Append(context.Background(), strange.Manifest().GetRun(), "stranger", &vignettev1.EpisodeEvent{Id: "x", Epoch: 1}, 0); err != nil {
		t.Fatal(err)
	}
	index := h.index("1")
	h.same(index, good, strange)
	h.log.runs.Store(0)
	told(t, projection.NewIndexedReader(index), good)
	if n := h.log.runs.Load(); n != 1 { // the list of runs
		t.Errorf("whole runs were read %d times, want 1", n)
	}
}

// An episode and a run are found through the index as they are without.
func TestFind(t *testing.T) {
	h := newHouse(t)
	planner := h.play(2)
	h.play(1)
	ctx := context.Background()
	plan, err := planner.Plan(1)
	if err != nil {
		t.Fatal(err)
	}
	run := planner.Manifest().GetRun()
	with, without := projection.NewIndexedReader(h.index("1")), projection.NewReader(h.log.Log)
	for _, id := range []string{plan.Episode, plan.Episode[:8], plan.Episode[:3], "nothing", ""} {
		a, _, errA := without.Episode(ctx, id)
		b, _, errB := with.Episode(ctx, id)
		if fmt.Sprint(errA) != fmt.Sprint(errB) || a == nil != (b == nil) || a != nil && a.Digest() != b.Digest() {
			t.Errorf("episode %q: %v without, %v with", id, errA, errB)
		}
	}
	for _, name := range []string{run, run[:len(run)-1], "id", projection.Latest, "nothing"} {
		a, errA := without.Run(ctx, name)
		b, errB := with.Run(ctx, name)
		if fmt.Sprint(errA) != fmt.Sprint(errB) || a != nil && cmp.Diff(a.Manifest(), b.Manifest(), protocmp.Transform()) != "" {
			t.Errorf("run %q: %v without, %v with", name, errA, errB)
		}
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, file string) {
	t.Helper()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
}

// zero wipes all pages but the first.
func zero(t *testing.T, file string) {
	t.Helper()
	data := read(t, file)
	clear(data[4096:])
	write(t, file, data)
}

// What is deleted leaves the file without its being built anew: an episode with its notes, then a run, and the space comes back. The
// log may still be deleting when somebody looks.
func TestIndexForgetsWhatIsDeleted(t *testing.T) {
	h := newHouse(t)
	ctx := context.Background()
	first, second := h.play(3), h.play(2)
	episodeID := func(p *planning.Planner, place int) string { return episode.ID(p.Manifest().GetRun(), p.Cell(place)) }
	run := first.Manifest().GetRun()
	for i := range 2 {
		note := &vignettev1.Note{SchemaVersion: 1, Id: fmt.Sprint("n", i), Note: &vignettev1.Note_Remark{Remark: "so"}}
		if _, err := h.log.AppendNote(ctx, run, episodeID(first, 1), note); err != nil {
			t.Fatal(err)
		}
	}
	index := h.index("1")
	h.same(index, first, second)
	struck := &vignettev1.Note{SchemaVersion: 1, Id: "n2", Erases: []string{"n0"}, Note: &vignettev1.Note_Remark{Remark: "taken out"}}
	if n, err := h.log.EraseNotes(ctx, run, episodeID(first, 1), struck, true); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	h.same(index, first, second)
	stone := func(id string) *vignettev1.EpisodeEvent {
		return &vignettev1.EpisodeEvent{SchemaVersion: 1, Id: id, Epoch: 1, Event: &vignettev1.EpisodeEvent_Deleted{Deleted: &vignettev1.Tombstone{Reason: "asked for"}}}
	}
	// The tombstone alone, as a reader sees it who comes in between.
	last, err := h.log.LastSequence(ctx, run, episodeID(first, 1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.log.Append(ctx, run, episodeID(first, 1), stone("x"), last); err != nil {
		t.Fatal(err)
	}
	if err := index.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := h.log.EraseEpisode(ctx, run, episodeID(first, 1), stone("y"), false); err != nil {
		t.Fatal(err)
	}
	h.same(index, first, second)
	if _, err := h.log.EraseRun(ctx, run, &vignettev1.Tombstone{Reason: "asked for"}, false); err != nil {
		t.Fatal(err)
	}
	h.same(index, second)
	third := h.play(1)
	h.same(index, second, third)
	h.served()
	if n := h.log.beginnings.Load(); n != 1 {
		t.Errorf("the log was read from its beginning %d times, want once", n)
	}
}

// Since counts the feeds that begin at the beginning.
func (w *watched) Since(ctx context.Context, after, last uint64) iter.Seq2[episodelog.Entry, error] {
	if after == 0 {
		w.beginnings.Add(1)
	}
	return w.Log.Since(ctx, after, last)
}

// Figures with an index are those without, and say what the time of an episode went into.
func TestFigures(t *testing.T) {
	h := newHouse(t)
	planner := h.play(3)
	figure := func(state *episode.State) *vignettev1.EpisodeFigures {
		return &vignettev1.EpisodeFigures{Phase: state.Phase(), Validity: state.Completed().GetValidity(), Turns: int32(len(state.Turns())), Client: state.Plan().Episode}
	}
	index := projection.NewIndex(h.file, h.log, "1", figure, nil)
	defer func() {
		if err := index.Close(); err != nil {
			t.Error(err)
		}
	}()
	read := func(r *projection.Reader) string {
		var b strings.Builder
		for f, err := range r.Figures(context.Background(), planner, figure) {
			fmt.Fprintf(&b, "%d %v %v %v\n", f.Index, f.Figures, f.Unreadable, err)
			if times := f.Figures.GetTimes(); times.GetWall() < times.GetAgents()+times.GetEvaluators()+times.GetHuman()+times.GetWaiting() {
				t.Errorf("the parts are more than the whole: %v", times)
			}
		}
		return b.String()
	}
	want := read(projection.NewReader(h.log.Log))
	if diff := cmp.Diff(want, read(projection.NewIndexedReader(index))); diff != "" {
		t.Errorf("figures differ (-log +index):\n%s", diff)
	}
	if !strings.Contains(want, "turns:4") {
		t.Errorf("these are not figures of what was played:\n%s", want)
	}
}
