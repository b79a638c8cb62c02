package judge

import (
	_ "embed"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators/dearman"
)

//go:embed rubrics/dear_man.txt
var dearManRubric string

// DearMan is the family of DEAR MAN. Turns are rated by the model; the episode is made of them by the rule of the builtin
// evaluator, so that the two differ in how they read words and in nothing else.
func DearMan() Family {
	description := proto.CloneOf(dearman.New().Describe())
	description.Summary = "DEAR MAN as a language model reads it: five strategies and two states of mind, with quoted evidence and a rewording."
	return Family{
		Description:  description,
		Definitions:  dearman.Definitions(),
		Rubric:       dearManRubric,
		Rewording:    true,
		Inapplicable: dearman.Inapplicable,
		Episode:      dearman.Compose,
	}
}
