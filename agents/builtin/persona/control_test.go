package persona_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// The controls: what only looks like skill. Each plays the focal role with given lines against the partners of every
// scenario, dozens of times with fixed luck, and may have a share of what skilled talk gains over saying nothing.
//
// All figures are last willingness of the partners, over the same seeds.

// control is one placebo.
type control struct {
	name string
	// most is the share of the gain that it may have. Chosen: a fifth for what has nothing to do with the matter, half for
	// the very words of skill in the wrong places.
	most float64
	// lines are what the focal role says, one a turn, the last again and again.
	lines func(t *testing.T, s *vignettev1.Scenario, seed uint64) []string
}

var controls = []control{
	{"skill words around blame", 0, func(_ *testing.T, s *vignettev1.Scenario, _ uint64) []string {
		o := s.GetObjective()
		return []string{
			"I feel that you are a selfish liar, and I would appreciate it if you listened for once. " + o.GetRequest(),
			"I understand that you have worries, but you never think of anybody but yourself. " + o.GetBenefits()[0],
			"I feel attacked by you, and I need you to be fair. " + o.GetCompromises()[0],
			"I hear what you're saying, and it's just an excuse. " + o.GetBenefits()[1],
			"I'd like us to find a way, so stop being so petty. " + o.GetCompromises()[1],
			"I feel like you don't care how I manage. " + o.GetCompromises()[2],
			"What would you need to be able to say yes, or is it always about you?",
		}
	}},
	{"keyword salad", 0.2, func(_ *testing.T, s *vignettev1.Scenario, seed uint64) []string {
		var words []string
		for _, token := range language.Tokens(fmt.Sprint("I feel because request would like appreciate understand benefit compromise together willing ", s.GetObjective())) {
			if token.IsWord() && token.Kind == language.Word {
				words = append(words, token.Norm)
			}
		}
		r := rand.New(rand.NewPCG(seed, 7))
		var lines []string
		for range 9 {
			line := ""
			for range 16 {
				line += words[r.IntN(len(words))] + " "
			}
			lines = append(lines, line)
		}
		return lines
	}},
	{"another conversation", 0.2, func(t *testing.T, s *vignettev1.Scenario, seed uint64) []string {
		other := "refuse-a-loan"
		if s.GetId() == other {
			other = "family-talk"
		}
		return skilledLines(t, library(t, other), seed)
	}},
	{"its own lines, shuffled", 0.5, func(t *testing.T, s *vignettev1.Scenario, seed uint64) []string {
		lines := skilledLines(t, s, seed)
		r := rand.New(rand.NewPCG(seed, 3))
		r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		return lines
	}},
	{"facts beside the point", 0.2, func(_ *testing.T, s *vignettev1.Scenario, _ uint64) []string {
		return []string{
			s.GetObjective().GetRequest(), "The library in Bergen was painted yellow two winters ago.", "Most swallows fly south before the first frost comes.",
			"My neighbour plays the trombone in an orchestra, and he's quite good at it.", "The price of copper rose by a third in the spring.", "A marathon is forty-two kilometres and a little more.",
		}
	}},
	{"offers that meet nothing", 0.25, func(_ *testing.T, s *vignettev1.Scenario, _ uint64) []string {
		return []string{
			s.GetObjective().GetRequest(), "I could bake you a cake in return.", "I could water your plants in the summer, so that you don't have to.", "In exchange I'd be happy to wash your car.",
			"I could sing at your birthday.", "I'll bring you a postcard from the seaside, how about that?",
		}
	}},
	{"warm words only", 0.2, func(*testing.T, *vignettev1.Scenario, uint64) []string {
		return []string{
			"I understand, and I feel with you.", "Thank you for saying that, it means a lot.", "I hear you and I appreciate you.", "I can see that this matters to you.", "Would that work for you?",
			"I respect your feelings and needs.", "I understand why you say that.", "I feel that we both want what is best.",
		}
	}},
	{"the request again and again", 0.2, func(_ *testing.T, s *vignettev1.Scenario, _ uint64) []string {
		return []string{s.GetObjective().GetRequest()}
	}},
}

// skilledLines are what a skilled assertive speaker says in a scenario.
func skilledLines(t *testing.T, s *vignettev1.Scenario, seed uint64) []string {
	var lines []string
	skilled := with(s, vignettev1.Modality_MODALITY_ASSERTIVE, 0.9)
	for _, turn := range play(t, skilled, seed, nil).turns {
		if turn.GetRole() == s.GetFocal() && turn.GetAction().GetText() != "" {
			lines = append(lines, turn.GetAction().GetText())
		}
	}
	return lines
}

