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
	b.click("#before summary")
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

	s.danger(t, b)
	b.click(`.ending > summary`) // It is asked whether that is meant.
	b.click(`form[action$="/finish"] button`)
	b.until(`location.pathname.endsWith("/report")`)
	b.enter("#reached", "70")
	b.click(`form[action$="/measure"] button`)
	b.until(`document.querySelector("#reached") === null && /70/.test(document.querySelector("main").innerText)`)
	b.fine("practice")
	b.everywhere(map[string]string{
		"practice": "/practice", "situation": "/practice/situation", "brief": "/practice/brief?scenario=cbt-intake", "branches": "/practice/" + id + "/branches",
		"debrief": "/practice/" + id + "/report", "progress": "/practice/progress", "desk": "/practice/desk", "finished": "/practice/" + id, "print": "/practice/" + id + "/print",
	})
}

// danger says what tells of danger: it is said to nobody, and the notice has the focus until it is read.
func (s *site) danger(t *testing.T, b *tab) {
	t.Helper()
	b.enter("#text", "I want to kill myself tonight"+kb.Enter)
	b.until(`document.activeElement.id === "notice"`)
	b.until(`document.querySelector("#send").textContent === "Say it"`) // What was said has come to its end, and the focus stays.
	if at := eval[string](b, `document.activeElement.id`); at != "notice" {
		t.Errorf("the focus went on to %q", at)
	}
	if text := b.text("#turns"); strings.Contains(text, "kill myself") {
		t.Error("what tells of danger stands among what was said")
	}
	if text := b.text("#notice"); !strings.Contains(text, "kept nowhere") || !strings.Contains(text, "findahelpline") {
		t.Errorf("the notice says %.300q", text)
	}
	if kept := eval[int](b, `Object.values(sessionStorage).filter(v => v.includes("kill myself")).length`); kept != 0 {
		t.Error("the browser keeps what tells of danger")
	}
	b.everywhereHere("notice")
	b.look(1440, "light")
	b.do(chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter)) // The keyboard alone puts it away.
	b.until(`document.querySelector("#notice") === null && document.querySelector("#send")?.disabled === false`)
}

// looks are the windows that pages are looked at in.
func looks(do func(width int64, colours string)) {
	for _, width := range []int64{1440, 390} {
		for _, colours := range []string{"light", "dark"} {
			do(width, colours)
		}
	}
}

// everywhere holds pages to what all pages have to be, wide and narrow, light and dark.
func (b *tab) everywhere(pages map[string]string) {
	b.t.Helper()
	looks(func(width int64, colours string) {
		b.look(width, colours)
		for name, path := range pages {
			where := fmt.Sprintf("%s, %d px, %s", name, width, colours)
			b.do(chromedp.Navigate(b.url + path))
			b.ready("h1")
			b.axe(where)
			b.narrow(where)
			b.whole(fmt.Sprintf("%s-%d-%s", name, width, colours))
			b.focus(where)
			b.harmless(where)
			b.fine(where)
		}
	})
}

// everywhereHere does so with the page that is open.
func (b *tab) everywhereHere(name string) {
	b.t.Helper()
	looks(func(width int64, colours string) {
		where := fmt.Sprintf("%s, %d px, %s", name, width, colours)
		b.look(width, colours)
		if !eval[bool](b, `(() => { const e = document.activeElement; e.scrollIntoView({block: "center"}); const r = e.getBoundingClientRect(); return e.contains(document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2)); })()`) {
			b.t.Errorf("%s: what has the focus is covered", where)
		}
		b.axe(where)
		b.narrow(where)
		b.shoot(fmt.Sprintf("%s-%d-%s", name, width, colours))
	})
}

// A trainee says how a client hangs together, and sees the client's own model beside it.
func TestFormulation(t *testing.T) {
	s := open(t).up(t)
	b := s.tab(t)
	b.look(1440, "light")
	b.open("/practice/brief?scenario=cbt-intake")
	b.click(`input[name="read"]`)
	b.click(`form[action="/practice"] button.primary`)
	b.talk("What brings you here today?")
	b.talk("It sounds as if being watched at work wears you out. What went through your mind when it happened last?")
	id := b.where()[strings.LastIndex(b.where(), "/")+1:]
	b.do(chromedp.Focus(chromedp.CSS(`a.button[href$="/formulation"]`))) // As with Tab: a click would find the page on its way to the newest words.
	b.press(kb.Enter)
	b.ready("#situation")
	b.everywhere(map[string]string{"worksheet": "/practice/" + id + "/formulation"})
	b.look(1440, "light")
	b.enter("#situation", "The head teacher sat in on a lesson.")
	b.enter("#automatic_thoughts", "They will see that I am not good enough.")
	b.click(`input[name="emotion"][value="anxiety"]`)
	b.click(`input[name="belief"]`)
	b.click(`form[action$="/formulation"] button.primary`)
	b.until(`/The client.s model/.test(document.querySelector("main").innerText)`)
	if kept := eval[string](b, `document.querySelector("#situation").value`); kept != "The head teacher sat in on a lesson." {
		t.Errorf("what was handed in stands there as %q", kept)
	}
	b.fine("formulation")
	b.everywhere(map[string]string{"compared": "/practice/" + id + "/formulation"})
}

