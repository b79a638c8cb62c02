package risk

import (
	_ "embed"
	"sync"

	"github.com/vignette-sim/vignette/internal/language"
	"github.com/vignette-sim/vignette/internal/language/classify"
)

//go:generate go test -run ^TestModel$ -update .

// Version of rules, features and model. It changes whenever a verdict may.
const Version = "risk-5"

// Kind is what kind of danger.
type Kind string

// The kinds.
const (
	Suicide      Kind = "suicide"
	SelfHarm     Kind = "self_harm"
	HarmToOthers Kind = "harm_to_others"
	InDanger     Kind = "in_danger"
)

// verdicts are what the first model chooses between, kinds what the second chooses among for what the first heard.
var (
	verdicts = []string{"none", "danger"}
	kinds    = []string{string(Suicide), string(SelfHarm), string(HarmToOthers), string(InDanger)}
)

// threshold is the probability of danger from which on it is heard: the lowest step of .05 at which at most one in fifty ordinary turns
// of the corpora that were left out is taken for danger (TestHeldOut). A trainee who is stopped in every session soon reads no notice.
const threshold = 0.50

// excusedThreshold is the one for texts whose words a rule would have met, had they not been denied, an idiom or somebody else's. It was
// set on the texts the rules were developed on.
const excusedThreshold = 0.75

// byModel is the rule of what the model heard and no rule met.
const byModel = "model"

// Found is what was heard.
type Found struct {
	Kind Kind
	// Rule is the id of the rule that met, or "model".
	Rule string
	// Words are those that told: what the rule met, or at most three pieces of text that weighed most, weightiest first.
	Words []string
}

//go:embed danger.txt
var dangerText []byte

//go:embed kind.txt
var kindText []byte

var (
	dangerModel = sync.OnceValue(func() *classify.Model { return classify.MustParse(dangerText) })
	kindModel   = sync.OnceValue(func() *classify.Model { return classify.MustParse(kindText) })
)

// Detect says whether words tell of danger to whoever says them.
func Detect(text string) (Found, bool) {
	found, met, excused := byRule(text)
	if met {
		return found, true
	}
	bag := featuresOf(text)
	least := threshold
	if excused {
		least = excusedThreshold
	}
	if dangerModel().Probabilities(bag)[1] < least {
		return Found{}, false
	}
	kind, _ := kindModel().Likeliest(topicsOf(text))
	return Found{Kind: Kind(kinds[kind]), Rule: byModel, Words: told(text, bag)}, true
}

// told are the pieces of a text that spoke most for danger, no piece within another: at most three with words that mean something, or
// where none of these spoke, one of small words.
func told(text string, bag *classify.Bag) []string {
	var spans []language.Span
	var words []string
	reasons := dangerModel().Explain(bag, 1, 60)
	for _, needsContent := range []bool{true, false} {
		for _, reason := range reasons {
			span := language.Slice(text, reason.Span.Start, reason.Span.End)
			if span.Quote == "" || overlaps(span, spans) || needsContent && len(language.ContentWords(language.Tokens(span.Quote))) == 0 {
				continue
			}
			spans, words = append(spans, span), append(words, span.Quote)
			if len(words) == 3 || !needsContent {
				return words
			}
		}
		if len(words) > 0 {
			break
		}
	}
	return words
}

func overlaps(span language.Span, others []language.Span) bool {
	for _, other := range others {
		if span.Start < other.End && other.Start < span.End {
			return true
		}
	}
	return false
}