// scripted plays lines in order, the last again and again.
func scripted(s *vignettev1.Scenario, lines []string) map[string]func(*stage) string {
	return map[string]func(*stage) string{s.GetFocal(): func(st *stage) string {
		own := 0
		for _, turn := range st.turns {
			if turn.GetRole() == s.GetFocal() {
				own++
			}
		}
		return lines[min(own, len(lines)-1)]
	}}
}

var idleLines = []string{"Well.", "Hm.", "So.", "Let me see.", "Right then.", "One moment.", "Ah.", "Mm."}

// TestControlsLoseTheBenefit: what only looks like skill moves little, in each scenario.
func TestControlsLoseTheBenefit(t *testing.T) {
	for _, id := range ours {
		s := library(t, id)
		idle := mean(outcomes(t, s, func(uint64) map[string]func(*stage) string { return scripted(s, idleLines) }))
		skilled := mean(outcomes(t, with(s, vignettev1.Modality_MODALITY_ASSERTIVE, 0.9), nil))
		for _, c := range controls {
			got := mean(outcomes(t, s, func(seed uint64) map[string]func(*stage) string { return scripted(s, c.lines(t, s, seed)) }))
			t.Logf("%-14s %-28s %.3f, %+.0f%% of the gain (nothing %.3f, skilled %.3f)", id, c.name, got, 100*(got-idle)/(skilled-idle), idle, skilled)
			if got-idle > c.most*(skilled-idle) {
				t.Errorf("%s, %s: willingness %.3f, nothing said %.3f, skilled %.3f: more than %.0f%% of the gain", id, c.name, got, idle, skilled, 100*c.most)
			}
		}
	}
}

// said plays a line between skilled ones and returns the partner's willingness at the end.
func gainWith(t *testing.T, s *vignettev1.Scenario, lines ...string) float64 {
	return mean(outcomes(t, s, func(uint64) map[string]func(*stage) string { return scripted(s, lines) }))
}

// TestRuptureAndRepair: after an attack the same offers are heard less; an apology brings most of it back, not all.
func TestRuptureAndRepair(t *testing.T) {
	s := library(t, "ask-for-leave")
	o := s.GetObjective()
	offers := slices.Concat([]string{"I can see that you need two people on the desk in the afternoon. " + o.GetBenefits()[2]}, o.GetCompromises())
	clean := gainWith(t, s, slices.Concat([]string{o.GetRequest(), "Let me think for a moment."}, offers)...)
	ruptured := gainWith(t, s, slices.Concat([]string{o.GetRequest(), "You never think of anybody but yourself, and you'll be sorry if you say no."}, offers)...)
	repaired := gainWith(t, s, slices.Concat([]string{o.GetRequest(), "You never think of anybody but yourself, and you'll be sorry if you say no.", "I'm sorry, that was unfair of me, I shouldn't have said it."}, offers)...)
	t.Logf("clean %.3f, ruptured %.3f, repaired %.3f", clean, ruptured, repaired)
	if !(ruptured < repaired-0.05 && repaired < clean-0.05) {
		t.Errorf("clean %.3f, ruptured %.3f, repaired %.3f: repair must help, and not wholly", clean, ruptured, repaired)
	}
}

// TestBrokenRecord: staying with it in new words, calmly, costs less than nagging in the same words.
func TestBrokenRecord(t *testing.T) {
	s := library(t, "ask-for-leave")
	request := s.GetObjective().GetRequest()
	calm := gainWith(t, s, request, "I know the desk is short on Tuesdays, and I'm still asking for them.", "I hear you about the afternoon, and I'd like you to think about the ten weeks.",
		"It's the rehabilitation that can't be moved, so I'm asking for the time.", "I'd appreciate it if you looked at the rota with me.")
	nagging := gainWith(t, s, request, request, request, request, request)
	t.Logf("calm %.3f, nagging %.3f", calm, nagging)
	if calm < nagging+0.05 {
		t.Errorf("calm persistence gives %.3f, nagging %.3f", calm, nagging)
	}
}

