package browser

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// largest is how many bytes a picture of the documentation may have.
const largest = 150 << 10

// The pictures of the documentation are made anew where VIGNETTE_PICTURES names a folder for them.
func TestPictures(t *testing.T) {
	folder := os.Getenv("VIGNETTE_PICTURES")
	if folder == "" {
		t.Skip("VIGNETTE_PICTURES names no folder: the pictures of the documentation stay as they are")
	}
	s := open(t).up(t)
	runs, _ := s.objects(t)
	b := s.tab(t)
	b.look(1200, "light")
	if _, err := chromedp.Call(b.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 1200, Height: 800, DeviceScaleFactor: 1}); err != nil {
		t.Fatal(err)
	}
	keep := func(name string) {
		t.Helper()
		picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
		if err == nil && len(picture) > largest {
			t.Errorf("%s has %d bytes, more than %d", name, len(picture), largest)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	b.open("/runs/" + runs[1])
	keep("run")
	b.open("/rate/" + s.campaign(t, runs[1], "episode"))
	b.ready(".question.here")
	b.press("4")
	keep("rate")
	b.open("/practice/brief?scenario=ask-for-leave")
	b.click(`input[name="help"][value="live"]`)
	b.click(`input[name="read"]`)
	b.fill("#seed", "3")
	b.click(`form[action="/practice"] button.primary`)
	b.talk("My father's rehabilitation is every Tuesday at three. I'd like to leave at two on Tuesdays for ten weeks.")
	b.enter("#text", "Bilal could cover the desk"+kb.End)
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#turn-1").scrollIntoView({block: "start"}); scrollBy(0, -90)`))
	keep("practice")
	b.fine("pictures")
}
