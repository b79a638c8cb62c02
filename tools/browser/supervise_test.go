package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// login comes in under a name, wherever one was going.
func (b *tab) login(name string) {
	b.t.Helper()
	b.open("/login")
	b.enter("#name", name)
	b.enter("#password", "correct horse battery"+kb.Enter)
	b.until(`document.querySelector('form[action="/logout"]') !== null`)
}

func (b *tab) logout() {
	b.t.Helper()
	b.click(`form[action="/logout"] button`)
	b.until(`location.pathname === "/login"`)
}

// A supervisor asks for a session, reads what came of it, comments, puts a score beside another and signs off; the trainee sees all that,
// and who looked.
func TestSupervision(t *testing.T) {
	t.Setenv("VIGNETTE_GRPC_TOKEN", "a token of thirty-two characters")
	s := open(t, "--accounts")
	for name, role := range map[string]string{"root": "admin", "sue": "supervisor", "tim": "trainee"} {
		s.vignette(t, "correct horse battery\n", "account", "add", name, "--role", role)
	}
	s.up(t)
	b := s.tab(t)
	b.look(1440, "light")
	b.login("root")
	b.open("/accounts")
	b.fill("#t-sue", "tim")
	eval[any](b, `window.before = true`) // the field says "tim" before it was sent, too: wait for the next page
	b.click(`form[action="/accounts/sue"] button`)
	b.until(`window.before === undefined && document.querySelector("#t-sue")?.value === "tim"`)
	b.logout()

	b.login("sue")
	b.open("/practice/desk")
	b.fill("#scenario", "ask-for-leave")
	b.fill("#help", "live")
	b.fill("#note", "Say what she gains.")
	b.click(`form[action="/practice/desk"] button.primary`)
	b.until(`/not begun/.test(document.querySelector("main").innerText)`)
	b.logout()

	id := s.asked(t, b)

	b.login("sue")
	b.open("/practice/desk")
	b.click(`th a[href="/practice/` + id + `"]`)
	b.ready("#turn-1")
	if eval[bool](b, `document.querySelector("#say, form[action$='/retry']") !== null`) {
		t.Error("a supervisor is offered to speak for the trainee")
	}
	eval[any](b, `document.querySelector("#turn-1 .doing details").open = true`)
	b.enter("#comment-0", "Warm and clear.")
	eval[any](b, `document.querySelector("#turn-1 .doing form button").click()`)
	b.until(`/Warm and clear/.test(document.querySelector("#turn-1 .comment")?.innerText ?? "")`)
	b.everywhere(map[string]string{"supervised": "/practice/" + id})
	b.look(1440, "light")
	b.open("/practice/" + id + "/report")
	eval[any](b, `document.querySelector("td details").open = true`)
	b.enter(`td details input[name="value"]`, "0.25")
	b.enter(`td details textarea`, "One fact of six.")
	b.shoot("override-1440-light")
	b.click(`td details button`)
	b.until(`/0\.25 says sue/.test(document.querySelector("main").innerText)`)
	b.enter("#remark", "Go on.")
	eval[any](b, `document.querySelector("#remark").form.requestSubmit()`)
	b.until(`/Signed off by sue/.test(document.querySelector("main").innerText)`)
	b.everywhere(map[string]string{"signed": "/practice/" + id + "/report", "supervisor-desk": "/practice/desk", "supervisor-progress": "/practice/progress?trainee=tim"})
	b.look(1440, "light")
	b.logout()

	b.login("tim")
	b.open("/practice/" + id + "/report")
	text := b.text("main")
	for _, want := range []string{"Signed off by sue", "Go on.", "says sue", "One fact of six.", "Who has looked at this"} {
		if !strings.Contains(text, want) {
			t.Errorf("the trainee's debrief lacks %q", want)
		}
	}
	b.everywhere(map[string]string{"trainee-debrief": "/practice/" + id + "/report", "trainee-finished": "/practice/" + id})
	b.fine("supervision")
}

// asked has the trainee practise what they were asked to, to the end, and returns the session.
func (s *site) asked(t *testing.T, b *tab) string {
	t.Helper()
	b.login("tim")
	b.open("/practice")
	b.whole("asked-1440-light")
	b.click(`a[href*="assignment="]`)
	b.click(`input[name="read"]`)
	b.click(`form[action="/practice"] button.primary`)
	b.talk("My father's rehabilitation is every Tuesday at three. I'd like to leave at two on Tuesdays for ten weeks.")
	id := b.where()[strings.LastIndex(b.where(), "/")+1:]
	b.click(`.ending > summary`) // It is asked whether that is meant.
	b.click(`form[action$="/finish"] button`)
	b.until(`location.pathname.endsWith("/report")`)
	b.logout()
	return id
}
