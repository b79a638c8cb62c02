package agreement

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/internal/stats"
)

const sessionHeader = "mi_quality,transcript_id,utterance_id,interlocutor,utterance_text,annotator_id,therapist_input_subtype\n"

func TestReadSessions(t *testing.T) {
	text := sessionHeader + "high,1,0,therapist,How are you?,a,n/a\nhigh,1,1,client,Well.,a,n/a\nhigh,1,2,therapist,Drink less.,a,advice\nhigh,1,2,therapist,Drink less.,b,n/a\n" +
		"low,2,0,therapist,Stop it now.,a,advice\n,3,0,therapist,Hm.,a,n/a\n"
	sessions, err := ReadSessions(strings.NewReader(text), "a.csv")
	if err != nil {
		t.Fatal(err)
	}
	if len(sessions) != 2 || !sessions[0].Good || sessions[1].Good {
		t.Fatalf("%+v", sessions)
	}
	// Of two utterances one is advice by one of two raters.
	if s := sessions[0]; s.Words != 5 || s.Advice != .25 || len(s.Request.GetTurns()) != 3 || s.Request.GetRole() != "therapist" || s.Request.TurnIndex != nil {
		t.Errorf("%+v", s)
	}
	if _, err := ReadSessions(strings.NewReader(sessionHeader+",3,0,therapist,Hm.,a,n/a\n"), "a.csv"); err == nil || !strings.Contains(err.Error(), "high or low") {
		t.Errorf("no quality: %v", err)
	}
}

// A measure that tells what words and advice do not adds something; one that says what they say, or nothing, does not.
func TestGain(t *testing.T) {
	var sessions []*Session
	measures := map[string]map[*Session]float64{"planted": {}, "constant": {}, "words again": {}}
	for i := range 40 {
		s := &Session{ID: fmt.Sprint(i), Good: i%2 == 0, Words: float64(100 + i*7%13), Advice: float64(i*5%11) / 20}
		sessions = append(sessions, s)
		measures["planted"][s] = float64(i * 3 % 7)
		if s.Good {
			measures["planted"][s] += 5
		}
		measures["constant"][s], measures["words again"][s] = 1, s.Words
	}
	of := func(name string) func(*Session) (float64, bool) {
		return func(s *Session) (float64, bool) { return measures[name][s], true }
	}
	if g := gain(sessions, of("planted")); g == nil || *g < .3 {
		t.Errorf("what was planted adds %s", show(g))
	}
	if g := gain(sessions, of("constant")); g == nil || *g != 0 {
		t.Errorf("a constant adds %s", show(g))
	}
	if g := gain(sessions, of("words again")); g == nil || *g > .1 {
		t.Errorf("what is known adds %s", show(g))
	}
	some := separation("planted", sessions, func(s *Session) (float64, bool) { return measures["planted"][s], s.ID != "0" }, stats.Bootstrap{Level: level, Seed: 1, Resamples: 200})
	if some.N != 39 || some.Missing != 1 || some.AUROC == nil || *some.AUROC < .9 {
		t.Errorf("%+v", some)
	}
}
