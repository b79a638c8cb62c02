package main

import (
	"fmt"
	"hash/fnv"
	"math"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vignette-sim/vignette/internal/scripted"
)

// anchored are anchors that a planted judge can read: the better text says "kind", and who wrote a text stands in it.
func anchored(n int) string {
	var out strings.Builder
	for i := range n {
		texts, label := [2]string{"kind", "curt"}, "a"
		if i/4%2 == 1 {
			texts, label = [2]string{"curt", "kind"}, "b"
		}
		var by [2]string
		by[i/2%2] = []string{"honest", "vain"}[i%2]
		fmt.Fprintf(&out, `{"id": "a%d", "a": "%s reply %d by <%s>", "b": "%s reply %d by <%s>", "label": %q, "by_a": %q, "by_b": %q}`+"\n",
			i, texts[0], i, by[0], texts[1], i, by[1], label, by[0], by[1])
	}
	return out.String()
}

var reply = regexp.MustCompile(`(kind|curt) reply (\d+) by <(\w*)>`)

// drawn is a number from 0 to 1 that hangs on words alone.
func drawn(words ...any) float64 {
	hash := fnv.New64a()
	fmt.Fprintln(hash, words...)
	x := hash.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return float64((x^x>>33)>>11) / (1 << 53)
}

// bench plays judges: each is right three times in four, but for what is planted in it. Time is the number of the reading.
func bench(time *atomic.Int32) func(scripted.Request) *scripted.Reply {
	return func(request scripted.Request) *scripted.Reply {
		texts := reply.FindAllStringSubmatch(request.Messages[len(request.Messages)-1].Content, -1)
		if len(texts) != 2 {
			return nil // what the doctor or the gateway asks
		}
		who, id, order, now := request.Model, texts[0][2], texts[0][1], time.Load()
		errs, right, sure := who, 0.75, 0.75
		switch {
		case who == "loud":
			sure = 0.95
		case who == "twin" && drawn("leans", id) < 0.8:
			errs = "echo"
		case who == "vain":
			sure = 0.67 // as often as it is right, its own texts included
		case who == "drifts" && now == 0:
			right = 0.9
		case who == "drifts":
			right = 0.6
		}
		if who == "drifts" {
			sure = right
		}
		answer := 0
		if texts[1][1] == "kind" {
			answer = 1
		}
		if drawn(errs, id, order, now) >= right {
			answer = 1 - answer
		}
		if who == "placed" && drawn(who, "place", id, order, now) < 0.4 {
			answer, sure = 0, 0.65
		}
		for i, text := range texts {
			if who == "vain" && text[3] == who && drawn(who, "own", id, order, now) < 0.6 {
				answer = i
			}
		}
		return &scripted.Reply{Content: fmt.Sprintf(`{"reason": "r", "answer": %q, "confidence": %v}`, []string{"first", "second"}[answer], sure)}
	}
}

// Five planted judges are named through the true protocol, each with its size, and the honest one is not.
func TestPlantedJudges(t *testing.T) {
	t.Parallel()
	var time atomic.Int32
	p, endpoint := withEndpoint(t, scripted.Config{Seed: 2, Answer: bench(&time)})
	args := []string{"judges", "anchors.jsonl", "--json"}
	for _, name := range []string{"honest", "loud", "placed", "vain", "echo", "twin", "drifts"} {
		args = append(args, "--model", "local/"+name)
	}
	// Texts are by "vain", and judges are called as --model has them.
	write(t, filepath.Join(p.dir, "anchors.jsonl"), regexp.MustCompile(`(by_[ab]": ")(\w)`).ReplaceAllString(anchored(240), "${1}local/$2"))
	if first := p.must(args...); !strings.Contains(first, "this is the first reading") {
		t.Error("a first reading has a drift")
	}
	time.Store(1)
	report := last(t, p.must(args...))
	want := map[string]float64{
		"over-confident local/loud": 0.2, "position-biased local/placed": 0.4, "self-preferring local/vain": 0.6, "colluding pair local/echo local/twin": 0.8, "drifting local/drifts": -0.3,
	}
	for _, f := range report["findings"].([]any) {
		finding := f.(map[string]any)
		name := fmt.Sprint(finding["what"], " ", finding["judge"])
		if other, ok := finding["other"]; ok {
			name += fmt.Sprint(" ", other)
		}
		if finding["named"] != true {
			continue
		}
		size, planted := want[name]
		got := finding["size"].(float64)
		t.Logf("%s: %.2f %v", name, got, finding["ci95"])
		if !planted || math.Abs(got-size) > 0.2 {
			t.Errorf("%s is named with %.2f; planted %v", name, got, size)
		}
		delete(want, name)
	}
	for name := range want {
		t.Errorf("%s is not named", name)
	}
	asked := endpoint.Stats().Requests
	page := p.must("judges", "anchors.jsonl", "--model", "local/loud", "--replay")
	for _, text := range []string{"! local/loud: over-confident", "reading", "verbalised, calibrated", "coverage"} {
		if !strings.Contains(page, text) {
			t.Errorf("the page lacks %q:\n%s", text, page)
		}
	}
	if again := endpoint.Stats().Requests; again != asked {
		t.Errorf("a replay asked %d times", again-asked)
	}
}

func TestJudgesMistakes(t *testing.T) {
	p, _ := withEndpoint(t, scripted.Config{Seed: 2})
	write(t, filepath.Join(p.dir, "anchors.jsonl"), anchored(4))
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"anchors.jsonl"}, exitUsage, "--model is missing"},
		{[]string{"anchors.jsonl", "--model", "m", "--model", "m"}, exitUsage, "a model twice"},
		{[]string{"anchors.jsonl", "--model", "m", "--samples", "0"}, exitUsage, "--samples is 0"},
		{[]string{"anchors.jsonl", "--model", "m", "--abstain", "2"}, exitUsage, "--abstain is 2"},
		{[]string{"nowhere.jsonl", "--model", "m"}, exitFailed, "nowhere.jsonl"},
	} {
		stdout, stderr, code := p.run(append([]string{"judges"}, test.args...)...)
		if code != test.code || !strings.Contains(stderr, test.want) || stdout != "" {
			t.Errorf("%v: exit %d, %q; want %d, %q", test.args, code, stderr, test.code, test.want)
		}
	}
}
