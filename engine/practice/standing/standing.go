package standing

import (
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Line is something that was said and that the one who asks has heard, or said.
type Line struct {
	Turn int32
	Role string
	Mine bool // it is the one's who asks
	Text string
}

// Stand is where one of the others stands.
type Stand struct {
	Role     string
	Standing vignettev1.Standing
	// Turn and Words are where it shows: their last turn that says so. Words are empty where nothing was said.
	Turn  int32
	Words string
	// To is what the asker had said before it, nil when nothing.
	To *Line
	// Offer is what they had offered instead, where their yes settles on that: the asker took it. Nil otherwise.
	Offer *Line
}

// Outcome is the stand as practice records it, under the other's name. A yes to an offer of their own quotes the offer: it says what was settled.
func (s Stand) Outcome(name string) *vignettev1.PracticeOutcome {
	o := &vignettev1.PracticeOutcome{Role: s.Role, Name: name, Standing: s.Standing, Words: s.Words}
	turn := s.Turn
	if s.Offer != nil {
		o.OnOffer, o.Words, turn = true, s.Offer.Text, s.Offer.Turn
	}
	if o.Words != "" {
		o.TurnIndex = &turn
	}
	if s.To != nil {
		o.AnswersTurn = &s.To.Turn
	}
	return o
}

// Heard are the turns that a role took and those it heard.
func Heard(role string, turns []*vignettev1.Turn) []Line {
	var out []Line
	for _, turn := range turns {
		to := turn.GetAction().GetTo()
		if mine := turn.GetRole() == role; mine || len(to) == 0 || slices.Contains(to, role) {
			out = append(out, Line{Turn: turn.GetIndex(), Role: turn.GetRole(), Mine: mine, Text: turn.GetAction().GetText()})
		}
	}
	return out
}

// Settled is Read for whoever looks back: where the asker never asked there was nothing to stand towards, whatever the others said.
func Settled(objective *vignettev1.Objective, lines []Line) []Stand {
	out := Read(objective, lines)
	if !slices.ContainsFunc(lines, func(l Line) bool { return l.Mine && Asks(objective, l.Text) }) {
		for i := range out {
			out[i] = Stand{Role: out[i].Role, Standing: vignettev1.Standing_STANDING_UNASKED}
		}
	}
	return out
}

// Read says where each of the others stands after some lines, in the order in which they first spoke. Whoever was asked for nothing stands
// at STANDING_UNASKED.
func Read(objective *vignettev1.Objective, lines []Line) []Stand {
	var out []Stand
	refuse := objective.GetKind() == vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE
	asked := false
	var mine *Line
	for i := range lines {
		line := &lines[i]
		if line.Mine {
			mine, asked = line, asked || Asks(objective, line.Text)
			continue
		}
		at := -1
		for j := range out {
			if out[j].Role == line.Role {
				at = j
			}
		}
		if at < 0 {
			out = append(out, Stand{Role: line.Role, Standing: vignettev1.Standing_STANDING_UNASKED})
			at = len(out) - 1
		}
		out[at].hear(line, mine, asked, refuse)
	}
	return out
}

// hear takes in what one of the others said. A yes stays until it is taken back: questions and worries about how it will go do not.
func (s *Stand) hear(line, mine *Line, asked, refuse bool) {
	said := reading(line.Text, refuse)
	yes := vignettev1.Standing_STANDING_AGREED
	switch {
	case !asked && said != vignettev1.Standing_STANDING_QUESTIONED:
		said = vignettev1.Standing_STANDING_UNASKED // There was nothing to stand towards yet.
	case !asked:
	case said == vignettev1.Standing_STANDING_UNSPECIFIED && s.Standing != vignettev1.Standing_STANDING_UNSPECIFIED && s.Standing > vignettev1.Standing_STANDING_UNASKED:
		return // Listening changes nothing.
	case said == vignettev1.Standing_STANDING_UNSPECIFIED:
		said = vignettev1.Standing_STANDING_ASKED
	case s.Standing == yes && (said == vignettev1.Standing_STANDING_QUESTIONED || said == vignettev1.Standing_STANDING_OBJECTED || said == yes):
		return
	}
	var offer *Line
	if s.Standing == vignettev1.Standing_STANDING_OFFERED && said == yes && mine != nil && mine.Turn > s.Turn && reading(mine.Text, false) == yes {
		offer = &Line{Turn: s.Turn, Role: s.Role, Text: s.Words}
	}
	s.Standing, s.Turn, s.Words, s.To, s.Offer = said, line.Turn, line.Text, mine, offer
}

// Asks says whether some words ask for what an objective is about, or refuse it: they have half of its request, or the form of a request
// and something of what it is about.
func Asks(objective *vignettev1.Objective, text string) bool {
	request := objective.GetRequest()
	if request == "" {
		request = objective.GetStatement()
	}
	if request == "" || language.Overlap(request, text) >= half {
		return request != ""
	}
	wanted := language.StemsOf(language.Tokens(request))
	for _, sentence := range language.Read(text).Sentences {
		tokens := sentence.Tokens
		form := language.FormOf(tokens)
		asks := wishes.In(tokens) || form != language.NoQuestion && favours.In(tokens)
		if objective.GetKind() == vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE {
			asks = declines.In(tokens) || declineStarts.StartsWith(tokens)
		}
		if asks && language.StemsOf(tokens).Shared(wanted) >= least {
			return true
		}
	}
	return false
}

// half is the share of a request's content words that counts as saying it, least how many of them count where the sentence has the form
// of a request. Chosen.
const (
	half  = 0.5
	least = 2
)

// reading says how some words answer; unspecified where they only listen.
func reading(text string, refuse bool) vignettev1.Standing {
	sentences := language.Read(text).Sentences
	found := vignettev1.Standing_STANDING_UNSPECIFIED
	content := 0
	for i, sentence := range sentences {
		tokens := afterBut(sentence.Tokens)
		content += len(language.ContentWords(tokens))
		question := language.FormOf(tokens) != language.NoQuestion
		switch {
		case nos.In(tokens) || i == 0 && noStarts.StartsWith(tokens) && !idleNo.StartsWith(tokens) && !question:
			return vignettev1.Standing_STANDING_REFUSED
		case offers.Asserted(tokens) || question && proposes.In(tokens):
			found = vignettev1.Standing_STANDING_OFFERED
		case !question && (yeses.Asserted(tokens) || yesStarts.StartsWith(tokens) && promises.Asserted(tokens) || refuse && takesNo.Asserted(tokens)):
			if found != vignettev1.Standing_STANDING_OFFERED {
				found = vignettev1.Standing_STANDING_AGREED
			}
		case question && found != vignettev1.Standing_STANDING_AGREED && found != vignettev1.Standing_STANDING_OFFERED:
			found = vignettev1.Standing_STANDING_QUESTIONED
		case (objects.In(tokens) || refuse && insists.In(sentence.Tokens)) && found == vignettev1.Standing_STANDING_UNSPECIFIED:
			found = vignettev1.Standing_STANDING_OBJECTED
		case found == vignettev1.Standing_STANDING_UNSPECIFIED && yeses.Asserted(sentence.Tokens): // "Let's do it, but fill it up."
			found = vignettev1.Standing_STANDING_AGREED
		}
	}
	if found == vignettev1.Standing_STANDING_UNSPECIFIED && len(sentences) > 0 {
		first := sentences[0].Tokens
		switch {
		case plainYes(first) && content <= 3 && !listens(sentences) && !containsBut(text):
			return vignettev1.Standing_STANDING_AGREED
		case content >= 3 && !listens(sentences):
			return vignettev1.Standing_STANDING_OBJECTED // Who is asked, and neither agrees nor just listens, has something against it.
		}
	}
	return found
}

// plainYes is a sentence that begins with a yes and adds little, as "Yes, all right."
func plainYes(tokens []language.Token) bool {
	return yesStarts.StartsWith(tokens) && len(language.ContentWords(tokens)) <= 2
}

func listens(sentences []language.Sentence) bool {
	for _, s := range sentences {
		if listening.In(s.Tokens) {
			return true
		}
	}
	return false
}

func containsBut(text string) bool {
	for _, token := range language.Tokens(text) {
		if token.Norm == "but" || token.Norm == "though" || token.Norm == "however" {
			return true
		}
	}
	return false
}

// afterBut is what a sentence comes to: what stands before a "but" is not the point of it.
func afterBut(tokens []language.Token) []language.Token {
	for i := len(tokens) - 2; i > 0; i-- {
		if tokens[i].Norm == "but" {
			return tokens[i+1:]
		}
	}
	return tokens
}

// phrases splits patterns at semicolons.
func phrases(patterns string) *language.Phrases {
	var out []string
	for each := range strings.SplitSeq(patterns, ";") {
		out = append(out, strings.Join(strings.Fields(each), " "))
	}
	return language.NewPhrases(out...)
}

var (
	yeses = phrases(`let us do|try it|that|this; let us do it; we will do|try it|that; we have a deal; it is a deal; i am fine with; i am okay|ok with;
		i am happy with; that is fine; that is fair; that would work; that works; works for me; i can live with; you have my yes|word; my answer is yes;
		i agree; i am in; let us leave it at that; that settles it; that is what we will do; i will allow; i will do it|that; i will sign; you can have it|that; go ahead then; fine by me; count me in; happy to do`)
	promises = phrases(`we will _; i will _; that is what we will do`)
	takesNo  = phrases(`i get it; i understand that you; i understand you; i will ask somebody|someone; i will find somebody|someone|another; i will manage; i will not ask;
		forget that i asked; i respect that; i accept; no hard feelings; i will leave it; i will drop it`)
	yesStarts = phrases(`no problem|worries|trouble; yes; yeah; yep; all right; alright; okay; ok; sure; fine; deal; agreed; of course; very well; gladly; good then`)
	nos       = phrases(`no way; no chance; absolutely not; certainly not; out of the question; i can not do that|it|this; i can not give|let|allow|agree;
		i can not say yes; we can not do that|it; i will not do|agree|allow|change; i am not going to; my answer is no; it is a no; the answer is no; that is my answer;
		that is not possible; not possible; not happening; it stays as it is; it is still no; i said no; i am saying no; that is final; answer has not changed; nothing more to say; i do not want to; i will not`)
	noStarts = phrases(`no; nope; never`)
	idleNo   = phrases(`no problem|worries|trouble|rush|hurry; no hard feelings; no need; never mind`) // say no to nothing
	objects  = phrases(`can not; will not; do not; does not; did not; not; never; nobody; hard; difficult; too; last time; always; have to; need`)
	insists  = phrases(`come on; please; just this once; only this once; it is only; it is just; i thought you; for me; after all; you owe`)
	offers   = phrases(`i could _; we could _; i can give|offer|do; i might be able; you could|can go|have|take|leave|start|come|do|keep;
		half way; halfway; the most i can; at most; what i can do|offer|give; let us say; i would be willing; i would rather give`)
	proposes = phrases(`what if we|you|i; how about; what about; could we not; why do not we; would it help|do; would you take|settle`)
	wishes   = phrases(`i would like; i would love; i want; i need; i wish; i am asking; i ask; i wanted to ask; i would appreciate; i was hoping; i am hoping; please; i hope`)
	favours  = phrases(`can|could|may|might|would|will i|you|we; would it be; is it all right|okay|ok|possible; is there any; are you willing; do you mind; would you mind`)
	declines = phrases(`i can not; i will not; i do not want; i am not going to; i would rather not; i am not able; i have to say no; i am saying no; my answer is no; i decided not;
		i am not; i would not; not going to; say no`)
	declineStarts = phrases(`no`)
	listening     = phrases(`i see; i hear you; tell me; go on; i did not know; i am listening; i am sorry to hear; thank you; thanks; i understand; that sounds; take your time; good to hear`)
)
