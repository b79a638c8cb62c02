package interpersonal

import (
	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
)

// giveSkills are the skills of GIVE, in its order.
func giveSkills() []skill {
	return []skill{
		{"give.gentle", "Gentle", "Is courteous: no attacks, threats or judging, and none behind a smile. Strong: respectful throughout. " +
			"Weak: an order without courtesy, a \"you should\", or a judgement of the other. None: an attack, sarcasm or a threat.", true, judgeGentle, gentler},
		{"give.interested", "Interested", "Listens and wants to know. Strong: asks about the other's view, situation or feelings. " +
			"Weak: shows that it was heard, or asks whether the other agrees. None: neither. Not applicable before the other has said something, unless it is done.", false, judgeInterested, asker},
		{"give.validate", "Validate", "Shows to understand what the other feels, thinks or is up against. Strong: names it. " +
			"Weak: understanding in general (\"I get it\"), or named and argued away in the same sentence. None: none. Not applicable before the other has said something, unless it is done.", false, judgeValidate, validator},
		{"give.easy_manner", "Easy manner", "Keeps it light and warm. Strong: humour that hurts nobody, or warmth in so many words. " +
			"Weak: a friendly word. None: neither, or an edge.", false, judgeEasy, easer},
	}
}

var (
	curt = utterance.CueOf(utterance.Weak, "orders rather than asks",
		`you should|must; you have|need|ought to; you had better; do it now; stop it|that; just do; i demand; listen to me; be quiet; enough; no excuses`)
	courteous = utterance.Phrases(`please; would|could|can you; thank|thanks; i would; if you like; appreciate; i understand; sorry`)
)

func judgeGentle(m *moment) utterance.Finding {
	if because, ok := m.fault(utterance.Attack, utterance.Sarcasm, utterance.Threat); ok {
		return spoilt(because)
	}
	f := utterance.Finding{Level: utterance.Strong, Note: "Nothing in it attacks, threatens or judges"}
	if because, ok := m.fault(utterance.Judgement); ok {
		f.Cap(utterance.Weak, because)
	} else if because, ok := m.find(curt); ok && !m.courteous() {
		f.Cap(utterance.Weak, because)
	}
	return f
}

func (m *moment) courteous() bool {
	for _, s := range m.sentences {
		if courteous.In(s.Tokens) {
			return true
		}
	}
	return false
}

var (
	asksAfter = utterance.CueOf(utterance.Strong, "asks about the other",
		`how do|did|are|were|is|was|would|will you|your|that|it; what do|did|are|were|would|will|is|was you|your|happening|going|on; how come you; what makes|made you|it|that;
		what worries|bothers|matters|helps|stops ?you|to; do|did|are|were|have you feel|think|see|want|need|mean|ok|okay|worried|all|had; how about you; what about you; tell me ?more|how|what;
		is there something|anything that|you|on; what is|has ?it|been ?like for|on|behind your|you|it; why do|did|are you; what would|might|could help|make|work|you; how has|have your|you|things; i would like to hear|understand|know; help me understand`)
	listens = utterance.CueOf(utterance.Weak, "shows that it was heard",
		`i hear|see|heard you|that|what|it; go on; so you; so what you; you said|say|mentioned|told; you mean; does|would that work|suit|sound|help|be; is that ok|okay|alright|fair|right; what do you think; i am listening; i see; oh|ah i see; makes|that sense; really`)
	rhetorical = utterance.Phrases(`what is|the ?hell wrong; how could|dare you; why can not you; why do you not ?ever; why do you always|never; what do you care; how hard|difficult; what do you want from; do you even; are you even|kidding|serious|blind|deaf; who do you`)
)

func judgeInterested(m *moment) utterance.Finding {
	f := utterance.Finding{Note: "Asks nothing about the other and takes nothing up"}
	for _, s := range m.sentences {
		if s.Broken || rhetorical.In(s.Tokens) || s.Has(utterance.Attack, utterance.Sarcasm, utterance.Judgement, utterance.Threat) {
			continue
		}
		if at, ok := asksAfter.In(s.Tokens); ok && (s.Form != language.NoQuestion || opens.In(s.Tokens)) {
			f.Add(m.hit(asksAfter, s, at))
		} else if s.Form == language.WhQuestion && m.heard != nil {
			f.Add(m.hit(utterance.Cue{Level: utterance.Strong, Why: "asks an open question"}, s, utterance.At(0, len(s.Tokens))))
		} else if at, ok := listens.In(s.Tokens); ok {
			f.Add(m.hit(listens, s, at))
		}
	}
	return m.afterAWord(f)
}

// opens invite without a question mark.
var opens = utterance.Phrases(`tell me; help me understand; i would like to hear|understand|know`)

