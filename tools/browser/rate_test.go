package browser

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// campaign opens a campaign as its form does.
func (s *site) campaign(t *testing.T, run, unit string) string {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.PostForm(s.url+"/rate", url.Values{"run": {run}, "text": {"title: How was it, by " + unit + "?\nunit: " + unit + "\noverlap: 3\ncodebook: Look at what is asked.\nscales:\n  - {id: good, question: How good was it?, min: 1, max: 5, labels: [bad, poor, fair, good, very good], evidence_for_extremes: true}\n  - {id: long, question: How long did it feel?, min: 0, max: 12}\n"}})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	to := response.Header.Get("Location")
	if response.StatusCode != http.StatusSeeOther {
		t.Fatalf("the campaign is not opened: %d", response.StatusCode)
	}
	return strings.TrimSuffix(strings.TrimPrefix(to, "/rate/"), "/dashboard")
}

// A rater rates with the keyboard alone: numbers, words marked as evidence, a draft that is kept, a step back.
func TestRate(t *testing.T) {
	s := open(t).up(t)
	runs, _ := s.objects(t)
	campaign := s.campaign(t, runs[1], "episode")
	b := s.tab(t)
	b.look(1440, "light")
	b.open("/rate/" + campaign)
	b.ready(".question.here")
	first := b.text("#read")
	b.press("5")
	b.until(`document.querySelector('[name="scale.good"][value="5"]').checked`)
	b.until(`document.querySelectorAll(".question")[1].classList.contains("here")`)
	b.press("1", "2")
	b.until(`document.querySelector('[name="scale.long"][value="12"]').checked`)
	b.expected = "status of 400" // An extreme wants words.
	b.press(kb.Enter)
	b.until(`document.querySelector('[role="alert"]') !== null`)
	b.ready(".question.here")
	b.expected = ""
	// Words are marked with keys: the second turn, its first three words.
	b.press("m", kb.ArrowDown)
	for range 2 {
		b.do(chromedp.KeyEvent(kb.ArrowRight, chromedp.KeyModifiers(kb.ModifierShift)))
	}
	marked := eval[string](b, `getSelection().toString()`)
	if len(strings.Fields(marked)) < 2 {
		t.Errorf("marked is %q", marked)
	}
	b.press("e")
	b.until(`document.querySelector('[name="words.good"]').value !== ""`)
	b.until(`/Draft kept/.test(document.querySelector("#kept").textContent)`)
	b.do(chromedp.Reload())
	b.ready(".question.here")
	draft := eval[string](b, `document.querySelector('[name="words.good"]').value + "|" + document.querySelector("input:checked").value`)
	if draft != strings.TrimSpace(marked)+"|5" {
		t.Errorf("the draft came back as %q", draft)
	}
	b.press(kb.Enter)
	b.until(`/1 rated/.test(document.body.innerText)`)
	if second := b.text("#read"); second == first {
		t.Error("the same item came again")
	}
	b.ready(".question.here")
	b.press("u")
	b.until(`/0 rated/.test(document.body.innerText)`)
	b.ready(".question.here") // Keys are heard from then on.
	b.press("?")
	b.until(`document.querySelector("#codebook").open`)
	for done := range 3 {
		b.ready(".question.here")
		b.press("3")
		b.until(`document.querySelector('[name="scale.good"][value="3"]').checked`)
		b.press("t")
		b.until(`document.querySelector('[name="scale.long"][value="t"]').checked`)
		b.press(kb.Enter)
		b.until(fmt.Sprintf(`/%d rated/.test(document.body.innerText)`, done+1))
	}
	b.ready(".question.here")
	b.press("s")
	b.until(`document.activeElement.id === "skip"`)
	b.fill("#skip", "distressing")
	b.click(`button[name="skipping"]`)
	b.until(`/3 rated, 1 skipped/.test(document.body.innerText)`)
	b.open("/rate/" + campaign + "/dashboard")
	if text := b.text("main"); !strings.Contains(text, "skipped") {
		t.Error("the dashboard does not tell of skips")
	}
	b.fine("rate")
}

// A mouse does what the keys do.
func TestRateWithTheMouse(t *testing.T) {
	s := open(t).up(t)
	runs, _ := s.objects(t)
	campaign := s.campaign(t, runs[1], "pair")
	b := s.tab(t)
	b.look(1440, "light")
	b.open("/rate/" + campaign)
	b.ready(".question.here")
	sides := eval[int](b, `document.querySelectorAll(".read.two > section").length`)
	if sides != 2 {
		t.Errorf("a pair has %d sides", sides)
	}
	eval[any](b, `getSelection().selectAllChildren(document.querySelector("section:nth-child(2) .words"))`)
	b.press("e")
	b.until(`document.querySelector('[name="words.good"]').value !== ""`)
	b.click(`[name="scale.good"][value="1"]`)
	b.click(`[name="scale.long"][value="t"]`)
	b.click("#save")
	b.until(`/1 rated/.test(document.body.innerText)`)
	b.fine("mouse")
}
