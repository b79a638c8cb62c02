package check_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/vignette-sim/vignette/studies/report"
)

// policy is what pages may do. It is written out here: whoever loosens it has to do so twice.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"

// elements are all elements of a page.
func elements(t *testing.T, page string) []*html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var out []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			out = append(out, n)
		}
	}
	return out
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// checkInert fails where a page has something that runs, or fetches from elsewhere, or that an author of a scenario brought in.
func checkInert(t *testing.T, path, page string, ownStyle bool) {
	t.Helper()
	for _, n := range elements(t, page) {
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" || a.Key == "http-equiv" && !ownStyle {
				t.Errorf("%s: <%s %s=%q>", path, n.Data, a.Key, a.Val)
			}
			address := a.Key == "href" || a.Key == "src" || a.Key == "action" || a.Key == "formaction" || a.Key == "data"
			if u, err := url.Parse(a.Val); address && (err != nil || u.IsAbs() || u.Host != "") {
				t.Errorf("%s: <%s %s=%q> leads elsewhere", path, n.Data, a.Key, a.Val)
			}
		}
		switch n.Data {
		case "script":
			if n.FirstChild != nil || !strings.HasPrefix(attr(n, "src"), "/static/") {
				t.Errorf("%s: a script that is not a file of ours", path)
			}
		case "style":
			if !ownStyle {
				t.Errorf("%s: style within the page", path)
			}
		case "img", "iframe", "object", "embed", "base":
			t.Errorf("%s: <%s>", path, n.Data)
		case "svg":
			if attr(n, "viewbox") == "" && attr(n, "viewBox") == "" {
				t.Errorf("%s: a drawing that is not ours", path)
			}
		}
	}
}

// text is what a page says, without its marks.
func text(t *testing.T, page string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			out.WriteString(n.Data)
			out.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// Every page says what it is for, under the policy, with nothing in it that runs.
func TestPages(t *testing.T) {
	shown := strings.ReplaceAll(attack, "\u202e", "\uFFFD") // what an attack is on a page: the same words, as text
	for _, tc := range []struct {
		path   string
		status int
		says   []string
	}{
		{"/", 200, []string{"What would you like to do?", h.played, h.hostile}},
		{"/runs", 200, []string{h.played, h.hostile, "over", "hostile"}},
		{"/runs/" + h.played, 200, []string{"How it was set up", "What speaks against it", "What became of all that was begun", "All numbers", "reward", "ask-for-leave", "The others agreed, or took the no, in "}},
		{"/runs/" + h.hostile, 200, []string{"hostile", "60"}},
		{"/runs/" + h.hostile + "/episodes", 200, []string{"60 found", "page 1 of 2"}},
		{"/runs/" + h.played + "/report", 200, []string{"How it was set up", "Make it again: vignette run"}},
		{"/runs/" + h.hostile + "/report", 200, []string{"Make it again: vignette run"}},
		{"/episodes/" + h.playedEpisode, 200, []string{"How it ended", "Reward of"}},
		{"/episodes/" + h.hostileEpisode, 200, []string{"Bo", shown}},
		{"/compare", 200, []string{"Compare"}},
		{"/compare?a=" + h.hostileEpisode + "&b=" + h.hostileEpisode, 200, []string{"word for word the same", shown}},
		{"/compare?a=" + h.played + "&b=" + h.hostile, 200, []string{"Two runs"}},
		{"/scenarios", 200, []string{"Not lending money to an old friend", "found"}},
		{"/scenarios?q=" + url.QueryEscape("LOAN friend"), 200, []string{"Not lending money to an old friend", "1 found"}},
		{"/scenarios?q=" + url.QueryEscape(attack), 200, []string{"0 found"}},
		{"/scenarios/refuse-a-loan", 200, []string{"Not lending money to an old friend", "Rory Keane", "Setting"}},
		{"/validate", 200, []string{"Validate a scenario"}},
		{"/validate?from=refuse-a-loan", 200, []string{"id: refuse-a-loan"}},
		{"/nowhere", 404, []string{"There is no such page."}},
		{"/runs/nowhere", 404, []string{`There is no run "nowhere" here.`}},
		{"/runs/nowhere/report", 404, []string{`There is no run "nowhere" here.`}},
		{"/runs/" + url.PathEscape(attack), 404, []string{"There is no run"}},
		{"/episodes/nowhere", 404, []string{`There is no episode "nowhere" here.`}},
		{"/scenarios/nowhere", 404, []string{`There is no scenario "nowhere" here.`}},
		{"/validate?from=../../go.mod", 404, []string{"There is no scenario"}},
		{"/compare?a=" + h.played + "&b=" + h.playedEpisode, 400, []string{"One of the two is a run"}},
	} {
		got := get(t, tc.path)
		if got.status != tc.status || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: %d, %s", tc.path, got.status, got.header.Get("Content-Type"))
			continue
		}
		want, ownStyle := policy, strings.HasSuffix(tc.path, "/report") && tc.status == 200
		if ownStyle {
			want = report.Policy + "; frame-ancestors 'none'"
		}
		for name, value := range map[string]string{
			"Content-Security-Policy": want, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
			"Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-store",
		} {
			if got.header.Get(name) != value {
				t.Errorf("%s: %s is %q, want %q", tc.path, name, got.header.Get(name), value)
			}
		}
		checkInert(t, tc.path, got.body, ownStyle)
		said := text(t, got.body)
		for _, s := range tc.says {
			if !strings.Contains(said, strings.Join(strings.Fields(s), " ")) {
				t.Errorf("%s does not say %q:\n%.2000s", tc.path, s, said)
			}
		}
		if strings.Contains(got.body, "\u202e") {
			t.Errorf("%s: something turns the line around", tc.path)
		}
		if head := ask(t, h.pages, http.MethodHead, tc.path, ""); head.status != tc.status || head.body != "" {
			t.Errorf("HEAD %s: %d, %d bytes", tc.path, head.status, len(head.body))
		}
	}
	if strings.Contains(report.Policy, "unsafe") {
		t.Errorf("the report lets in more than its own style: %s", report.Policy)
	}
}

