package browser

import (
	"fmt"
	"testing"
)

// What this file listens for is heard: a script in a page, which the policy forbids, does not run, and the console complains.
func TestComplaintsAreHeard(t *testing.T) {
	s := open(t).up(t)
	b := s.tab(t)
	b.open("/runs")
	if eval[bool](b, `(() => { const s = document.createElement("script"); s.textContent = "window.ran = true"; document.body.append(s); return window.ran === true; })()`) {
		t.Error("a script within a page ran: the policy does not hold")
	}
	b.open("/runs") // What was complained of comes before this answer.
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.wrong) == 0 {
		t.Error("a script within a page was stopped and nothing was heard of it: these tests hear nothing")
	}
	b.wrong = nil
}

// Every page, wide and narrow, light and dark.
func TestPages(t *testing.T) {
	s := open(t).up(t)
	runs, episodes := s.objects(t)
	campaign := s.campaign(t, runs[1], "episode")
	pair := s.campaign(t, runs[1], "pair")
	pages := map[string]string{
		"home": "/", "runs": "/runs", "new-run": "/runs/new", "run": "/runs/" + runs[1], "episodes": "/runs/" + runs[1] + "/episodes", "episode": "/episodes/" + episodes[1],
		"inside": "/episodes/" + episodes[1] + "?private=1", "hostile-run": "/runs/" + runs[0], "hostile": "/episodes/" + episodes[0] + "?private=1",
		"compare": "/compare?a=" + episodes[0] + "&b=" + episodes[1], "compare-runs": "/compare?a=" + runs[0] + "&b=" + runs[1], "scenarios": "/scenarios", "scenario": "/scenarios/ask-for-leave",
		"validate": "/validate?from=ask-for-leave", "campaigns": "/rate", "new-campaign": "/rate/new", "rate": "/rate/" + campaign, "pairs": "/rate/" + pair, "dashboard": "/rate/" + campaign + "/dashboard",
		"report": "/runs/" + runs[1] + "/report",
	}
	b := s.tab(t)
	for _, width := range []int64{1440, 390} {
		for _, colours := range []string{"light", "dark"} {
			b.look(width, colours)
			for name, path := range pages {
				where := fmt.Sprintf("%s, %d px, %s", name, width, colours)
				b.open(path)
				b.ready("main h1")
				b.axe(where)
				b.narrow(where)
				b.shoot(fmt.Sprintf("%s-%d-%s", name, width, colours))
				b.focus(where)
				b.harmless(where)
				b.fine(where)
			}
		}
	}
	b.open("/episodes/" + episodes[0])
	if said := b.text("#turn-1 .said"); said != `<script>window.harmed=1</script> Could I have "Friday" off?` {
		t.Errorf("what was said is shown as %q", said)
	}
}
