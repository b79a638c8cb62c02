package practice

import vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"

// DefaultHelp is what is shown where nobody has configured local help: it names no number, since a wrong one is worse than none.
func DefaultHelp() *vignettev1.LocalHelp {
	return &vignettev1.LocalHelp{
		Text: "This sounds like it may be about you, not about the exercise. The practice stands still. The person you talked to is simulated and " +
			"cannot help. Please talk to somebody who can: somebody close to you, a doctor, or a crisis line.",
		Contacts: []*vignettev1.LocalHelp_Contact{
			{Name: "In immediate danger", Reach: "the emergency number of the place you are in (112 in the EU, 999 in the UK, 911 in the US and Canada)", Hours: "always"},
			{Name: "Crisis lines by country", Reach: "findahelpline.com"},
		},
	}
}