// What is missing is a dash.
func TestMissingIsNotZero(t *testing.T) {
	rows := 0
	for _, n := range elements(t, get(t, "/runs/"+h.hostile+"/episodes").body) {
		if n.Data == "td" && n.NextSibling == nil || n.Data != "tr" {
			continue
		}
		var cells []string
		for c := range n.ChildNodes() {
			if c.Data == "td" {
				cells = append(cells, c.FirstChild.Data)
			}
		}
		if len(cells) == 0 {
			continue
		}
		if rows++; cells[len(cells)-1] != "–" {
			t.Errorf("an episode without a reward shows %q", cells)
		}
	}
	if rows != 50 {
		t.Errorf("%d rows on the first page", rows)
	}
}

// Pages of the list have each episode once, and a page beyond the last is the last.
func TestPaging(t *testing.T) {
	seen := map[string]int{}
	for _, page := range []string{"1", "2", "99", "-3", "x"} {
		for _, n := range elements(t, get(t, "/runs/"+h.hostile+"/episodes?page="+page).body) {
			if id, ok := strings.CutPrefix(attr(n, "href"), "/episodes/"); ok && n.Data == "a" && (page == "1" || page == "2") {
				seen[id]++
			}
		}
	}
	if len(seen) != 60 {
		t.Errorf("two pages have %d episodes, want 60", len(seen))
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s is there %d times", id, n)
		}
	}
	if got := text(t, get(t, "/runs/"+h.hostile+"/episodes?page=99").body); !strings.Contains(got, "page 2 of 2") {
		t.Errorf("beyond the last page: %.500s", got)
	}
	if got := text(t, get(t, "/runs/"+h.hostile+"/episodes?fate=failed").body); !strings.Contains(got, "0 found") {
		t.Errorf("no episode failed: %.500s", got)
	}
}

// What is private to the roles is shown to those who ask for it, and to them only.
func TestPrivate(t *testing.T) {
	path := "/episodes/" + h.playedEpisode
	inside := func(page string) (n int) {
		for _, e := range elements(t, page) {
			if strings.HasPrefix(attr(e, "aria-label"), "Private to ") {
				n++
			}
		}
		return n
	}
	for query, want := range map[string]bool{"": false, "?private=0": false, "?private=": false, "?inside=1": false, "?private=1": true} {
		if got := inside(get(t, path+query).body); (got > 0) != want {
			t.Errorf("%s%s: %d private boxes, want some: %v", path, query, got, want)
		}
		if got := get(t, "/api"+path+query).body; strings.Contains(got, `"privacy"`) != want || strings.Contains(got, `"private":true`) != want {
			t.Errorf("/api%s%s tells what is private: %v", path, query, !want)
		}
	}
	for _, path := range []string{"/episodes/" + h.hostileEpisode, "/api/episodes/" + h.hostileEpisode, "/runs/" + h.hostile, "/runs/" + h.hostile + "/report", "/runs", "/api/runs"} {
		if strings.Contains(get(t, path).body, "CANARY") {
			t.Errorf("%s tells a private goal", path)
		}
	}
}

// No page links to what is not there.
func TestLinksLeadSomewhere(t *testing.T) {
	todo, seen := []string{"/"}, map[string]bool{"/": true}
	kinds := map[string]int{} // an episode is as good as another
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		got := get(t, path)
		if got.status != http.StatusOK {
			t.Errorf("%s is linked to and answers %d", path, got.status)
		}
		if !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
			continue
		}
		for _, n := range elements(t, got.body) {
			link, _, _ := strings.Cut(attr(n, "href")+attr(n, "src"), "#")
			if strings.HasPrefix(link, "?") {
				here, _, _ := strings.Cut(path, "?")
				link = here + link
			}
			parts := strings.Split(link, "/")
			kind := strings.Join(slices.Delete(slices.Clone(parts), min(2, len(parts)), min(3, len(parts))), "/")
			kind, _, _ = strings.Cut(kind, "?")
			if !strings.HasPrefix(link, "/") || seen[link] || kinds[kind] > 8 {
				continue
			}
			seen[link] = true
			kinds[kind]++
			todo = append(todo, link)
		}
	}
	if len(seen) < 20 {
		t.Errorf("only %d links found", len(seen))
	}
}

// Files are served by name, and are not listed.
func TestFiles(t *testing.T) {
	for path, kind := range map[string]string{"/static/site.css": "text/css", "/static/live.js": "text/javascript", "/static/icon.svg": "image/svg+xml"} {
		if got := get(t, path); got.status != 200 || !strings.HasPrefix(got.header.Get("Content-Type"), kind) || got.header.Get("Content-Security-Policy") != policy {
			t.Errorf("%s: %d, %s", path, got.status, got.header)
		}
	}
	for _, path := range []string{"/static/", "/static/nothing.js", "/static/..%2fdoc.go"} {
		if got := get(t, path); got.status != 404 {
			t.Errorf("%s: %d", path, got.status)
		}
	}
}
