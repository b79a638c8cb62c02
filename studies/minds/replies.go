package minds

import (
	"math/rand/v2"

	"github.com/vignette-sim/vignette/internal/language"
	"github.com/vignette-sim/vignette/internal/stats"
)

// shuffleTable shows whether replies can be told to belong to the turn before them.
func shuffleTable(sessions []*session, seed uint64) (Table, error) {
	t := Table{
		ID: "wording.replies", Title: "Replies and the turns before them",
		Note: "A reply's fit to the turn before it (content words in common, an answer of the form that was asked for, about what was asked about), against its fit to another turn " +
			"of the same conversation drawn at random. AUC: .5 is chance; interval over conversations. Replies are told apart by the skill of who is at stake.",
		Keys: []string{"reply of", "skill"}, Columns: []string{"replies", "AUC", "fit to its own", "fit to another"},
	}
	for _, part := range parts {
		for _, skill := range []string{"all", "0.25", "0.75"} {
			row, err := shuffleRow(where(sessions, func(s *session) bool { return skill == "all" || s.levels[skillField] == skill }), part, seed)
			if err != nil {
				return t, err
			}
			row.Keys = append(row.Keys, skill)
			t.Rows = append(t.Rows, row)
		}
	}
	return t, nil
}

func shuffleRow(sessions []*session, part string, seed uint64) (Row, error) {
	luck := rand.New(rand.NewPCG(seed, 0x73687566666c65))
	var own, other [][]float64
	n := 0
	for _, s := range sessions {
		mine, theirs := replies(s, part, luck)
		if len(mine) > 0 {
			own, other, n = append(own, mine), append(other, theirs), n+len(mine)
		}
	}
	gather := func(from [][]float64, drawn []int) []float64 {
		var out []float64
		for _, i := range drawn {
			out = append(out, from[i]...)
		}
		return out
	}
	auc, err := intervalOf(seed, len(own), func(drawn []int) (float64, error) { return stats.AUC(gather(other, drawn), gather(own, drawn)) })
	if err != nil {
		return Row{}, err
	}
	row := Row{Keys: []string{part}, Cells: []Cell{count(n), auc, {}, {}}}
	every := make([]int, len(own))
	for i := range every {
		every[i] = i
	}
	if n > 0 {
		row.Cells[2], row.Cells[3] = number(average(gather(own, every))), number(average(gather(other, every)))
	}
	return row, nil
}

// replies scores the replies of a part: to the turn before, and to another turn of the one who spoke before.
func replies(s *session, part string, luck *rand.Rand) (own, other []float64) {
	for i, l := range s.lines {
		if i == 0 || l.part != part || s.lines[i-1].role == l.role {
			continue
		}
		var elsewhere []int
		for j, turn := range s.lines {
			if turn.role == s.lines[i-1].role && j != i-1 {
				elsewhere = append(elsewhere, j)
			}
		}
		if len(elsewhere) == 0 {
			continue
		}
		own = append(own, fit(l.text, s.lines[i-1].text))
		other = append(other, fit(l.text, s.lines[elsewhere[luck.IntN(len(elsewhere))]].text))
	}
	return own, other
}

// What the kind of an answer weighs beside words in common, which count as a share. Chosen: each about as much as the words.
const (
	formWeight    = 0.5
	subjectWeight = 0.5
)

// fit says how well a reply goes with a turn, 0 to 2: the share of content words in common, of the shorter of the two; whether
// the reply has the form of an answer that was asked for; and whether it is about what was asked about.
func fit(reply, turn string) float64 {
	said, heard := language.Tokens(reply), language.Tokens(turn)
	a, b := language.StemsOf(said), language.StemsOf(heard)
	score := 0.0
	if shorter := min(len(a), len(b)); shorter > 0 {
		score = float64(a.Shared(b)) / float64(shorter)
	}
	if fitsForm(reply, turn) {
		score += formWeight
	}
	for _, subject := range subjects {
		if subject.asked.In(heard) && subject.answered.In(said) {
			return score + subjectWeight
		}
	}
	return score
}

