package client

import "testing"

// TestSpeak shows how notes become speech. The notes are written for this test in the manner of published diagrams.
func TestSpeak(t *testing.T) {
	him := newVoice([]string{"Tom Reed"}, "male", nil)
	her := newVoice([]string{"Nora"}, "", []string{"She avoids her sister."})
	for _, test := range []struct {
		voice    voice
		note     string
		past     bool
		want     string
		doing    string
		sentence string
	}{
		{him, "Avoids looking at mail and avoids phone calls.", false, "I avoid looking at mail and avoid phone calls", "avoiding looking at mail and avoiding phone calls", ""},
		{him, "Worries about his rent.", false, "I worry about my rent", "worrying about my rent", ""},
		{him, "Continues to lie on couch", false, "I keep lying on the couch", "lying on the couch", ""},
		{him, "ruminates about what a loser he was.", false, "I keep going over what a loser I was", "going over what a loser I was", ""},
		{him, "Thinking about rent.", false, "I was thinking about my rent", "thinking about my rent", ""},
		{him, "Thinking of asking daughter for help with writing resume.", false, "I was thinking of asking my daughter for help with writing my resume", "thinking of asking my daughter for help with writing my resume", ""},
		{him, "Memory of being laughed at by boss.", false, "I was remembering being laughed at by my boss", "remembering being laughed at by my boss", ""},
		{him, "Mother leaves family when Tom is 9 years old.", true, "my mother left the family when I was 9 years old", "", ""},
		{him, "He never sees her again.", true, "I never saw her again", "", ""},
		{him, "Dad is overworked, criticizes when he can't meet his high expectations.", true, "my dad was overworked and criticized me when I couldn't meet his high expectations", "", ""},
		{him, "Tom struggles and then loses his job and undergoes divorce.", true, "I struggled and then lost my job and went through a divorce", "", ""},
		{him, "Boss criticizes him in front of colleagues.", false, "my boss criticizes me in front of my colleagues", "", ""},
		{him, "Fired from job.", true, "I was fired from my job", "being fired from my job", ""},
		{him, "Argument with wife", false, "I had an argument with my wife", "", ""},
		{him, "Isolates himself; stays in bed", false, "I isolate myself; stay in bed", "", ""},
		{him, "He is convinced that he doesn't matter.", false, "I'm convinced that I don't matter", "", ""},
		{him, "Parents fight constantly.", true, "my parents fought constantly", "", ""},
		{him, "Tom's brother mocks him for his stutter.", true, "my brother mocked me for my stutter", "", ""},
		{him, "I stay in bed until noon.", false, "I stay in bed until noon", "staying in bed until noon", ""},
		{him, "It's important to work hard.", false, "it's important to work hard", "", ""},
		{him, "If I try hard things I'll fail.", false, "if I try hard things I'll fail", "", ""},
		{him, "Inability to concentrate", false, "I can't concentrate", "", ""},
		{him, "Fear of losing his home", false, "I'm afraid of losing my home", "", ""},
		{her, "Avoids her sister and drinks alone.", false, "", "", "Avoids her sister and drinks alone."},
		{her, "Cancels plans with friends; tells them she is ill", false, "I cancel plans with my friends; tell them I'm ill", "", ""},
		{her, "Husband says he wants a divorce.", false, "my husband says he wants a divorce", "", ""},
		{her, "Mother tells her that she is too fat.", true, "my mother told me that I was too fat", "", ""},
		{her, "Sitting at party alone.", false, "I was sitting at a party alone", "sitting at a party alone", ""},
		{her, "Apologizes for everything, even when it is not her fault.", false, "I apologize for everything, even when it isn't my fault", "", ""},
		{her, "Avoid conflict", false, "I avoid conflict", "avoiding conflict", ""},
		{her, "What if they send me home?", false, "", "", "What if they send me home?"},
		{her, "Loser!", false, "", "", "Loser!"},
		{her, "I am a failiure at sports.", false, "I'm a failure at sports", "", "I am a failure at sports."},
		{her, "Avoidance of conflict at all cost", false, "", "", "Avoidance of conflict at all cost."},
		{her, "Last autumn I miscounted on a trip.", true, "last autumn I miscounted on a trip", "", ""},
		{her, "In May a customer rang and asked for somebody else.", true, "in May a customer rang and asked for somebody else", "", ""},
		{her, "I congratulated her and went home.", false, "I congratulated her and went home", "", ""},
		{her, "Checks the stove; has to go back", false, "I check the stove; have to go back", "", ""},
	} {
		got := test.voice.speak(test.note, test.past)
		if got.clause != test.want {
			t.Errorf("%q is said as %q, want %q", test.note, got.clause, test.want)
		}
		if test.doing != "" && got.doing != test.doing {
			t.Errorf("%q is done as %q, want %q", test.note, got.doing, test.doing)
		}
		if test.sentence != "" && got.quote != test.sentence {
			t.Errorf("%q is quoted as %q, want %q", test.note, got.quote, test.sentence)
		}
	}
}
