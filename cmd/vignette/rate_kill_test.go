package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// panel are scripted raters over gRPC, who join whoever has the data directory open.
type panel struct {
	t        *testing.T
	dir      string
	campaign string
	node     *node.Node
	seen     map[string]int // by item and rater: in how many stages it was rated
}

func (p *panel) open(ctx context.Context) {
	p.t.Helper()
	n, err := node.Open(ctx, node.Config{Dir: p.dir, Join: true})
	if err != nil {
		p.t.Fatal(err)
	}
	p.node = n
}

func (p *panel) close() {
	p.t.Helper()
	if err := p.node.Close(context.WithoutCancel(p.t.Context())); err != nil {
		p.t.Log(err) // Its owner may have been killed.
	}
}

// opinion is a scripted opinion, 1-5: the item by its id, a point more or less by who rates, in hindsight a point less.
func opinion(item, rater string, stage vignettev1.RatingStage) int32 {
	sum := 0
	for _, c := range item {
		sum = sum*31 + int(c)
	}
	off := 0
	for _, c := range rater + item {
		off = off*17 + int(c)
	}
	return int32(min(max(2+sum%3+(off%3-1)-int(stage-1), 1), 5))
}

// rate gives a rater the next item and records what they say; false when there is none. An answer that got lost is sent again by whoever
// calls.
func (p *panel) rate(ctx context.Context, rater string) (r *vignettev1.Rating, more bool, err error) {
	next, err := p.node.Directory().Feedback().NextItem(ctx, &vignettev1.NextItemRequest{Campaign: p.campaign, Rater: rater})
	if err != nil || next.GetItem() == nil {
		return nil, false, err
	}
	item := next.GetItem()
	after := item.GetStage() == vignettev1.RatingStage_RATING_STAGE_HINDSIGHT
	if futures := len(item.GetSides()[0].GetFutures()); (futures > 0) != after || after && p.seen[rater+item.GetItem()] != 1 {
		p.t.Errorf("%s is shown %d futures of %s in %s after %d ratings", rater, futures, item.GetItem(), item.GetStage(), p.seen[rater+item.GetItem()])
	}
	r = &vignettev1.Rating{Campaign: p.campaign, Item: item.GetItem(), Rater: rater, Stage: item.GetStage(), Pass: 1, Version: 1,
		Values: []*vignettev1.ScaleRating{{Scale: "good", Answer: &vignettev1.ScaleRating_Value{Value: opinion(item.GetItem(), rater, item.GetStage())}}}}
	return r, true, p.save(ctx, r)
}

func (p *panel) save(ctx context.Context, r *vignettev1.Rating) error {
	_, err := p.node.Directory().Feedback().SaveRating(ctx, &vignettev1.SaveRatingRequest{Rating: proto.CloneOf(r)})
	if err == nil {
		p.seen[r.GetRater()+r.GetItem()] = int(r.GetStage())
	}
	return err
}

