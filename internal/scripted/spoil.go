package scripted

import "math/rand/v2"

// spoil is a way in which an answer fails its schema.
type spoil int

const (
	spoilNothing    spoil = iota
	spoilMissing          // a required property of the root is missing
	spoilRange            // a number is far out of its range
	spoilType             // a value is of another type
	spoilUnexpected       // an object with nothing in it that was asked for
	spoilProse            // no JSON at all
	spoilWrapped          // JSON in the middle of prose, with one of the mistakes above
	spoils
)

// farOut is a number far out of the ranges that schemas tend to have.
const farOut = 1727

// wrong writes an answer that does not hold to a schema; nil stands for any JSON object.
func wrong(s *schema, rng *rand.Rand) string {
	switch kind := spoil(1 + rng.IntN(int(spoils)-1)); {
	case s == nil, kind == spoilProse:
		return utterance(rng)
	case kind == spoilUnexpected && s.refusesUnexpected():
		return `{"unexpected":true}`
	case kind == spoilWrapped:
		for try := range 3 {
			if text, ok := spoilt(s, spoilMissing+spoil((rng.IntN(3)+try)%3), rng); ok {
				return "Sure. This is what I came up with:\n\n```json\n" + text + "\n```\n\n" + string(choose(rng, statements).say(nil, rng))
			}
		}
	default:
		if text, ok := spoilt(s, kind, rng); ok {
			return text
		}
	}
	return utterance(rng)
}

// spoilt writes an instance with one mistake, if the schema has a place for it.
func spoilt(s *schema, kind spoil, rng *rand.Rand) (string, bool) {
	a := &author{rng: rng, spoil: kind}
	a.write(s, "", 0)
	return string(a.out), a.spoiled
}

// refusesUnexpected tells whether {"unexpected":true} is sure not to hold.
func (s *schema) refusesUnexpected() bool {
	for s.same != nil {
		s = s.same
	}
	if len(s.alternatives) > 0 {
		for _, alternative := range s.alternatives {
			if !alternative.refusesUnexpected() {
				return false
			}
		}
		return true
	}
	if s.enum != nil || s.kinds&kindObject == 0 {
		return s.enum == nil && !s.untyped
	}
	if s.closed {
		for _, p := range s.properties {
			if p.name == "unexpected" {
				return false
			}
		}
		return true
	}
	for _, p := range s.properties {
		if p.required && p.name != "unexpected" {
			return true
		}
	}
	return false
}

// leftOut is the index of the property that is left out of the root on order, or -1.
func (a *author) leftOut(s *schema, depth int) int {
	if a.spoil != spoilMissing || a.spoiled || depth > 0 || a.choices > 0 || s.kinds != kindObject {
		return -1
	}
	var required []int
	for i, p := range s.properties {
		if p.required {
			required = append(required, i)
		}
	}
	if len(required) == 0 {
		return -1
	}
	a.spoiled = true
	return choose(a.rng, required)
}

// mistake writes a wrong value in the place of the right one, the first time it can.
func (a *author) mistake(s *schema) bool {
	if a.spoiled || a.choices > 0 {
		return false
	}
	switch {
	case a.spoil == spoilRange && s.kinds&^(kindNumber|kindInteger|kindNull) == 0 && s.enum == nil && s.high.set && s.high.at < farOut:
		a.out = append(a.out, "1727"...)
	case a.spoil == spoilRange && s.kinds&^(kindNumber|kindInteger|kindNull) == 0 && s.enum == nil && s.low.set && s.low.at > -farOut:
		a.out = append(a.out, "-1727"...)
	case a.spoil == spoilType && s.enum == nil && !s.untyped:
		other := otherType(s.kinds)
		if other == "" {
			return false
		}
		a.out = append(a.out, other...)
	default:
		return false
	}
	a.spoiled = true
	return true
}

// otherType is a value of a type that is not in the set; none for the root's object, which would be no mistake in a place.
func otherType(set kinds) string {
	switch {
	case set&kindObject != 0 || set&kindArray != 0 && set != kindArray:
		return ""
	case set&kindString == 0:
		return `"quite a lot"`
	case set&(kindNumber|kindInteger) == 0:
		return "17"
	}
	return ""
}
