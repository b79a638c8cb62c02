package coach

import (
	"cmp"
	"fmt"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Request is a conversation in which the trainee asks for something or refuses it, as far as it has come.
type Request struct {
	// Index is that of the turn to come.
	Index int32
	// Objective is the trainee's.
	Objective *vignettev1.Objective
	// Mine are the trainee's turns.
	Mine []string
	// Asked says that they have asked, or refused.
	Asked bool
	// Partner is the name of whoever spoke last, Heard what they said, Standing where they stand.
	Partner, Heard string
	Standing       vignettev1.Standing
}

// HintSpeaker says what whoever asks or refuses could do next. It follows what was said last: a yes is thanked for, an offer taken up,
// a question answered, a worry met; before there was a request it leads to one.
func HintSpeaker(r Request) *vignettev1.PracticeHint {
	h := r.next()
	return &vignettev1.PracticeHint{TurnIndex: r.Index, Starter: h.starter, Next: &vignettev1.NextSkill{Skill: h.skill, Title: titles[h.skill], Why: h.why}}
}

// step is what comes next, and words for it.
type step struct{ skill, why, starter string }

// titles are those of the skills that hints name.
var titles = map[string]string{
	describes: "Describe", expresses: "Express", asserts: "Assert", reinforces: "Reinforce", negotiates: "Negotiate", keeps: "Mindful",
}

const (
	describes  = "dear_man.describe"
	expresses  = "dear_man.express"
	asserts    = "dear_man.assert"
	reinforces = "dear_man.reinforce"
	negotiates = "dear_man.negotiate"
	keeps      = "dear_man.mindful"
)

func (r *Request) next() step {
	who, quote := cmp.Or(r.Partner, "The other"), lastClause(r.Heard)
	switch {
	case r.Standing == vignettev1.Standing_STANDING_AGREED:
		return r.closing(who)
	case !r.Asked:
		return r.opening()
	case r.Standing == vignettev1.Standing_STANDING_OFFERED:
		return step{negotiates, fmt.Sprintf("%s has offered something: “%s” Say whether you can live with it, or what you would need besides.", who, quote), r.unsaid(r.Objective.GetCompromises())}
	case r.Standing == vignettev1.Standing_STANDING_QUESTIONED:
		return step{describes, fmt.Sprintf("%s asked “%s” Answer that first, then come back to what you want.", who, quote),
			r.nearest(r.Objective.GetFacts(), r.Objective.GetCompromises(), r.Objective.GetBenefits())}
	case r.Standing == vignettev1.Standing_STANDING_OBJECTED, r.Standing == vignettev1.Standing_STANDING_REFUSED:
		return r.against(who, quote)
	}
	return r.filling()
}

// closing is after a yes: there is nothing left to ask for.
func (r *Request) closing(who string) step {
	if r.refuses() {
		return step{reinforces, fmt.Sprintf("%s has taken your no. Thank them for it; there is nothing left to explain.", who), "Thank you for taking it like that."}
	}
	return step{reinforces, fmt.Sprintf("%s has said yes. Thank them, and say once more what you have agreed on; there is nothing left to ask for.", who),
		"Thank you, that means a lot to me. So that we both have it the same way, shall we say once more what we have agreed?"}
}

// opening is before anything was asked for: what is so, and then the request.
func (r *Request) opening() step {
	request := r.Objective.GetRequest()
	what := "You have not asked yet."
	if r.refuses() {
		what = "You have not said no yet."
	}
	fact := r.unsaid(r.Objective.GetFacts())
	if fact != "" && !r.anySaid(r.Objective.GetFacts()) {
		return step{describes, what + " Begin with what is so, then say plainly what you want.", language.Join(fact, request)}
	}
	return step{asserts, what + " " + whySpeaker[asserts], request}
}

// against is after a worry or a no: what meets it, as long as there is something, and then the request again.
func (r *Request) against(who, quote string) step {
	benefits, compromises := r.left(r.Objective.GetBenefits()), r.left(r.Objective.GetCompromises())
	said := fmt.Sprintf("%s has said what stands against it: “%s”", who, quote)
	if r.Standing == vignettev1.Standing_STANDING_REFUSED {
		said = fmt.Sprintf("%s has said no: “%s”", who, quote)
	}
	gain, shared := r.closest(benefits)
	way, near := r.closest(compromises)
	switch {
	case gain != "" && (way == "" || shared > near):
		return step{reinforces, said + " Say what they gain, in answer to that.", gain}
	case way != "":
		return step{negotiates, said + " Offer something that meets it.", way}
	}
	return step{keeps, said + " You have offered what you had: come back to what you want, calmly.", r.Objective.GetRequest()}
}

// filling is after a request that nobody has answered: what was not said for it yet.
func (r *Request) filling() step {
	o := r.Objective
	for _, each := range []struct {
		skill string
		texts []string
	}{{describes, o.GetFacts()}, {expresses, o.GetFeelings()}, {reinforces, o.GetBenefits()}} {
		if text := r.unsaid(each.texts); text != "" && !r.anySaid(each.texts) {
			return step{each.skill, whySpeaker[each.skill], text}
		}
	}
	return step{keeps, "All of it has been said: leave room for an answer, or say once more what you want.", o.GetRequest()}
}

func (r *Request) refuses() bool {
	return r.Objective.GetKind() == vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE
}

// said says whether a turn of the trainee has half of a text's content words, as the debrief counts it.
func (r *Request) said(text string) bool {
	for _, mine := range r.Mine {
		if language.Overlap(text, mine) >= SaidShare {
			return true
		}
	}
	return false
}

// SaidShare is the share of a sentence's content words that one turn must have for it to count as said. Chosen.
const SaidShare = 0.5

func (r *Request) anySaid(texts []string) bool {
	for _, text := range texts {
		if r.said(text) {
			return true
		}
	}
	return false
}

// left are the texts that were not said yet.
func (r *Request) left(texts []string) []string {
	var out []string
	for _, text := range texts {
		if !r.said(text) {
			out = append(out, text)
		}
	}
	return out
}

// unsaid is the first text that was not said yet, "" when there is none.
func (r *Request) unsaid(texts []string) string {
	if left := r.left(texts); len(left) > 0 {
		return left[0]
	}
	return ""
}

// closest is the text that has most content words in common with what was heard, the first of equals, and how many.
func (r *Request) closest(texts []string) (string, int) {
	best, most := "", -1
	heard := language.StemsOf(language.Tokens(r.Heard))
	for _, text := range texts {
		if n := language.StemsOf(language.Tokens(text)).Shared(heard); n > most {
			best, most = text, n
		}
	}
	return best, most
}

// nearest is what was not said yet and answers what was heard best: the first list wins among equals.
func (r *Request) nearest(lists ...[]string) string {
	var all []string
	for _, texts := range lists {
		all = append(all, r.left(texts)...)
	}
	text, _ := r.closest(all)
	return text
}