// TestSomeCannotBeWon: with a reservation point of 1 nobody says yes or makes offers, and the skilled leave it well.
func TestSomeCannotBeWon(t *testing.T) {
	for _, id := range ours {
		s := with(library(t, id), vignettev1.Modality_MODALITY_ASSERTIVE, 1)
		one := 1.0
		for _, role := range s.GetRoles() {
			if role.GetStance() != nil {
				role.Stance.Reservation = &one
			}
		}
		refused := 0
		for seed := range uint64(seeds) {
			st := play(t, s, seed, nil)
			if n := st.acts("partner.agree", "partner.confirm", "partner.give_in_to_threat", "partner.offer"); n > 0 {
				t.Fatalf("%s, seed %d: %d turns give in:\n%s", id, seed, n, st.transcript())
			}
			refused += min(st.acts("partner.refuse"), 1)
			if n := st.acts("speaker.blame", "speaker.threaten", "speaker.yield"); n > 0 {
				t.Errorf("%s, seed %d: the skilled attack or give themselves up:\n%s", id, seed, st.transcript())
			}
		}
		if refused < seeds/2 {
			t.Errorf("%s: only %d of %d say a last no", id, refused, seeds)
		}
	}
}

// TestSomeRespondLittle: a share of partners stays where they began whatever is said well, and not most of them.
func TestSomeRespondLittle(t *testing.T) {
	for _, id := range ours {
		s := with(library(t, id), vignettev1.Modality_MODALITY_ASSERTIVE, 0.9)
		skilled := outcomes(t, s, nil)
		idle := outcomes(t, s, func(uint64) map[string]func(*stage) string { return scripted(s, idleLines) })
		little := 0
		for i := range skilled {
			if skilled[i]-idle[i] < 0.1 {
				little++
			}
		}
		share := float64(little) / float64(len(skilled))
		t.Logf("%s: %.0f%% respond little", id, 100*share)
		if share < 0.1 || share > 0.3 {
			t.Errorf("%s: %.0f%% of the partners respond little, want 10-30%%", id, 100*share)
		}
	}
}

// TestThreatsWinLittle: threats get some compliance without willingness, and never as much as skill.
func TestThreatsWinLittle(t *testing.T) {
	caved, agreed, n := 0, 0, 0
	for _, id := range []string{"ask-for-leave", "family-talk"} {
		s := library(t, id)
		lines := []string{s.GetObjective().GetRequest(), "You never listen to me.", "If you say no, I'll make sure everybody hears about it.", "Don't be surprised if I stop making an effort.", "You'll be sorry for this.", "You'll regret it."}
		for seed := range uint64(seeds) {
			st := play(t, s, seed, scripted(s, lines))
			for _, role := range s.GetRoles() {
				if role.GetStance() == nil {
					continue
				}
				n++
				if st.actsOf(role.GetId(), "partner.give_in_to_threat") > 0 {
					caved++
					if w := st.willingness(role.GetId()); w > 0.3 {
						t.Errorf("%s gave in to a threat and is willing to %.2f", role.GetId(), w)
					}
				}
			}
			skilled := play(t, with(s, vignettev1.Modality_MODALITY_ASSERTIVE, 0.9), seed, nil)
			agreed += skilled.acts("partner.agree", "partner.confirm")
		}
	}
	t.Logf("%d of %d give in to threats, %d agree with a skilled speaker", caved, n, agreed)
	if caved == 0 || caved > n/5 || 3*caved > agreed {
		t.Errorf("%d of %d give in to threats, %d agree with a skilled speaker: some must, few may", caved, n, agreed)
	}
}

// TestHardPartnersGetAway: somebody hard deflects, shames or changes the topic; somebody easy never does.
func TestHardPartnersGetAway(t *testing.T) {
	count := func(difficulty float64) (tactics, agreed int) {
		s := with(library(t, "ask-for-leave"), vignettev1.Modality_MODALITY_ASSERTIVE, 0.9)
		s.GetRoles()[1].Stance.Difficulty = &difficulty
		for seed := range uint64(seeds) {
			st := play(t, s, seed, nil)
			tactics += st.acts("partner.deflect", "partner.guilt", "partner.change_topic", "partner.interrupt")
			agreed += st.acts("partner.agree", "partner.confirm")
		}
		return tactics, agreed
	}
	easyTactics, easyAgreed := count(0.1)
	hardTactics, hardAgreed := count(0.9)
	t.Logf("easy: %d ways out, %d agreed; hard: %d, %d (of %d)", easyTactics, easyAgreed, hardTactics, hardAgreed, seeds)
	if easyTactics > 0 || hardTactics < seeds || hardAgreed+seeds/10 > easyAgreed {
		t.Errorf("easy: %d ways out, %d agreed; hard: %d, %d", easyTactics, easyAgreed, hardTactics, hardAgreed)
	}
}

