package language

import "strings"

// Longest noun phrase, in words with its determiner. Chosen: longer ones are seldom taken up as they were said.
const longestNoun = 5

// determiners open a noun phrase that can be taken up as it stands. Those that need their context ("that", "some", "our",
// "her") are left out.
var determiners = set("the my your these those two three four five six seven eight nine ten twelve")

// notHeads are words that end no phrase worth taking up: they point at something else, or may be adjectives.
var notHeads = set(`time times way ways moment day days end start first last next rest point number same least best worst whole only main other others ones
	long short new old big small late early young real full half able sure own`)

// trailing are words that may follow a noun without a sign.
var trailing = set("together ahead away back home apart alone again ago early late off out along")

// persons end a noun phrase wherever they stand in it: what comes next may be a verb, or what they are given ("my brother works", "my cousin money").
var persons = set(`father mother dad mum mom brother sister cousin uncle aunt son daughter husband wife partner friend boss manager neighbour neighbor
	colleague landlord landlady grandfather grandmother grandma grandpa nephew niece`)

// pointsInTime are words that begin something of their own after a noun ("four mornings last week").
var pointsInTime = set("last next yesterday tomorrow")

// NounPhrases returns what a text names and what somebody else may take up, in order: a determiner and a noun or two that
// are followed by something else ("the desk", "two people", "my last maths marks"). The listener's persons are put in:
// "my father" comes back as "your father". It is careful rather than complete: what is not surely a noun phrase is left
// out.
func NounPhrases(tokens []Token) []string {
	var phrases []string
	for i := 0; i < len(tokens); i++ {
		if !determiners[tokens[i].Norm] || i > 0 && (tokens[i-1].Norm == "of" || tokens[i-1].Norm == "off") {
			continue
		}
		end := nounEnd(tokens, i)
		if end < 0 {
			continue
		}
		phrases = append(phrases, handBack(tokens[i:end]))
		i = end - 1
	}
	return phrases
}

// nounEnd is the index after the noun phrase that the determiner at i opens, or -1 when it is not surely one.
func nounEnd(tokens []Token, i int) int {
	end := i + 1
	for end < len(tokens) && partOfNoun(tokens[end]) && (end == i+1 || !pointsInTime[tokens[end].Norm] && !persons[tokens[end-1].Norm]) {
		end++
	}
	head := tokens[end-1].Norm
	switch {
	case end == i+1 || end-i > longestNoun || notHeads[head] || strings.HasSuffix(head, "ly") || strings.HasSuffix(head, "'s") || strings.HasSuffix(head, "ed"):
		return -1
	case end-i > 2 && thirdPerson(head) && end < len(tokens) && tokens[end].Kind != Punct && !followsNoun(tokens[end].Norm):
		return -1 // "my answer stays the same"
	case end == len(tokens):
		return end
	}
	switch next := tokens[end]; {
	case next.Kind == Punct:
		if next.Norm == "-" || next.Norm == "'" {
			return -1
		}
	case trailing[next.Norm] && end-i > 2:
		return -1 // "the rota weeks ahead": where the noun ends cannot be told
	case next.Norm == "and" || next.Norm == "or" || next.Norm == "of" || next.Norm == "one" || next.Norm == "ones":
		return -1 // there is more of it
	}
	return end
}

// thirdPerson says whether a word may be a verb ("stays", "weeks" is none).
func thirdPerson(norm string) bool {
	_, verb := BaseOfThird(norm)
	return verb
}

// followsNoun says whether a word goes on after a noun rather than after a verb.
func followsNoun(norm string) bool {
	return norm == "on" || norm == "at" || norm == "in" || norm == "from" || norm == "with" || norm == "who" || norm == "that" || IsAuxiliary(norm)
}

// partOfNoun says whether a word may stand inside a noun phrase: content that is no form of a verb.
func partOfNoun(token Token) bool {
	if !token.IsWord() || token.IsStopWord() || IsAuxiliary(token.Norm) {
		return false
	}
	_, past := BaseOfPast(token.Norm)
	_, gerund := BaseOfGerund(token.Norm)
	return !past && !gerund && !trailing[token.Norm] && !strings.ContainsAny(token.Norm, "'’-")
}

// handBack words a noun phrase as the one who was told it says it.
func handBack(tokens []Token) string {
	words := make([]string, len(tokens))
	for i, token := range tokens {
		words[i] = token.Quote
	}
	switch first := tokens[0].Norm; first {
	case "my":
		words[0] = "your"
	case "your":
		words[0] = "my"
	default:
		words[0] = first
	}
	return strings.Join(words, " ")
}
