package practice

import (
	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

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

// ReadLocalHelp reads a file that says where somebody in distress can turn: YAML that maps one to one onto vignette.v1.LocalHelp. The
// error is every problem there is, with line, field and what would be right.
func ReadLocalHelp(file string, data []byte) (*vignettev1.LocalHelp, error) {
	root, err := protoyaml.Parse(file, data)
	if err != nil {
		return nil, err
	}
	help := &vignettev1.LocalHelp{}
	d := protoyaml.NewDocument(file, root, nil)
	d.Decode(help)
	d.Check(help)
	return help, d.Err()
}