// Three scripted raters, 60 items, two ratings of each before and after consequences, gold items among them. Whoever owns the directory
// and holds an item is killed with SIGKILL in the middle and never comes back. Every rating is there exactly once, what the killed one
// held comes back, and agreement is what a computation by hand gives.
func TestRatingsSurviveKill(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("plays 60 sessions")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	prog := newProgram(t)
	ran := records(t, prog.must("run", "ask-for-leave", "--repeats", "60", "--json"))
	prog.must("hindsight", "last", "--futures", "1", "--json")
	rubric := fmt.Sprintf("title: Good\narm: within\noverlap: 2\nseed: 5\nscales:\n  - {id: good, question: How good?, min: 1, max: 5}\ngold:\n  - {episode: %s, scale: good, value: 3, tolerance: 1}\n  - {episode: %s, scale: good, value: 3, tolerance: 1}\n", ran[1]["episode"], ran[2]["episode"])
	if err := os.WriteFile(filepath.Join(prog.dir, "r.yaml"), []byte(rubric), 0o600); err != nil {
		t.Fatal(err)
	}
	owner := prog.command("rate", "r.yaml", "--rater", "vanishing")
	keys, err := owner.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 0, 4096)
	for !strings.Contains(string(first), "of at most") { // It has an item in its hands.
		chunk := make([]byte, 1024)
		n, err := out.Read(chunk)
		if err != nil {
			t.Fatalf("%v: %s", err, first)
		}
		first = append(first, chunk[:n]...)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	p := &panel{t: t, dir: filepath.Join(prog.dir, ".vignette"), campaign: strings.TrimSuffix(strings.Fields(string(first))[1], ":"), seen: map[string]int{}}
	p.open(ctx)
	raters := []string{"ann", "ben", "Zoë O'Malley"}
	for i := range 75 {
		if _, _, err := p.rate(ctx, raters[i%3]); err != nil {
			t.Fatal(err)
		}
	}

	killed := make(chan struct{})
	go func() { defer close(killed); _ = owner.Process.Kill(); _ = owner.Wait() }() // while somebody rates
	var lost *vignettev1.Rating
	for i := 0; lost == nil; i++ {
		r, more, err := p.rate(ctx, raters[i%3])
		switch {
		case err != nil && r == nil: // Killed between two items.
			lost = &vignettev1.Rating{}
		case err != nil:
			lost = r
		case !more:
			t.Fatal("everything was rated before the owner was gone")
		}
	}
	<-killed
	_ = keys.Close()
	p.close()

	p.open(ctx) // Now this process owns the directory, and somebody has to host.
	defer p.close()
	if _, err := p.node.HostFeedback(ctx, time.Now); err != nil {
		t.Fatal(err)
	}
	if lost.GetItem() != "" { // Sent again: whether it was written nobody knows.
		if err := p.save(ctx, lost); err != nil && status.Code(err) != codes.FailedPrecondition {
			t.Errorf("sent again: %v", err)
		}
	}
	for busy := true; busy; {
		busy = false
		for _, rater := range raters {
			_, more, err := p.rate(ctx, rater)
			if err != nil {
				t.Fatal(err)
			}
			busy = busy || more
		}
	}
	p.byHand(ctx, prog)
}

// byHand counts what is in the log and computes agreement from what the raters said, by the definitions.
func (p *panel) byHand(ctx context.Context, prog *program) {
	run, _, _ := strings.Cut(p.campaign, ".")
	given := map[string]int{}
	values := map[vignettev1.RatingStage]map[string]map[string]float64{1: {}, 2: {}}
	gold, ids := map[string]bool{}, map[string]bool{}
	for entry, err := range p.node.Log().Run(ctx, run) {
		if err != nil {
			p.t.Fatal(err)
		}
		for _, item := range entry.Note.GetCampaign().GetItems() {
			gold[item.GetId()] = item.GetGold()
		}
		r := entry.Note.GetRated()
		if r.GetVersion() == 0 || ids[entry.Note.GetId()] {
			continue
		}
		ids[entry.Note.GetId()] = true
		given[fmt.Sprint(r.GetItem(), r.GetRater(), r.GetStage())]++
		of := values[r.GetStage()]
		if of[r.GetItem()] == nil {
			of[r.GetItem()] = map[string]float64{}
		}
		of[r.GetItem()][r.GetRater()] = float64(r.GetValues()[0].GetValue())
		if want := opinion(r.GetItem(), r.GetRater(), r.GetStage()); r.GetValues()[0].GetValue() != want {
			p.t.Errorf("%s says %d of %s, and %d is there", r.GetRater(), want, r.GetItem(), r.GetValues()[0].GetValue())
		}
	}
	for key, n := range given {
		if n != 1 {
			p.t.Errorf("%s is there %d times", key, n)
		}
	}
	got, err := p.node.Directory().Feedback().GetAgreement(ctx, &vignettev1.GetAgreementRequest{Campaign: p.campaign})
	if err != nil {
		p.t.Fatal(err)
	}
	if got.GetItems() != 60 || got.GetComplete() != 60 || len(given) != 2*(58*2+2*3) {
		p.t.Errorf("%d of %d items are complete with %d ratings; want 60 of 60 with %d", got.GetComplete(), got.GetItems(), len(given), 2*(58*2+2*3))
	}
	for _, scale := range got.GetScales() {
		var units []map[string]float64
		for _, item := range slices.Sorted(maps.Keys(values[scale.GetStage()])) {
			if !gold[item] {
				units = append(units, values[scale.GetStage()][item])
			}
		}
		want := map[string]float64{"percent": percentByHand(units), "kappa": kappaByHand(units), "alpha": alphaByHand(units), "icc": iccByHand(units)}
		for name, e := range map[string]*vignettev1.Estimate{"percent": scale.GetPercent(), "kappa": scale.GetKappa(), "alpha": scale.GetAlpha(), "icc": scale.GetIcc()} {
			if e.Value == nil || math.Abs(e.GetValue()-want[name]) > 1e-9 || e.Low == nil || e.GetLow() > e.GetValue() || e.GetHigh() < e.GetValue() {
				p.t.Errorf("%s in %s is %v; by hand %v", name, scale.GetStage(), e, want[name])
			}
		}
	}
}

