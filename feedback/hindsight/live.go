package hindsight

import (
	"cmp"
	"math/rand/v2"
	"slices"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Constants of a client's days. "Chosen" means that the sign is known and the size is ours.
const (
	// intended is how much more often a day's step is taken by somebody wholly willing than by somebody not willing at all; habit is
	// how often it happens without meaning to. Intentions explain 28% of the variance of behaviour (Sheeran 2002,
	// "Intention-Behavior Relations", r = .53); the two numbers are chosen so that willing people still often fail to act.
	habit, intended = 0.12, 0.55
	// held is how much of that resistance takes away. Chosen.
	held = 0.5
	// luckSpread is how much futures of the same person differ in it. Chosen.
	luckSpread = 0.12
	// lapse is how much rarer the next step gets after a missed one, practice how much more likely after one taken. Chosen.
	lapse, practice = 0.015, 0.02

	// pull is how much of the way back to their usual distress people go in a day, drift a day's own ups and downs in SUDS. Chosen.
	pull, drift = 0.12, 4.0
	// relief is how many SUDS the usual distress sinks for each step taken. Doing what was agreed goes with improving (Mausbach et al.
	// 2010, r = .26); the size is chosen.
	relief = 0.8

	// returns is how many come back on average: one in five does not (Swift and Greenberg 2012, 19.7%). byTrust is how much more do
	// with full trust than with none: a weaker alliance goes with dropping out (Sharf, Primavera and Diener 2010, d = .55); size chosen.
	returns, byTrust = 0.80, 0.36
	// sessionAfter is when the next session is, in days.
	sessionAfter = 7

	// burden is how much of functioning full distress takes, active how much taking every step gives back. Chosen.
	burden, active = 0.8, 0.15
	// enough is the share of days with a step at which what was agreed counts as reached. Chosen.
	enough = 0.6
)

// Kinds of events in a client's days.
const (
	stepTaken  = "step.taken"
	stepLapse  = "step.lapse"
	comesBack  = "session.attended"
	staysAway  = "session.missed"
	badDay     = "distress.worse"
	lapseAfter = 3   // days in a row without a step that are told as a lapse
	worse      = 15. // SUDS above the end of the session that are told as a bad day
)

// live is what a client's next days are like. What the client's state does not tell makes missing what hangs on it.
func live(w World, days int, luck *rand.Rand, f *vignettev1.Future) {
	l := life{world: w, luck: luck, future: f, days: days}
	l.person = luckSpread * luck.NormFloat64()
	l.walk()
	l.session()
	l.reckon()
	slices.SortStableFunc(f.Events, func(a, b *vignettev1.FutureEvent) int { return cmp.Compare(a.GetDay(), b.GetDay()) })
}

// life is one future being lived.
type life struct {
	world  World
	luck   *rand.Rand
	future *vignettev1.Future
	days   int
	person float64

	taken, gap int
	distress   float64
	worst      bool
}

func (l *life) event(day int, kind, text string) {
	l.future.Events = append(l.future.Events, &vignettev1.FutureEvent{Day: int32(day), Role: l.world.Role, Kind: kind, Text: text})
}

// walk goes through the days. Every day draws the same numbers whatever comes of them, so that arms stay paired in their luck.
func (l *life) walk() {
	last := l.world.own()
	chance := habit + l.person
	if last != nil {
		chance += intended * last.GetWillingness() * (1 - held*last.GetResistance())
	}
	l.distress = last.GetDistress()
	usual := l.usual()
	for day := 1; day <= l.days; day++ {
		step, sway := l.luck.Float64(), drift*l.luck.NormFloat64()
		if step < min(max(chance, 0.02), 0.98) {
			l.step(day)
			chance, usual = chance+practice, usual-relief
		} else {
			l.miss(day)
			chance -= lapse
		}
		l.distress = min(max(l.distress+pull*(usual-l.distress)+sway, 0), 100)
		if last.GetDistress()+worse < l.distress && !l.worst && last != nil && last.Distress != nil {
			l.worst = true
			l.event(day, badDay, "the client has a bad day: it feels worse than when they left")
		}
	}
}

// usual is the distress somebody drifts back to: half way between how they came and how they left.
func (l *life) usual() float64 {
	if l.world.came() == nil || l.world.came().Distress == nil {
		return l.world.own().GetDistress()
	}
	return (l.world.came().GetDistress() + l.world.own().GetDistress()) / 2
}

func (l *life) step(day int) {
	if l.world.own() == nil || l.world.own().Willingness == nil {
		return
	}
	if l.taken == 0 {
		l.event(day, stepTaken, "the client tries something that was talked about, for the first time")
	} else if l.gap >= lapseAfter {
		l.event(day, stepTaken, "the client takes it up again")
	}
	l.taken, l.gap = l.taken+1, 0
}

func (l *life) miss(day int) {
	if l.gap++; l.gap == lapseAfter && l.taken > 0 {
		l.event(day, stepLapse, "the client has let it slide for days")
	}
}

// session is whether the client comes to the next one.
func (l *life) session() {
	draw, last := l.luck.Float64(), l.world.own()
	if last == nil || last.Trust == nil {
		l.unknown(Return, "the client told no trust")
		return
	}
	day, value := min(sessionAfter, l.days), 0.0
	if draw < min(max(returns+byTrust*(last.GetTrust()-0.5), 0.02), 0.98) {
		value = 1
		l.event(day, comesBack, "the client comes to the next session")
	} else {
		l.event(day, staysAway, "the client does not come to the next session")
	}
	l.future.Outcomes = append(l.future.Outcomes, with(Return, value))
}

// reckon says what the days came to.
func (l *life) reckon() {
	share, last := float64(l.taken)/float64(l.days), l.world.own()
	willing, distressed := last != nil && last.Willingness != nil, last != nil && last.Distress != nil
	if willing {
		l.future.Outcomes = append(l.future.Outcomes, with(Followed, share), with(Goal, min(1, share/enough)))
	} else {
		l.unknown(Followed, "the client told no willingness")
		l.unknown(Goal, "the client told no willingness")
	}
	if distressed {
		l.future.Outcomes = append(l.future.Outcomes, with(DistressAfter, l.distress))
	} else {
		l.unknown(DistressAfter, "the client told no distress")
	}
	if willing && distressed {
		l.future.Outcomes = append(l.future.Outcomes, with(Functioning, min(max(1-burden*l.distress/100+active*share, 0), 1)))
	} else {
		l.unknown(Functioning, "the client told no willingness or no distress")
	}
}

func (l *life) unknown(dimension, why string) {
	l.future.Outcomes = append(l.future.Outcomes, without(dimension, missingFor(vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING, why)))
}
