package calllog_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/vignette-sim/vignette/broker"
	"github.com/vignette-sim/vignette/broker/calllog"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t testing.TB) calllog.Log {
	l, _ := openBeside(t)
	return l
}

// openBeside opens a log, and returns how to open an indexed one on the same streams.
func openBeside(t testing.TB) (calllog.Log, func() calllog.Log) {
	t.Helper()
	ctx := context.Background()
	b, err := broker.OpenTemporary(ctx, broker.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	l, err := calllog.Open(ctx, b.Conn(), calllog.Config{Namespace: b.Namespace()})
	if err != nil {
		t.Fatal(err)
	}
	return l, func() calllog.Log {
		nc, err := b.Connect(ctx, "indexed", nats.NoEcho())
		if err != nil {
			t.Fatal(err)
		}
		l, err := calllog.OpenIndexed(ctx, nc, calllog.Config{Namespace: b.Namespace()})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
}

func answer(text string) *vignettev1.ModelAnswer {
	return &vignettev1.ModelAnswer{SchemaVersion: calllog.SchemaVersion, Endpoint: "e", Completion: &vignettev1.Completion{Outcome: vignettev1.Outcome_OUTCOME_ANSWERED, Text: text}}
}

func call(id, run, episode, key string) *vignettev1.ModelCall {
	return &vignettev1.ModelCall{SchemaVersion: calllog.SchemaVersion, Id: id, Account: &vignettev1.ModelAccount{Run: run, Episode: episode}, Answer: key}
}

func TestTheFirstAnswerStands(t *testing.T) {
	plain, indexed := openBeside(t)
	t.Run("plain", func(t *testing.T) { firstAnswerStands(t, plain, "ab12") })
	t.Run("indexed", func(t *testing.T) { firstAnswerStands(t, indexed(), "cd34") })
}

func firstAnswerStands(t *testing.T, l calllog.Log, key string) {
	ctx := context.Background()
	if _, err := l.Answer(ctx, key); !errors.Is(err, calllog.ErrNotFound) {
		t.Fatalf("before: %v", err)
	}
	var wait sync.WaitGroup
	got := make([]*vignettev1.ModelAnswer, 20)
	for i := range got {
		wait.Go(func() {
			kept, err := keepOrEnter(ctx, l, key, i)
			if err != nil {
				t.Error(err)
			}
			got[i] = kept
		})
	}
	wait.Wait()
	stands, err := l.Answer(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	for i, kept := range got {
		if diff := cmp.Diff(stands, kept, protocmp.Transform()); diff != "" {
			t.Errorf("writer %d got another answer than the one on record:\n%s", i, diff)
		}
	}
	booked := ids(t, l, "r", "e")
	slices.Sort(booked)
	if diff := cmp.Diff([]string{"1", "11", "13", "15", "17", "19", "3", "5", "7", "9"}, slices.Compact(booked)); diff != "" {
		t.Errorf("whoever came second has called all the same, -want +got:\n%s", diff)
	}
}

// keepOrEnter keeps the answer of a writer, every other with its call.
func keepOrEnter(ctx context.Context, l calllog.Log, key string, i int) (*vignettev1.ModelAnswer, error) {
	given := answer(fmt.Sprint("answer ", i))
	if i%2 == 0 {
		return l.Keep(ctx, key, given)
	}
	return entered(l.Enter(ctx, key, given, call(fmt.Sprint(i), "r", "e", key)))
}

// entered joins the errors of Enter.
func entered(kept *vignettev1.ModelAnswer, keepErr, bookErr error) (*vignettev1.ModelAnswer, error) {
	return kept, errors.Join(keepErr, bookErr)
}

func ids(t *testing.T, l calllog.Log, run, episode string) []string {
	t.Helper()
	var out []string
	for c, err := range l.Calls(context.Background(), run, episode) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, c.GetId())
	}
	return out
}

func TestBooks(t *testing.T) {
	l, ctx := open(t), context.Background()
	watched := make(chan string, 10)
	stop, err := l.Watch("r1", func(c *vignettev1.ModelCall) { watched <- c.GetId() })
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*vignettev1.ModelCall{call("1", "r1", "e1", ""), call("2", "r1", "e2", ""), call("3", "r2", "e1", ""), call("4", "r1", "e1", ""), call("5", "", "", "")} {
		if err := l.Book(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		run, episode string
		want         []string
	}{
		{"r1", "", []string{"1", "2", "4"}}, {"r1", "e1", []string{"1", "4"}}, {"r2", "e1", []string{"3"}},
		{"r3", "", nil}, {calllog.Outside, "", []string{"5"}},
	} {
		if diff := cmp.Diff(test.want, ids(t, l, test.run, test.episode)); diff != "" {
			t.Errorf("calls of %s %s, -want +got:\n%s", test.run, test.episode, diff)
		}
	}
	if diff := cmp.Diff([]string{"1", "2", "4"}, []string{<-watched, <-watched, <-watched}); diff != "" {
		t.Errorf("watched, -want +got:\n%s", diff)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestForget(t *testing.T) {
	l, ctx := open(t), context.Background()
	for key, episode := range map[string]string{"aa": "e1", "bb": "e1", "cc": "e2"} {
		if _, err := entered(l.Enter(ctx, key, answer(key), call("of "+key, "r", episode, key))); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := l.Forget(ctx, "r", "e1", false); n != 2 || err != nil {
		t.Fatalf("forgot %d answers, %v", n, err)
	}
	if n, err := l.Forget(ctx, "r", "e1", false); n != 0 || err != nil {
		t.Errorf("again: forgot %d answers, %v", n, err)
	}
	if got := ids(t, l, "r", ""); !cmp.Equal(got, []string{"of cc"}) {
		t.Errorf("calls left: %v", got)
	}
	for key, want := range map[string]error{"aa": calllog.ErrNotFound, "bb": calllog.ErrNotFound, "cc": nil} {
		if _, err := l.Answer(ctx, key); !errors.Is(err, want) {
			t.Errorf("answer %s: %v, want %v", key, err, want)
		}
	}
}

// An answer is kept though its call cannot be booked, and a call is booked though its answer cannot be kept: it has been paid for.
func TestEnterByHalves(t *testing.T) {
	const key = "ab"
	for _, test := range []struct {
		name           string
		key            string
		answer         *vignettev1.ModelAnswer
		call           *vignettev1.ModelCall
		keeps, entered bool
	}{
		{"both", key, answer("x"), call("1", "r", "e", key), true, true},
		{"the key is none", "AB", answer("x"), call("1", "r", "e", key), false, true},
		{"the answer is too large", key, answer(strings.Repeat("x", broker.MaxPayload+1)), call("1", "r", "e", key), false, true},
		{"the answer is no text", key, answer("\xff"), call("1", "r", "e", key), false, true},
		{"the run is none", key, answer("x"), call("1", "a.b", "e", key), true, false},
		{"the call is no text", key, answer("x"), call("\xff", "r", "e", key), true, false},
		{"neither", "AB", answer("x"), call("1", "a.b", "e", key), false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			l, ctx := open(t), context.Background()
			kept, keepErr, bookErr := l.Enter(ctx, test.key, test.answer, test.call)
			if (keepErr == nil) != test.keeps || (kept != nil) != test.keeps || (bookErr == nil) != test.entered {
				t.Errorf("kept %v, %v; %v", kept != nil, keepErr, bookErr)
			}
			if _, err := l.Answer(ctx, key); (err == nil) != test.keeps {
				t.Errorf("the answer on record: %v", err)
			}
			if got := ids(t, l, "r", "e"); (len(got) == 1) != test.entered {
				t.Errorf("in the books: %v", got)
			}
		})
	}
}

func TestRefusesWhatIsNoToken(t *testing.T) {
	l, ctx := open(t), context.Background()
	for _, key := range []string{"", "AB", "a.b", "*", ">", "g"} {
		if _, err := l.Keep(ctx, key, answer("x")); err == nil {
			t.Errorf("Keep(%q) is no error", key)
		}
		if _, err := l.Answer(ctx, key); err == nil || errors.Is(err, calllog.ErrNotFound) {
			t.Errorf("Answer(%q): %v", key, err)
		}
	}
	for _, run := range []string{"a.b", ">", "a b"} {
		if err := l.Book(ctx, call("1", run, "e", "")); err == nil {
			t.Errorf("Book for run %q is no error", run)
		}
	}
	if _, err := l.Forget(ctx, "r", "*", false); err == nil {
		t.Error("all episodes at once are forgotten")
	}
}

// BenchmarkEnter enters calls one after the other, and a hundred at a time.
func BenchmarkEnter(b *testing.B) {
	l, ctx := open(b), context.Background()
	body := make([]byte, 4096)
	for i := range body {
		body[i] = byte('a' + i%23)
	}
	enter := func(key string) error {
		a := answer("Well, I don't know.")
		a.Request = body
		_, err := entered(l.Enter(ctx, key, a, call(key, "r", "e", key)))
		return err
	}
	var next atomic.Int64 // over all rounds: no key is entered twice
	b.Run("alone", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if err := enter(fmt.Sprintf("a%063x", i)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("100 at a time", func(b *testing.B) {
		b.ReportAllocs()
		b.SetParallelism(100 / runtime.GOMAXPROCS(0))
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := enter(fmt.Sprintf("b%063x", next.Add(1))); err != nil {
					b.Error(err)
				}
			}
		})
	})
}
