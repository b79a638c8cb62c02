package mi

import (
	"fmt"

	"github.com/vignette-sim/vignette/evaluators"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// session follows a conversation: each turn is read once, in the light of what came before.
type session struct {
	clients map[string]bool
	past    map[string]*history
	counts  map[string]*counts
	// all are the talk of all clients.
	all counts
}

// counts are what summary measures are made of.
type counts struct {
	codes       map[code]int
	adherent    int
	consistent  int
	against     int
	nonAdherent int
	change      int
	sustain     int
	spoke       bool
}

func newSession(req *vignettev1.EvaluateRequest) *session {
	s := &session{clients: map[string]bool{}, past: map[string]*history{}, counts: map[string]*counts{}}
	for _, p := range req.GetParticipants() {
		s.clients[p.GetId()] = p.GetKind() == client
		s.past[p.GetId()] = &history{talk: neutral}
		s.counts[p.GetId()] = &counts{codes: map[code]int{}}
	}
	return s
}

// take reads a turn, keeps it for those that follow, and returns what makes its scores.
func (s *session) take(each *vignettev1.PerceivedTurn) (score func() []*vignettev1.Score) {
	role, byClient := each.GetRole(), s.clients[each.GetRole()]
	t := readTurn(each, byClient)
	if t == nil {
		return func() []*vignettev1.Score { return silent(each.GetIndex()) }
	}
	own := s.past[role]
	defer s.remember(role, t)
	s.counts[role].spoke = true
	if byClient {
		v := hearClient(t, own)
		own.talk = v.ruled
		s.counts[role].talk(v)
		s.all.talk(v)
		return func() []*vignettev1.Score { return clientScores(t, v) }
	}
	r := hear(t, own)
	own.read, t.read = r, r
	s.counts[role].behave(r)
	return func() []*vignettev1.Score { return counselorScores(t, r) }
}

func (s *session) remember(role string, t *turn) {
	for id, h := range s.past {
		if id == role {
			h.own = t
			continue
		}
		h.hear(t)
	}
}

func (c *counts) talk(v *verdictOnTalk) {
	switch v.talk {
	case change:
		c.change++
	case sustain:
		c.sustain++
	}
}

func (c *counts) behave(r *reading) {
	for _, f := range r.findings {
		c.codes[f.code]++
		if consistent[f.code] {
			c.consistent++
		}
		if inconsistent[f.code] {
			c.against++
		}
		for _, name := range f.miti() {
			if adherent[name] {
				c.adherent++
			}
			if nonAdherent[name] {
				c.nonAdherent++
			}
		}
	}
}

// thresholds are what a manual calls fair and good.
type thresholds struct {
	fair, good         float64
	fairName, goodName string
	source             string
}

func (t thresholds) say(x float64) string {
	switch {
	case x >= t.good:
		return fmt.Sprintf("%s by %s (from %.4g)", t.goodName, t.source, t.good)
	case x >= t.fair:
		return fmt.Sprintf("%s by %s (from %.4g; %s from %.4g)", t.fairName, t.source, t.fair, t.goodName, t.good)
	}
	return fmt.Sprintf("below %s by %s (from %.4g)", t.fairName, t.source, t.fair)
}

var (
	ofRatio   = thresholds{1, 2, "fair", "good", "MITI 4.2.1"}
	ofComplex = thresholds{0.4, 0.5, "fair", "good", "MITI 4.2.1"}
	ofOpen    = thresholds{0.5, 0.7, "beginning proficiency", "competency", "MITI 3.1.1"}
)

// summary has the measures of the episode.
func (s *session) summary(role string) []*vignettev1.Score {
	c := s.counts[role]
	if !c.spoke {
		var scores []*vignettev1.Score
		for _, d := range episodeDimensions() {
			scores = append(scores, &vignettev1.Score{Dimension: d.GetId(), Outcome: evaluators.Without(vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA, "the role said nothing")})
		}
		return scores
	}
	if s.clients[role] {
		const why = "it is a measure of counselors, and this role is a client"
		return []*vignettev1.Score{
			inapplicable(ReflectionToQuestion, why), inapplicable(ComplexShare, why), inapplicable(OpenShare, why), inapplicable(AdherentShare, why), inapplicable(ConsistentShare, why), c.changeShare(),
		}
	}
	return []*vignettev1.Score{c.ratio(), c.complexShare(), c.openShare(), c.adherentShare(), c.consistentShare(), s.all.changeShare()}
}

func (c *counts) reflections() (simple, complex int) {
	return c.codes[simpleReflection], c.codes[complexReflect]
}

func (c *counts) ratio() *vignettev1.Score {
	simple, complex := c.reflections()
	questions := c.codes[openQuestion] + c.codes[closedQuestion]
	if questions == 0 {
		return inapplicable(ReflectionToQuestion, fmt.Sprintf("%d reflections and no question", simple+complex))
	}
	x := float64(simple+complex) / float64(questions)
	return measured(ReflectionToQuestion, min(x, mostToQuestion), fmt.Sprintf("%d reflections to %d questions, %.2f: %s.", simple+complex, questions, x, ofRatio.say(x)))
}

func (c *counts) complexShare() *vignettev1.Score {
	simple, complex := c.reflections()
	return shareOf(ComplexShare, complex, simple+complex, "complex", "reflections", ofComplex.say)
}

func (c *counts) openShare() *vignettev1.Score {
	open, closed := c.codes[openQuestion], c.codes[closedQuestion]
	return shareOf(OpenShare, open, open+closed, "open", "questions", ofOpen.say)
}

func (c *counts) adherentShare() *vignettev1.Score {
	return shareOf(AdherentShare, c.adherent, c.adherent+c.nonAdherent, "MI-adherent", "behaviours that are adherent or not", nil)
}

func (c *counts) consistentShare() *vignettev1.Score {
	return shareOf(ConsistentShare, c.consistent, c.consistent+c.against, "MI-consistent", "codes that are consistent with it or not", nil)
}

func (c *counts) changeShare() *vignettev1.Score {
	return shareOf(ChangeShare, c.change, c.change+c.sustain, "change talk", "utterances of change or sustain talk", nil)
}

// shareOf is a share as a score; say adds what it comes to by a manual.
func shareOf(dimension string, part, whole int, what, of string, say func(float64) string) *vignettev1.Score {
	if whole == 0 {
		return inapplicable(dimension, "no "+of)
	}
	x := float64(part) / float64(whole)
	why := fmt.Sprintf("%d of %d %s are %s, %.2f", part, whole, of, what, x)
	if say != nil {
		why += ": " + say(x)
	}
	return measured(dimension, x, why+".")
}

func measured(dimension string, x float64, why string) *vignettev1.Score {
	return &vignettev1.Score{Dimension: dimension, Outcome: evaluators.Value(x), Rationale: why}
}
