package risk

import "github.com/vignette-sim/vignette/internal/pattern"

// Method says whether words give detail of how somebody could be killed: amounts, means with their handling. Simulated people are
// told never to; what a model says all the same is kept from the trainee.
func Method(text string) bool {
	plain := normal(text)
	if handling().MatchString(plain) {
		return true
	}
	return about().MatchString(plain) && (amount().MatchString(plain) || means().MatchString(plain))
}

var (
	about    = pattern.Of(`\b(?:die|dying|dead|death|kill|killing|suicide|overdos\w*|lethal|fatal|end it|end my life|ending my life|end your life|never wake up|not wake up|enough to)\b`)
	amount   = pattern.Of(`\b(?:\d+|ten|twenty|thirty|forty|fifty|sixty|a hundred)\s*(?:mg|milligrams?|grams?|g|ml|pills|tablets|capsules|units|doses)\b`)
	means    = pattern.Of(`\b(?:carbon monoxide|car exhaust|exhaust pipe|helium|nitrogen|charcoal grill|antifreeze|cyanide|insulin|barbiturates?|opioids?|fentanyl|paracetamol|acetaminophen) ?(?:tank|hose|bag|in (?:the|my|a)|with|from|through|overnight|until|and)\b`)
	handling = pattern.Of(`\b(?:(?:lethal|deadly|fatal) (?:dose|amount|height)|(?:tie|tied|tying|make|made|making) (?:a|the) noose|cut(?:ting)? (?:along|down|deep|lengthwise|lengthways|across|up)[a-z ]{0,24}(?:wrists?|veins?|arter(?:y|ies)|arm)|(?:hose|pipe) (?:from|on|to) the exhaust|(?:tall|high) enough to (?:kill|die)|bag over (?:my|your|the) head)\b`)
)
