package mi

import (
	"github.com/vignette-sim/vignette/internal/language"
)

// finding is a code and the words that show it.
type finding struct {
	code code
	span language.Span
	// why goes on after the quoted words.
	why string
	// words is how much of the utterance it is.
	words int
	// input is AnnoMI's kind of it, where the code is input.
	input int
	// peer is what peer support calls it, "" for nothing; permission may still change that of the code.
	peer string
	// seek says that the other's collaboration is sought (MITI's Seek), whatever the code.
	seek bool
}

// reading is what a counselor's utterance was heard as.
type reading struct {
	findings []finding
	// main is AnnoMI's main behaviour.
	main int
	// open says, where something is asked, that it leaves the answer open.
	open bool
}

// hear codes an utterance of a counselor.
func hear(t *turn, h *history) *reading {
	r := &reading{main: other}
	for _, u := range t.units {
		if u.broken {
			continue
		}
		f := codeUnit(t, u, h)
		f.peer = asPeer(u, f)
		r.findings = append(r.findings, f)
	}
	r.permit(h)
	r.main = r.mainOf()
	r.open = r.has(question) && asksOpenly(t)
	r.recodeOne()
	return r
}

// recodeOne gives the one question of an utterance the code it is weighed as. Of several each keeps the code of its form.
func (r *reading) recodeOne() {
	var one *finding
	for i := range r.findings {
		if r.findings[i].code.behaviour() != question {
			continue
		}
		if one != nil {
			return
		}
		one = &r.findings[i]
	}
	if one == nil {
		return
	}
	if one.code, one.why = closedQuestion, "asks what a few words answer"; r.open {
		one.code, one.why = openQuestion, "asks and leaves the answer open"
	}
}

// codeUnit codes one thought: a question by its form, an acknowledgement by its words, anything else by what most speaks for.
func codeUnit(t *turn, u *unit, h *history) finding {
	f := finding{span: u.Span, words: u.words}
	f.seek = seeks.in(u)
	switch questionIn(t, u) {
	case askedOpen:
		f.code, f.why = openQuestion, "asks and leaves the answer open"
		return f
	case askedClosed:
		f.code, f.why = closedQuestion, "asks what a few words answer"
		return f
	case askedTag:
		f.code, f.why = filler, "only checks what was said"
		return f
	}
	if c, why, ok := politeness(u); ok {
		f.code, f.why = c, why
		return f
	}
	return weigh(f, t, u, h)
}

// permit turns advice and concern that were asked for, or allowed when the counselor asked, into those with permission.
func (r *reading) permit(h *history) {
	if h.other == nil {
		return
	}
	allowed := h.read != nil && h.read.asksPermission() && assents(h.other)
	if !allowed && !asksForAdvice.in(h.other.units...) {
		return
	}
	for i, f := range r.findings {
		switch f.code {
		case advice:
			r.findings[i].permitted(advicePermitted)
		case concern:
			r.findings[i].permitted(concernPermitted)
		}
	}
}

// permitted gives a finding the code it has with permission.
func (f *finding) permitted(c code) {
	if f.peer == peerOf[f.code] {
		f.peer = peerOf[c]
	}
	f.code = c
}

func (r *reading) asksPermission() bool {
	for _, f := range r.findings {
		if f.seek && f.code.behaviour() == question {
			return true
		}
	}
	return false
}

// words counts what goes to a behaviour.
func (r *reading) words(behaviour int) int {
	n := 0
	for _, f := range r.findings {
		if f.code.behaviour() == behaviour {
			n += f.words
		}
	}
	return n
}

// has says whether anything goes to a behaviour.
func (r *reading) has(behaviour int) bool {
	for _, f := range r.findings {
		if f.code.behaviour() == behaviour {
			return true
		}
	}
	return false
}

// mainOf is what the utterance mostly does. A question asks for an answer, so it is main unless much more is said beside it;
// of reflection and input the one with more words is.
func (r *reading) mainOf() int {
	asked, reflected, put := r.words(question), r.words(reflection), r.words(input)
	switch {
	case asked > 0 && asked*outweighed >= max(reflected, put):
		return question
	case reflected > 0 && reflected >= put:
		return reflection
	case put > 0:
		return input
	}
	return other
}

// outweighed is how many times as many words make a question a mere addition to what was said before it.
const outweighed = 4