// subjects are what questions and remarks are about, with words that answers about it have. The lists are the laboratory's own.
var subjects = []struct{ asked, answered *language.Phrases }{
	{language.NewPhrases("hello", "hi", "welcome", "good morning|evening"), language.NewPhrases("hello", "hi", "hey", "good morning|evening", "thanks|thank ?you for")},
	{language.NewPhrases("goodbye", "take care", "out of time", "see you", "next time", "time we have"), language.NewPhrases("goodbye", "bye", "see you", "next time", "come back", "thank you", "thanks", "take from")},
	{language.NewPhrases("scale", "zero to ten"), language.NewPhrases("three|four|five|six|seven|eight|nine|ten", "number")},
	{language.NewPhrases("suicide", "killing yourself", "ending your life", "end your life"), language.NewPhrases("die|dead|dying", "live|alive", "not like that", "never that")},
	{language.NewPhrases("sleep~", "eating", "appetite"), language.NewPhrases("sleep~", "awake", "night~", "eat~", "tired")},
	{language.NewPhrases("who", "somebody", "someone", "friends"), language.NewPhrases("nobody", "somebody", "friend~", "talk", "alone", "anybody")},
	{language.NewPhrases("come|comes from", "growing up", "look back", "taught you", "learned to", "remind~", "came before"), language.NewPhrases("when i was", "my father|mother|parents", "years", "back then", "always been", "at school", "a long way", "used to")},
	{language.NewPhrases("feel~", "inside", "hardest", "hit you", "like for you", "body"), language.NewPhrases("feel~", "felt", "ashamed", "anxious", "angry", "sad", "lonely", "hurt", "guilty", "hopeless", "tense", "scared", "mixture", "stomach|chest|throat")},
	{language.NewPhrases("mind", "head", "think~", "thought~", "tell yourself", "afraid"), language.NewPhrases("mind", "head", "think", "thought~", "sentence", "tell myself", "voice", "hear|hearing")},
	{language.NewPhrases("do then", "do next", "deal with", "get through", "tried", "handle"), language.NewPhrases("i just", "usually", "then i", "what i do", "i keep", "i always", "it helps", "get through")},
	{language.NewPhrases("change~", "different~", "evidence", "another way"), language.NewPhrases("change~", "different~", "stop", "without", "used to", "could", "on the other hand")},
	{language.NewPhrases("want", "hope", "like to", "goal", "need"), language.NewPhrases("want", "hope", "like to", "wish", "need")},
	{language.NewPhrases("you should", "have you tried", "my advice", "try"), language.NewPhrases("tried", "tip", "that does not", "easier said", "advice", "what to do")},
	{language.NewPhrases("sorry"), language.NewPhrases("all right", "okay", "fine", "never mind")},
	{language.NewPhrases("i could", "we could", "what if", "how about", "i would be ready"), language.NewPhrases("that would", "that works", "that could", "not enough", "still", "and if", "helps")},
	{language.NewPhrases("are you asking", "do you want", "from me", "what is it"), language.NewPhrases("i would like", "i am asking", "i need", "i want", "nothing", "never mind", "just")},
}

var yesNo = language.NewPhrases("yes", "no", "yeah", "not really|at|that|yet|exactly", "sometimes", "sure", "maybe", "kind of", "sort of", "i do|did|am|have|can|could|suppose|guess", "i do not|did not|am not|cannot",
	"of course", "never", "right", "exactly", "okay", "true")

// fitsForm says whether a reply has the form that the last question of a turn asks for: a yes or no where that was asked or where
// something was put to somebody, else an account of one's own.
func fitsForm(reply, turn string) bool {
	form := language.NoQuestion
	for _, sentence := range language.Read(turn).Sentences {
		if f := language.FormOf(sentence.Tokens); f != language.NoQuestion {
			form = f
		}
	}
	text := language.Read(reply)
	if len(text.Sentences) == 0 {
		return false
	}
	short := yesNo.StartsWith(text.Sentences[0].Tokens)
	if form == language.NoQuestion || form == language.PolarQuestion || form == language.TagQuestion {
		return short
	}
	return !short && language.FormOf(text.Sentences[0].Tokens) == language.NoQuestion
}
