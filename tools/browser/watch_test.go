package browser

import (
	"fmt"
	"strings"
	"testing"
)

// A run that somebody plays in another process comes up on the open list.
func TestListIsLive(t *testing.T) {
	s := open(t).up(t)
	b := s.tab(t)
	b.open("/runs")
	before := eval[int](b, `document.querySelectorAll("tbody tr").length`)
	s.vignette(t, "", "run", "ask-for-leave")
	b.until(fmt.Sprintf(`document.querySelectorAll("tbody tr").length === %d && document.querySelector("tbody tr").textContent.includes("over")`, before+1))
	b.fine("list")
}

// A researcher starts a run, sees it come to its end, and reads an episode with the keyboard.
func TestWatch(t *testing.T) {
	s := open(t).up(t)
	b := s.tab(t)
	b.look(1440, "light")
	b.open("/runs")
	b.click(`a[href="/runs/new"]`)
	b.ready(`input[value="refuse-a-loan"]`)
	b.click(`input[value="refuse-a-loan"]`)
	b.fill("#repeats", "0")
	b.click(`form[action="/runs"] button.primary`)
	b.expected = "status of 400" // A mistake is refused, and what was filled in stays.
	b.ready(`[role="alert"]`)
	if text := b.text(`[role="alert"]`); !strings.Contains(text, "Repeats") {
		t.Errorf("the mistake is told as %q", text)
	}
	kept := eval[bool](b, `document.querySelector('input[value="refuse-a-loan"]').checked`)
	if !kept {
		t.Error("what was chosen is gone")
	}
	b.fill("#repeats", "30")
	b.click(`form[action="/runs"] button.primary`)
	b.until(`document.querySelector("[data-status]") !== null`)
	b.until(`/All \d+ episodes came to an end/.test(document.querySelector("[data-status]")?.textContent ?? "")`)
	b.until(`document.querySelector("#fates") !== null && document.querySelectorAll("tbody tr").length > 5`)
	b.click(`.cards article a`)
	b.ready("#turn-2")
	b.press("j", "j")
	here := eval[string](b, `document.querySelector(".here").id + " " + document.activeElement.getAttribute("href")`)
	if here != "turn-2 #turn-2" {
		t.Errorf("j j leads to %q", here)
	}
	b.press("k")
	b.click(`.switch a[href="?private=1"]`)
	b.ready("dl.inside")
	b.open(strings.TrimPrefix(b.where(), b.url) + "#turn-3")
	if !eval[bool](b, `document.querySelector(":target").id === "turn-3"`) {
		t.Error("a link to a turn does not lead to it")
	}
	b.click(`a[rel="next"]`)
	b.ready(`a[rel="prev"]`)
	b.fine("watch")
}

// A mistake in a scenario is told with its line; mended, it can be played.
func TestValidator(t *testing.T) {
	s := open(t).up(t)
	b := s.tab(t)
	b.open("/validate?from=ask-for-leave")
	b.ready("#text")
	eval[any](b, `document.querySelector("#text").value = document.querySelector("#text").value.replace("kind: persona", "kind: persno")`)
	b.click("main button.primary")
	b.ready(".problems li")
	if text := b.text(".problems"); !strings.Contains(text, "Line ") || !strings.Contains(text, "persno") {
		t.Errorf("told: %q", text)
	}
	eval[any](b, `document.querySelector("#text").value = document.querySelector("#text").value.replace("persno", "persona")`)
	b.click("main button.primary")
	b.until(`/can be played/.test(document.body.innerText)`)
	b.fine("validator")
}

// A server that was killed is back, and the page goes on by itself.
func TestKilledServer(t *testing.T) {
	s := open(t).up(t)
	b := s.tab(t)
	b.open("/runs/new")
	b.ready(`input[value="refuse-a-loan"]`)
	b.click(`input[value="refuse-a-loan"]`)
	b.fill("#repeats", "4000")
	b.click(`form[action="/runs"] button.primary`)
	b.until(`document.querySelector("progress")?.value > 5`)
	b.expected = "ERR_" // The connection is lost, and the console says so.
	run := b.where()[strings.LastIndex(b.where(), "/")+1:]
	s.kill(t)
	address := strings.TrimPrefix(s.url, "http://")
	eval[any](b, `window.stayed = true`)
	s.serve(t, address)
	var now struct {
		Status struct{ Total, Unfinished int }
	}
	s.get(t, "/api/v1/runs/"+run, &now)
	want := now.Status.Total - now.Status.Unfinished
	b.until(fmt.Sprintf(`document.querySelector("progress").value === %d && window.stayed`, want))
	b.fine("killed")
}
