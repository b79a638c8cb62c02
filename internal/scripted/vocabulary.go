package scripted

import (
	"math/rand/v2"
	"strings"
)

// The words answers are made of. They are everyday and hang together sentence by sentence, no further.
var (
	topics = list(`the move|my sister's wedding|the rent|that phone call|my Friday shift|the spare room|our last trip|the parcel next door|the choir|my old bike|
		the school meeting|that letter|the broken heater|my savings|the garden|our Sunday lunch|the new rota|my cousin's visit|the allotment|the night bus|
		the inventory|that birthday card|the swimming class|my driving test|the neighbour's dog|the attic|our shared calendar|the bakery job|that long drive|the clinic form|
		the raffle|my grandmother's recipes|the late trains|the kitchen table|that borrowed tent|the evening course|our group chat|the summer plans|my unread mail|the ferry ticket`)
	feelings = list(`tired|uneasy|a bit lighter|stuck|hopeful|on edge|embarrassed|calmer|restless|left out|proud of it|torn|numb|relieved|irritated|small|curious|worn thin|
		steady enough|guilty|touched|lost|impatient|less alone`)
	times = list(`since Monday|these days|in the mornings|after work|at night|most weekends|lately|for about a month|when the house is quiet|over breakfast|on the way home|
		all through March|whenever it rains|after dinner|between shifts|in the small hours`)
	doings = list(`lying awake|tidying the kitchen|counting the days|checking my phone|walking the long way home|making lists|baking far too much|cancelling on people|
		rehearsing what to say|staring at the ceiling|sorting old photos|skipping lunch|turning the radio up|writing drafts|cleaning the stairs|humming to myself|
		leaving the lights on|rereading messages|watering the plants twice|taking the stairs|folding laundry at midnight|driving around the block`)
	intents = list(`call my brother back|ask for a day off|say it plainly|sleep a full night|leave earlier|try it once more|sit with it for a while|write it down|
		let somebody help|finish one thing|turn down the extra hours|tell my flatmate|eat something warm|see the sea again|give it until spring|stop apologising|
		open that envelope|learn the route by heart|get the tyre fixed|be honest about the money|invite two people over|take the early train`)
	persons = list(`my brother|my manager|our neighbour|my flatmate|an old friend|my aunt|the woman at the desk|my daughter|a colleague|my uncle|the new lodger|
		my cousin|the choir leader|our landlord|my teammate|the man upstairs`)
)

// Sentences with blanks for words of the lists: {topic}, {feeling} and so on.
var (
	statements = sentences(
		"I keep coming back to {topic}, and I end up {doing}.",
		"I have been {doing} {time}.",
		"When I think about {topic} I feel {feeling}.",
		"I told {person} about {topic}, and afterwards I was {feeling}.",
		"What I would like {time} is to {intent}.",
		"I was {feeling} {time}, and I couldn't say why.",
		"With {topic} and {person} I never know where to begin.",
		"I suppose I want to {intent} before {topic} gets bigger than it is.",
		"I noticed I was {doing} again, {time}.",
		"I caught myself {doing} instead of dealing with {topic}.",
		"{Person} brought up {topic}, and I went quiet.",
		"I could {intent}, but then there is {topic}.",
		"Part of me wants to {intent}, and part of me would rather go on {doing}.",
		"I'm {feeling} about {topic}, if I'm truthful.",
		"Something about {topic} makes me {feeling}.",
		"I promised {person} I would {intent}.",
		"I don't mind {topic} so much; it's {doing} that wears me down.",
		"I slept badly over {topic} and got up {feeling}.",
		"I said yes to {topic} because {person} asked.",
		"{Time} it's {topic}, and then it's {person}.",
		"I managed to {intent} once, and I was {feeling} for a whole day.",
		"I'd sooner be {doing} than talk to {person} about {topic}.",
		"I haven't told {person} that I plan to {intent}.",
		"I laughed about {topic} with {person}, which surprised me.",
		"I think {person} knows more about {topic} than I do.",
		"I left {topic} for later, and later never came.",
	)
	questions = sentences(
		"Do you think I should {intent} before I talk to {person}?",
		"What would you do about {topic} if you felt {feeling}?",
		"How do I tell {person} that I'm {feeling}?",
		"Is it odd that I'm {doing} {time}?",
		"Would it help with {topic} if I could {intent}?",
		"Why does {topic} still make me {feeling}?",
		"Could we stay with {topic} a moment before we get to {person}?",
		"Have you ever been {feeling} about something like {topic}?",
		"Should I ask {person} first, or simply {intent}?",
		"Where would I even start with {topic}, {feeling} as I am?",
	)
	phrases = sentences("{topic}", "{feeling} about {topic}", "{doing} {time}", "to {intent}", "{person} and {topic}", "{feeling} {time}")

	refusals = list(`I'm sorry, but I can't help with that.|I can't take part in this conversation.|I won't write that, but I can talk about something else.|
		I'm not able to continue with this request.`)
)

func list(text string) []string {
	words := strings.Split(text, "|")
	for i := range words {
		words[i] = strings.TrimSpace(words[i])
	}
	return words
}

// sentence is made of parts that are said and parts that are chosen from a list, one after the other.
type sentence []part

type part struct {
	said    string
	choices []string
	capital bool
}

func sentences(patterns ...string) []sentence {
	lists := map[string][]string{"topic": topics, "feeling": feelings, "time": times, "doing": doings, "intent": intents, "person": persons}
	var all []sentence
	for _, pattern := range patterns {
		var s sentence
		for {
			said, rest, ok := strings.Cut(pattern, "{")
			s = append(s, part{said: said})
			if !ok {
				break
			}
			name, after, _ := strings.Cut(rest, "}")
			lower := strings.ToLower(name)
			s = append(s, part{choices: lists[lower], capital: lower != name})
			pattern = after
		}
		all = append(all, s)
	}
	return all
}

func (s sentence) say(out []byte, rng *rand.Rand) []byte {
	for _, p := range s {
		if p.choices == nil {
			out = append(out, p.said...)
			continue
		}
		at := len(out)
		out = append(out, p.choices[rng.IntN(len(p.choices))]...)
		if p.capital {
			out[at] -= 'a' - 'A'
		}
	}
	return out
}

func choose[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }

// utterance is what somebody could say: one to three sentences in the first person, sometimes with a question at the end.
func utterance(rng *rand.Rand) string {
	out := make([]byte, 0, 200)
	for range 1 + rng.IntN(2) {
		if len(out) > 0 {
			out = append(out, ' ')
		}
		out = choose(rng, statements).say(out, rng)
	}
	switch rng.IntN(3) {
	case 0:
		out = choose(rng, questions).say(append(out, ' '), rng)
	case 1:
		out = choose(rng, statements).say(append(out, ' '), rng)
	}
	return string(out)
}

// phrase is a few words.
func phrase(rng *rand.Rand) string { return string(choose(rng, phrases).say(make([]byte, 0, 64), rng)) }