// afterAWord makes a skill that is about what the other said not applicable before anything was said.
func (m *moment) afterAWord(f utterance.Finding) utterance.Finding {
	if m.heard == nil && f.Level == utterance.None {
		return utterance.Inapplicable("The other has not said anything yet")
	}
	return f
}

var (
	understands = utterance.CueOf(utterance.Weak, "understands in general; say what",
		`i understand; i get it|that|you; i see ?that ?it ?your; i know; i can see|imagine|understand|tell; i hear you|that|your; fair enough|point; that makes sense; makes sense; it makes sense; of course ?you; you are right|tired|busy|under|worried|stressed|upset|angry|hurt|trying;
		that must be; it must be|have; must be|have been hard|rough|tough; that sounds|is hard|tough|rough|stressful|difficult|a|really|so|awful|like; it sounds like; sounds hard|tough|rough|stressful|like; no wonder; i do not blame you; anyone|anybody would; i realise|realize; i appreciate that|how|you; you have a|got ?a point|lot|right|reason|every; that is fair|true|understandable; understandably; you must be|feel`)
	but = utterance.Phrases(`but; however; still you; although`)
)

// named is how many words of content an understanding names at least to be more than a formula.
const named = 2

func judgeValidate(m *moment) utterance.Finding {
	f := utterance.Finding{Note: "Nothing shows that the other is understood"}
	for _, s := range m.sentences {
		if s.Broken || s.Has(utterance.Attack, utterance.Sarcasm, utterance.Judgement, utterance.Threat) || rhetorical.In(s.Tokens) {
			continue
		}
		at, ok := understands.In(s.Tokens)
		if !ok || language.Negated(s.Tokens, at.First) || idle.In(s.Tokens) {
			continue
		}
		h := m.hit(understands, s, at)
		rest := s.Tokens[at.Last:]
		match, argued := but.First(rest)
		if argued {
			rest = rest[:match.First]
		}
		if content := language.ContentWords(rest); len(content) >= named && !argued || len(content) > 0 && aboutOther.In(s.Tokens) && !argued {
			h.Level, h.Why = utterance.Strong, "names what the other feels, thinks or is up against"
			h.Span = language.Cover(m.text, s.Tokens[at.First:at.Last+len(rest)])
		}
		f.Add(h)
	}
	return m.afterAWord(f)
}

var (
	aboutOther = utterance.Phrases(`you; your; that; it`)
	// idle are words of understanding that understand nothing.
	idle = utterance.Phrases(`i know i; i know what i; i know my; i do not understand|get|see|know; i can not understand|see|imagine; i see no; you know i; i know that i; i get that a; i get it done; i understand nothing`)
)

var (
	warm = utterance.CueOf(utterance.Strong, "is light or warm in so many words",
		`haha; ha ha; lol; hehe; just kidding|joking|teasing; only joking; i ?really|do value|love|enjoy|like working|having|being|living|spending|our|you|how|that; it is ?so ?really good|great|lovely|nice to see|hear|talk|have; you are ?such a|the star|legend|gem|joy|great|good|wonderful|best|angel|hero;
		i am ?so|really|very glad|happy|pleased|delighted you|that|we|to; i owe you a|one; my treat; coffee|drinks|cake|lunch|dinner|beer ?is ?are on me; you made my; it means a lot; no hard feelings; we are good; no worries at; take your time; love you; hugs; promise i will not bite; scout's honour`)
	friendly = utterance.CueOf(utterance.Weak, "has a friendly word",
		`thank|thanks; please; appreciate; hope you; no problem|worries|rush; glad; love; mate; dear; buddy; friend; kind of you; sure thing; happy to; of course; have a good|nice|great; cheers`)
	smiles = map[string]bool{"🙂": true, "😊": true, "😄": true, "😀": true, "😉": true, "😂": true, "❤": true, "🤗": true, "😅": true}
)

func judgeEasy(m *moment) utterance.Finding {
	if because, ok := m.fault(utterance.Attack, utterance.Sarcasm, utterance.Threat, utterance.Judgement); ok {
		return spoilt(because)
	}
	f := utterance.Finding{Note: "Nothing in it is light or warm"}
	if h, ok := m.find(warm); ok {
		f.Add(h)
	} else if h, ok := m.find(friendly); ok {
		f.Add(h)
	}
	for _, s := range m.sentences {
		for i, token := range s.Said {
			if smiles[token.Quote] {
				f.Add(utterance.Hit{Level: utterance.Strong, Span: language.Cover(m.text, s.Said[i:i+1]), Why: warm.Why})
				return f
			}
		}
	}
	return f
}
