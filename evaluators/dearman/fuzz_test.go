package dearman

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// FuzzEvaluate looks for texts that make the rules panic, quote what was not said or answer less than asked.
func FuzzEvaluate(f *testing.F) {
	for _, c := range readLabelled(f) {
		f.Add(strings.Join(c.context, " "), c.text, c.line%2 == 0)
	}
	f.Add("", "\xff\xfe I feel \x80 sad", false)
	f.Add("no", "‘’“”… — .?!", true)
	f.Fuzz(func(t *testing.T, heard, said string, refusing bool) {
		if !utf8.ValidString(heard) || !utf8.ValidString(said) {
			// The wire carries valid UTF-8 only; here it is enough not to panic.
			l := newListener(conversation(objectives["quiet"], nil, ""))
			l.judge(conversation(nil, nil, said).GetTurns()[0].GetAction())
			return
		}
		objective := objectives["quiet"]
		if refusing {
			objective = objectives["lend"]
		}
		if len(said)%3 == 0 {
			objective = &vignettev1.Objective{Statement: "The speaker wants to refuse lending the car.", Kind: ask}
		}
		req := conversation(objective, []string{"> Please.", "< " + heard}, said)
		scores, err := New().Evaluate(context.Background(), req)
		if err != nil {
			t.Fatal(err)
		}
		check(t, req, scores)
	})
}

// A transcript of twenty turns, half of them scored.
func BenchmarkTwentyTurns(b *testing.B) {
	var lines []string
	heard := []string{"I don't see why I should, it's my flat.", "You know I work late, and nobody else complains.", "Hm. What would I get out of that?", "I already do a lot for this house.", "Maybe. I will think about it."}
	for i, c := range readLabelled(b) {
		if len(lines) == 20 {
			break
		}
		lines = append(lines, "> "+c.text, "< "+heard[i%len(heard)])
	}
	plain := &vignettev1.Objective{Statement: "The speaker wants the neighbour to turn the music down after ten on weeknights.", Kind: ask}
	for name, objective := range map[string]*vignettev1.Objective{"full": objectives["quiet"], "plain": plain} {
		b.Run(name, func(b *testing.B) {
			req := conversation(objective, lines[:19], "Does that work for you?")
			for b.Loop() {
				if _, err := New().Evaluate(context.Background(), req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
