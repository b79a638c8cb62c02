package mi

import (
	_ "embed"
	"strconv"
	"sync"

	"github.com/vignette-sim/vignette/internal/language/classify"
)

// Whether a turn asks openly is said by weights trained on questions of our own (corpus/): in speech the form of a sentence tells it badly. "Can you tell me
// about it?" has the form of a closed question, and of several in a row one may be open.

//go:embed trained/question.txt
var questionFile []byte

var questionModel = sync.OnceValue(func() *classify.Model { return classify.MustParse(questionFile) })

// asksOpenly decides for a turn in which something is asked.
func asksOpenly(t *turn) bool {
	bag := bags.Get().(*classify.Bag)
	defer bags.Put(bag)
	bag.Reset()
	askedFeatures(bag, t)
	label, _ := questionModel().Likeliest(bag)
	return label == 1
}

// askedFeatures are the forms of what asks in a turn, its words, and those it begins with.
func askedFeatures(bag *classify.Bag, t *turn) {
	var asking []*unit
	for _, u := range t.units {
		if form := questionIn(t, u); form == askedOpen || form == askedClosed {
			asking = append(asking, u)
			bag.Add("form:"+formNames[form], 2, u.Start, u.End)
		}
	}
	if len(asking) == 0 {
		for _, u := range t.units {
			if u.marked {
				asking = append(asking, u)
			}
		}
	}
	bag.Add("questions:"+strconv.Itoa(min(len(asking), 3)), 1, 0, 0)
	for i, u := range asking {
		for _, group := range questionCues {
			if group.in(u) {
				bag.Add("cue:"+group.name, 1, u.Start, u.End)
				if i == len(asking)-1 {
					bag.Add("last:"+group.name, 1, u.Start, u.End)
				}
			}
		}
		words := u.plain()
		bag.WordsWorth("q", words, 2, wordWorth)
		for n, word := range words {
			if !leadIns[word.Norm] {
				rest := words[n:min(n+4, len(words))]
				bag.Words("begins", rest[:min(1, len(rest))], 1)
				if len(rest) > 1 {
					bag.WordsWorth("begins", rest[:2], 2, 1)
				}
				bag.WordsWorth("near", rest, 2, wordWorth)
				break
			}
		}
		if i == len(asking)-1 {
			form := questionIn(t, u)
			bag.Add("last:"+formNames[form], 1, u.Start, u.End)
			bag.Add("last length:"+lengthOf(u.words), 1, u.Start, u.End)
		}
	}
}

var formNames = map[form]string{notAsked: "none", askedOpen: "open", askedClosed: "closed", askedTag: "tag"}

var questionCues = []struct {
	name string
	phrases
}{
	{"invites", invites}, {"supposes", supposes}, {"elaborates", elaborates}, {"opens", opens}, {"measures", measures}, {"tagged", tagged}, {"seeks", seeks},
	{"evokes change", evokesChange}, {"evokes stay", evokesStay},
}