// two are the values of a unit with two raters, in the order of their names.
func two(unit map[string]float64) (raters [2]string, x [2]float64) {
	for i, rater := range slices.Sorted(maps.Keys(unit)) {
		raters[i], x[i] = rater, unit[rater]
	}
	return raters, x
}

func percentByHand(units []map[string]float64) float64 {
	same := 0.0
	for _, unit := range units {
		if _, x := two(unit); x[0] == x[1] {
			same++
		}
	}
	return same / float64(len(units))
}

// kappaByHand is 1 - observed/expected squared differences for each pair of raters, the mean weighted by what they share (Cohen 1968).
func kappaByHand(units []map[string]float64) float64 {
	shared := map[[2]string][][2]float64{}
	for _, unit := range units {
		raters, x := two(unit)
		shared[raters] = append(shared[raters], x)
	}
	sum, n := 0.0, 0.0
	for _, xs := range shared {
		observed, expected := 0.0, 0.0
		for _, a := range xs {
			observed += (a[0] - a[1]) * (a[0] - a[1]) / float64(len(xs))
			for _, b := range xs {
				expected += (a[0] - b[1]) * (a[0] - b[1]) / float64(len(xs)*len(xs))
			}
		}
		sum, n = sum+float64(len(xs))*(1-observed/expected), n+float64(len(xs))
	}
	return sum / n
}

// alphaByHand is Krippendorff's with the ordinal metric, from all values: 1 - observed/expected.
func alphaByHand(units []map[string]float64) float64 {
	count, all := map[float64]float64{}, []float64{}
	for _, unit := range units {
		_, x := two(unit)
		for _, v := range x {
			count[v]++
			all = append(all, v)
		}
	}
	metric := func(a, b float64) float64 {
		low, high := min(a, b), max(a, b)
		sum := 0.0
		for v, n := range count {
			if v >= low && v <= high {
				sum += n
			}
		}
		sum -= (count[low] + count[high]) / 2
		if low == high {
			return 0
		}
		return sum * sum
	}
	observed, expected := 0.0, 0.0
	for _, unit := range units {
		_, x := two(unit)
		observed += 2 * metric(x[0], x[1]) / float64(len(all))
	}
	for i, a := range all {
		for j, b := range all {
			if i != j {
				expected += metric(a, b) / float64(len(all)*(len(all)-1))
			}
		}
	}
	return 1 - observed/expected
}

// iccByHand is (MSB - MSW) / (MSB + MSW) for two raters an item (Shrout and Fleiss 1979, ICC(1,1)).
func iccByHand(units []map[string]float64) float64 {
	n, grand := float64(len(units)), 0.0
	for _, unit := range units {
		_, x := two(unit)
		grand += (x[0] + x[1]) / (2 * n)
	}
	between, within := 0.0, 0.0
	for _, unit := range units {
		_, x := two(unit)
		mean := (x[0] + x[1]) / 2
		between += 2 * (mean - grand) * (mean - grand) / (n - 1)
		within += ((x[0]-mean)*(x[0]-mean) + (x[1]-mean)*(x[1]-mean)) / n
	}
	return (between - within) / (between + within)
}