// talk says something and waits until it is answered.
func (b *tab) talk(words string) {
	b.t.Helper()
	b.ready("#say")
	b.until(`document.documentElement.dataset.alive === "practice" && !document.querySelector("#send").disabled`)
	turns := eval[int](b, `document.querySelectorAll("#turns > .turn").length`)
	b.enter("#text", words+kb.Enter)
	b.until(fmt.Sprintf(`document.querySelectorAll("#turns > .turn:not(.coming)").length === %d && !document.querySelector("#send").disabled`, turns+2))
}

// Text that attacks the reader is text wherever a session of practice shows it: the scenario's, the partner's, the trainee's own.
func TestHostilePractice(t *testing.T) {
	s := open(t)
	s.vignette(t, "<img src=x onerror=window.harmed=1> Could I have \"Friday\" off?\n/quit\n", "practice", "hostile.yaml", "--plain", "--help-level", "live", "--trainee", "ann<i>")
	s.up(t)
	b := s.tab(t)
	b.open("/practice")
	var list struct{ Sessions []struct{ Session string } }
	s.get(t, "/api/v1/practice", &list)
	id := list.Sessions[0].Session
	b.open("/practice/" + id)
	if said := b.text("#turn-1 .said"); !strings.Contains(said, "<img src=x onerror") {
		t.Errorf("what was said is shown as %q", said)
	}
	b.everywhere(map[string]string{"hostile-library": "/practice", "hostile-session": "/practice/" + id, "hostile-debrief": "/practice/" + id + "/report", "hostile-branches": "/practice/" + id + "/branches",
		"hostile-print": "/practice/" + id + "/print", "hostile-desk": "/practice/desk"})
	b.open("/practice/" + id)
	b.until(`document.documentElement.dataset.alive === "practice"`)
	b.enter("#text", "</textarea><svg onload=window.harmed=1></svg>"+kb.Enter) // Streamed, too.
	b.until(`/svg onload/.test(document.querySelector("#turns").lastElementChild.previousElementSibling?.innerText + document.querySelector("#turns").lastElementChild.innerText)`)
	b.harmless("streamed")
	b.fine("hostile")
}

// The box is there at once, the newest words stand above it whatever comes, and who has gone up to read is left there and told.
func TestNewestWords(t *testing.T) {
	s := open(t).up(t)
	for _, width := range []int64{1440, 390} {
		b := s.tab(t)
		b.look(width, "light")
		b.open("/practice/brief?scenario=ask-for-leave")
		b.click(`input[name="read"]`)
		b.click(`form[action="/practice"] button.primary`)
		b.ready("#say")
		if !eval[bool](b, `scrollY === 0 && document.querySelector("#send").getBoundingClientRect().bottom <= innerHeight`) {
			t.Errorf("%d px: the box is not on the first screen", width)
		}
		const above = `document.querySelector("#turns").lastElementChild.firstElementChild.getBoundingClientRect().bottom <= document.querySelector("#dock").getBoundingClientRect().top`
		for _, words := range []string{"My father's rehabilitation is every Tuesday at three.", "I'd like to leave at two on Tuesdays for ten weeks."} {
			b.talk(words)
			b.until(above)
		}
		id := b.where()[strings.LastIndex(b.where(), "/")+1:]
		eval[any](b, `document.activeElement.blur()`)
		b.press(kb.Home)
		b.until(`scrollY === 0`)
		eval[string](b, fmt.Sprintf(`fetch("/api/v1/practice/%s/say", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({turn_index: 4, text: "Bilal could cover the desk."})}).then(r => r.text())`, id))
		b.until(`document.querySelectorAll("#turns > .turn:not(.coming)").length === 6 && !document.querySelector("#newer").hidden`)
		if at := eval[float64](b, `scrollY`); at != 0 {
			t.Errorf("%d px: who reads above is moved to %g", width, at)
		}
		b.shoot(fmt.Sprintf("newer-%d", width))
		b.click("#newer")
		b.until(above + ` && document.querySelector("#newer").hidden`)
		b.fine(fmt.Sprintf("newest words, %d px", width))
	}
}
