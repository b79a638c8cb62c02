package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A trainee practises from the library to the debrief: words are streamed and recorded once, whatever is reloaded or killed among it; feedback
// marks the words; a turn is tried again; danger stops it.
func TestPractice(t *testing.T) {
	s := open(t).up(t)
	b := s.tab(t)
	b.look(1440, "light")
	b.open("/practice?q=leave")
	b.shoot("practice-1440-light")
	b.click(`a[href="/practice/brief?scenario=ask-for-leave"]`)
	b.click(`input[name="help"][value="co_drafting"]`)
	b.click(`input[name="read"]`)
	b.click(`form[action="/practice"] button.primary`)
	b.ready("#say")
	id := b.where()[strings.LastIndex(b.where(), "/")+1:]
	b.click("details.card:nth-of-type(2) summary")
	b.enter("#distress", "60")
	eval[any](b, `document.querySelector('form[action$="/measure"] button').click()`)
	b.until(`document.querySelector("#distress") === null && document.querySelector("#say") !== null`)

	const words = "My father's rehabilitation is every Tuesday at three. I feel torn, because I want to be there for him. I'd like to leave at two on Tuesdays for ten weeks."
	b.enter("#text", words)
	b.do(chromedp.Reload()) // What is not said yet outlasts it.
	b.ready("#say")
	if kept := eval[string](b, `document.querySelector("#text").value`); kept != words {
		t.Errorf("after a reload there is %q", kept)
	}
	b.click("#draft")
	b.until(`document.querySelector("#beside mark") !== null`)
	b.shoot("draft-1440-light")
	b.click("#hint")
	b.until(`document.querySelector("#beside .note") !== null`)
	b.do(chromedp.SendKeys(chromedp.CSS("#text"), kb.Enter)) // The keyboard alone says it.
	b.until(`document.querySelectorAll("#turns > .turn:not(.coming)").length === 2 && document.querySelector("#turn-1 mark") !== null`)
	b.until(`document.querySelector(".coming") === null && document.activeElement.id === "text" && !document.querySelector("#send").disabled`)
	if eval[string](b, `document.querySelector("#turns").getAttribute("aria-live")`) != "polite" {
		t.Error("new turns are not told to a screen reader")
	}

	// The server is killed while something is said: it comes back, and what was said is there once.
	b.expected = "ERR_"
	address := strings.TrimPrefix(s.url, "http://")
	s.kill(t)
	b.enter("#text", "Bilal could come in early on Tuesdays, and I could make up the hours on Monday evenings."+kb.Enter)
	b.until(`/connection is lost/.test(document.querySelector("#state").textContent)`)
	s.serve(t, address)
	b.until(`document.querySelectorAll("#turns > .turn:not(.coming)").length === 4 && document.querySelector(".coming") === null`)
	b.until(`!document.querySelector("#send").disabled`)
	var now struct {
		Session struct{ Turns []struct{ Mine bool } }
	}
	s.get(t, "/api/v1/practice/"+id, &now)
	if len(now.Session.Turns) != 4 {
		t.Errorf("%d turns are recorded, want 4", len(now.Session.Turns))
	}
	b.fine("talking")
	b.expected = ""

	for _, width := range []int64{1440, 390} {
		for _, colours := range []string{"light", "dark"} {
			b.look(width, colours)
			where := fmt.Sprintf("session, %d px, %s", width, colours)
			b.axe(where)
			b.narrow(where)
			b.shoot(fmt.Sprintf("session-%d-%s", width, colours))
		}
	}
	b.look(1440, "light")
	eval[any](b, `document.querySelector("#turn-1 .doing details").open = true`)
	b.fill("#again-1", "You never let anybody go.")
	eval[any](b, `document.querySelector("#turn-1 .doing details form button").click()`)
	b.until(`location.pathname.endsWith("/branches")`)
	b.click(`form[action$="/switch"] button`)
	b.until(`document.querySelectorAll("#turns > .turn").length === 4 && document.documentElement.dataset.alive === "practice"`)

	b.fine("practice")
}