// TestSkillIsGraded: more skill, more willing partners, step by step, on average over all scenarios.
func TestSkillIsGraded(t *testing.T) {
	levels := []float64{0, 0.25, 0.5, 0.75, 1}
	for _, modality := range modalities {
		var willing, agreed []float64
		n := uint64(seeds)
		if modality != vignettev1.Modality_MODALITY_ASSERTIVE {
			n /= 2 // the trend is enough
		}
		for _, skill := range levels {
			var all []float64
			yes := 0.0
			for _, id := range ours {
				s := with(library(t, id), modality, skill)
				for seed := range n {
					st := play(t, s, seed, nil)
					for _, role := range s.GetRoles() {
						if role.GetStance() != nil {
							all = append(all, st.willingness(role.GetId()))
							yes += float64(min(st.actsOf(role.GetId(), "partner.agree", "partner.confirm"), 1))
						}
					}
				}
			}
			willing, agreed = append(willing, mean(all)), append(agreed, yes/float64(len(all)))
		}
		t.Logf("%s: willingness %.3f, agreed %.2f", modality, willing, agreed)
		for i := 1; i < len(levels) && modality == vignettev1.Modality_MODALITY_ASSERTIVE; i++ {
			if agreed[i] < agreed[i-1]+0.03 {
				t.Errorf("skill %.2f wins %.2f, skill %.2f won %.2f", levels[i], agreed[i], levels[i-1], agreed[i-1])
			}
		}
		least := 0.02 // assertive: each step counts
		if modality != vignettev1.Modality_MODALITY_ASSERTIVE {
			least = -0.005 // of what begins at the bottom, chance may level a step
		}
		for i := 1; i < len(levels); i++ {
			if willing[i] < willing[i-1]+least {
				t.Errorf("%s: skill %.2f gives %.3f, skill %.2f gave %.3f", modality, levels[i], willing[i], levels[i-1], willing[i-1])
			}
		}
		if willing[len(levels)-1] < willing[0]+0.05 {
			t.Errorf("%s: from no skill to all the gain is %.3f", modality, willing[len(levels)-1]-willing[0])
		}
	}
}

// TestSpeakersAreUnderstood: whatever a builtin speaker says in a library scenario is a sentence to its partners.
func TestSpeakersAreUnderstood(t *testing.T) {
	for _, id := range ours {
		for _, modality := range modalities {
			for seed := range uint64(seeds) {
				st := play(t, with(library(t, id), modality, float64(seed%5)/4), seed, nil)
				if st.acts("partner.not_follow", "partner.call_out_echo") > 0 {
					t.Errorf("%s, %s, seed %d: a partner does not follow:\n%s", id, modality, seed, st.transcript())
				}
			}
		}
	}
}

// TestNobodyThanksForNothing: a speaker takes for a yes only what was one.
func TestNobodyThanksForNothing(t *testing.T) {
	for _, id := range []string{"ask-for-leave", "family-talk"} {
		for _, modality := range modalities {
			for seed := range uint64(seeds) {
				st := play(t, with(library(t, id), modality, float64(seed%5)/4), seed, nil)
				all := st.turns
				for i, turn := range all {
					st.turns = all[i : i+1]
					if turn.GetRole() != st.scenario.GetFocal() || st.acts("speaker.thank", "speaker.accept", "speaker.confirm") == 0 {
						continue
					}
					st.turns = all[:i]
					if st.acts("partner.agree", "partner.offer", "partner.give_in_to_threat", "partner.confirm") == 0 {
						t.Errorf("%s, %s, seed %d: turn %d thanks for nothing:\n%s", id, modality, seed, i, st.transcript())
					}
				}
			}
		}
	}
}

// acts counts turns of anybody that carry one of some acts.
func (st *stage) acts(acts ...string) int { return st.actsOf("", acts...) }

// actsOf counts those of one role.
func (st *stage) actsOf(role string, acts ...string) int {
	n := 0
	for _, turn := range st.turns {
		if role != "" && turn.GetRole() != role {
			continue
		}
		if slices.ContainsFunc(turn.GetActs(), func(act *vignettev1.IntendedAct) bool { return slices.Contains(acts, act.GetAct()) }) {
			n++
		}
	}
	return n
}
