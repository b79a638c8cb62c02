// Package transcript makes a page of an episode that one can mail: one HTML file without scripts, fonts, pictures or anything else
// from elsewhere, which a strict content security policy holds it to. What was said comes from anywhere and is shown as text.
//
// A page shows what was said, how it was scored and why, and says what played the people in it. With [Options.Private] it shows
// mental states as well, which are private to their roles. It may touch the engine's state of an episode and what
// studies/outcomes reads from it, and nothing else.
package transcript

import (
	"crypto/sha256"
	_ "embed" // the page and its style
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Options say what is shown.
type Options struct {
	// Private shows mental states, what was meant, and probes.
	Private bool
}

//go:embed page.html
var pageText string

//go:embed page.css
var styleText string

// page is the template; its style is the only one that its policy lets in.
var page = template.Must(template.New("page").Parse(pageText))

// policy forbids everything but the one style: a page that somebody was mailed contacts nobody and runs nothing.
var policy = func() string {
	sum := sha256.Sum256([]byte(styleText))
	return fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'", base64.StdEncoding.EncodeToString(sum[:]))
}()

// Write writes the page of an episode of a run. The same episode gives the same bytes.
func Write(w io.Writer, state *episode.State, manifest *vignettev1.Manifest, options Options) error {
	v := Of(state, manifest, options)
	v.Policy, v.Style = policy, template.CSS(styleText) // #nosec: it is ours
	if err := page.Execute(w, v); err != nil {
		return fmt.Errorf("page of episode %s: %w", state.Plan().Episode, err)
	}
	return nil
}
