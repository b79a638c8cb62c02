package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// With accounts one logs in, sees what one may, and is out after logging out.
func TestLogin(t *testing.T) {
	t.Setenv("VIGNETTE_GRPC_TOKEN", "a token of thirty-two characters")
	s := open(t, "--accounts")
	s.vignette(t, "correct horse battery\n", "account", "add", "root", "--role", "admin")
	s.vignette(t, "correct horse battery\n", "account", "add", "ann", "--role", "rater")
	s.up(t)
	b := s.tab(t)
	for _, width := range []int64{1440, 390} {
		b.look(width, "dark")
		b.open("/scenarios?tag=work")
		b.ready("#password")
		b.enter("#name", "ann")
		b.enter("#password", "wrong"+kb.Enter)
		b.expected = "status of 401"
		b.ready(`[role="alert"]`)
		b.axe("login")
		b.shoot(fmt.Sprintf("login-%d", width))
		b.enter("#password", "correct horse battery"+kb.Enter)
		b.until(`location.pathname === "/scenarios" && location.search === "?tag=work"`)
		if text := b.text(".top"); strings.Contains(text, "Runs") {
			t.Error("a rater is shown the way to runs")
		}
		b.click(`form[action="/logout"] button`)
		b.until(`location.pathname === "/login"`)
		b.open("/rate")
		b.until(`location.pathname === "/login"`)
		b.enter("#name", "root")
		b.enter("#password", "correct horse battery"+kb.Enter)
		b.until(`location.pathname === "/rate"`)
		for _, path := range []string{"/accounts", "/trail", "/account"} {
			b.open(path)
			b.ready("main h1")
			b.axe(path)
			b.narrow(path)
			b.shoot(fmt.Sprintf("%s-%d", path[1:], width))
		}
		b.click(`form[action="/logout"] button`)
		b.until(`location.pathname === "/login"`)
	}
	b.fine("login")
}
