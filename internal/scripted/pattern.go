package scripted

import (
	"math/rand/v2"
	"regexp/syntax"
	"unicode"
)

// match appends a string that a regular expression matches. Anchors and word boundaries are taken to hold.
func match(out []rune, re *syntax.Regexp, rng *rand.Rand) []rune {
	switch re.Op {
	case syntax.OpLiteral:
		out = append(out, re.Rune...)
	case syntax.OpCharClass:
		out = append(out, oneOf(re.Rune, rng))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		out = append(out, rune('a'+rng.IntN(26)))
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range re.Sub {
			out = match(out, sub, rng)
		}
	case syntax.OpAlternate:
		out = match(out, choose(rng, re.Sub), rng)
	case syntax.OpStar:
		out = repeat(out, re.Sub[0], rng.IntN(4), rng)
	case syntax.OpPlus:
		out = repeat(out, re.Sub[0], 1+rng.IntN(4), rng)
	case syntax.OpQuest:
		out = repeat(out, re.Sub[0], rng.IntN(2), rng)
	case syntax.OpRepeat:
		high := re.Max
		if high < 0 {
			high = re.Min + 4
		}
		out = repeat(out, re.Sub[0], re.Min+rng.IntN(high-re.Min+1), rng)
	}
	return out
}

func repeat(out []rune, re *syntax.Regexp, times int, rng *rand.Rand) []rune {
	for range times {
		out = match(out, re, rng)
	}
	return out
}

// oneOf draws from a class, given as pairs of bounds: from its printable ASCII if it has some.
func oneOf(bounds []rune, rng *rand.Rand) rune {
	var fit []rune
	for i := 0; i+1 < len(bounds); i += 2 {
		for r := max(bounds[i], ' '); r <= min(bounds[i+1], '~'); r++ {
			if unicode.IsPrint(r) {
				fit = append(fit, r)
			}
		}
	}
	if len(fit) == 0 {
		return bounds[0]
	}
	return choose(rng, fit)
}
