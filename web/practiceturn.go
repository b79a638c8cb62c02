package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// practiceTurn is a turn as its page shows it. It has all that its part of the page needs, since it is also sent alone.
type practiceTurn struct {
	Session, Branch     string
	Index, Number       int
	Name                string
	Hue                 int
	Mine                bool
	Deed                bool
	Leaves              bool
	Pieces              []markedPiece
	Text                string
	Feedback            *shownFeedback
	Felt                string
	Disagreements       []*vignettev1.Disagreement
	Comments            []*vignettev1.SupervisorReview
	MayAsk              bool // feedback is not there and can be asked for
	MayRetry, MayAnswer bool // try again; disagree
	MayReview           bool
}

// Key names the turn among those of all branches.
func (t practiceTurn) Key() string { return fmt.Sprintf("%s.%d", t.Branch, t.Index) }

// markedPiece is a piece of a text, and the numbers of the skills that it shows.
type markedPiece struct {
	Text    string
	Skills  []int
	Against bool
	Ends    []int // skills whose words end here: their numbers stand behind
}

// shownFeedback is feedback with its words marked.
type shownFeedback struct {
	*vignettev1.PracticeFeedback
	Pieces    []markedPiece
	Overrides map[string][]*vignettev1.SupervisorReview // by skill, oldest first
	MayReview bool
	Session   string
	Branch    string
}

// Of are the scores that supervisors put beside one.
func (f shownFeedback) Of(skill string) []*vignettev1.SupervisorReview { return f.Overrides[skill] }

// mark cuts a text where the words of skills begin and end. Spans count code points; one that does not lie in the text marks nothing.
func mark(text string, skills []*vignettev1.SkillFound) []markedPiece {
	runes := []rune(text)
	cuts := []int{0, len(runes)}
	inside := func(s *vignettev1.Span) bool {
		return s.GetStart() >= 0 && s.GetStart() < s.GetEnd() && int(s.GetEnd()) <= len(runes)
	}
	for _, skill := range skills {
		for _, s := range quoted(skill) {
			if inside(s.Span) {
				cuts = append(cuts, int(s.GetStart()), int(s.GetEnd()))
			}
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var out []markedPiece
	for i := 1; i < len(cuts); i++ {
		piece := markedPiece{Text: plain(string(runes[cuts[i-1]:cuts[i]]))}
		for n, skill := range skills {
			for _, s := range quoted(skill) {
				if !inside(s.Span) || int(s.GetStart()) > cuts[i-1] || int(s.GetEnd()) < cuts[i] {
					continue
				}
				piece.Skills = once(piece.Skills, n+1)
				piece.Against = piece.Against || s.against
				if int(s.GetEnd()) == cuts[i] {
					piece.Ends = once(piece.Ends, n+1)
				}
			}
		}
		out = append(out, piece)
	}
	return out
}

// quotedSpan is what is quoted for a skill; against says that it speaks against it.
type quotedSpan struct {
	*vignettev1.Span
	against bool
}

func quoted(skill *vignettev1.SkillFound) []quotedSpan {
	var out []quotedSpan
	for _, s := range skill.GetSpans() {
		out = append(out, quotedSpan{s, skill.GetAgainst()})
	}
	for _, s := range skill.GetLessening() {
		out = append(out, quotedSpan{s, true})
	}
	return out
}

// shown is feedback as pages show it, with the scores that supervisors put beside its own.
func shown(f *vignettev1.PracticeFeedback, s *vignettev1.PracticeSession, may rights) *shownFeedback {
	if f == nil {
		return nil
	}
	out := &shownFeedback{PracticeFeedback: f, Pieces: mark(f.GetText(), f.GetSkills()), Overrides: map[string][]*vignettev1.SupervisorReview{},
		MayReview: may.review && !f.GetDraft(), Session: s.GetSession(), Branch: s.GetBranch()}
	for _, r := range s.GetReviews() {
		if o := r.GetOverride(); o != nil && o.TurnIndex != nil && o.GetTurnIndex() == f.GetTurnIndex() && onBranch(s, r.GetBranch(), o.GetTurnIndex()) {
			out.Overrides[o.GetSkill()] = append(out.Overrides[o.GetSkill()], r)
		}
	}
	return out
}

// onBranch says whether what was said of a turn of a branch is about a turn of the branch that goes on: a branch shares the turns before
// its first own one with what it comes off.
func onBranch(s *vignettev1.PracticeSession, branch string, turn int32) bool {
	for at := s.GetBranch(); at != branch; {
		i := slices.IndexFunc(s.GetBranches(), func(b *vignettev1.PracticeBranch) bool { return b.GetBranch() == at })
		if i < 0 || s.GetBranches()[i].GetOff() == "" || turn >= s.GetBranches()[i].GetTurn() {
			return false
		}
		at = s.GetBranches()[i].GetOff()
	}
	return true
}

func (p *sessionPage) turn(r *rehearsal, t *vignettev1.PracticeTurn) practiceTurn {
	s := p.PracticeSession
	out := practiceTurn{
		Session: s.GetSession(), Branch: s.GetBranch(), Index: int(t.GetIndex()), Number: int(t.GetIndex()) + 1, Name: plain(t.GetName()), Mine: t.GetMine(),
		Text: t.GetAction().GetText(), Feedback: shown(t.GetFeedback(), s, rights{review: p.Reviewer}), Felt: felt(t.GetFelt()), Disagreements: t.GetDisagreements(),
		MayRetry: p.Retries && t.GetMine(), MayAnswer: p.Mine, MayReview: p.Reviewer,
	}
	if out.Mine && p.Mine {
		out.Name = "You"
	}
	out.Hue = 1 + slices.IndexFunc(s.GetPartners(), func(o *vignettev1.PracticePartner) bool { return o.GetRole() == t.GetRole() })%7
	switch t.GetAction().GetKind() {
	case vignettev1.ActionKind_ACTION_KIND_SILENT:
		out.Deed, out.Pieces = true, []markedPiece{{Text: "(says nothing)"}}
	case vignettev1.ActionKind_ACTION_KIND_LEAVE:
		out.Leaves, out.Deed = true, out.Text == ""
		out.Pieces = []markedPiece{{Text: plain(cmp.Or(out.Text, "(says nothing)"))}}
	case vignettev1.ActionKind_ACTION_KIND_NONVERBAL, vignettev1.ActionKind_ACTION_KIND_ACT:
		out.Deed, out.Pieces = true, []markedPiece{{Text: plain(out.Text)}}
	default:
		out.Pieces = []markedPiece{{Text: plain(out.Text)}}
	}
	if out.Feedback != nil && out.Feedback.GetText() == out.Text {
		out.Pieces = out.Feedback.Pieces
	}
	out.MayAsk = p.Mine && p.Feedback && out.Mine && out.Feedback == nil && strings.TrimSpace(out.Text) != ""
	for _, review := range s.GetReviews() {
		if c := review.GetComment(); c != nil && c.TurnIndex != nil && c.GetTurnIndex() == t.GetIndex() && onBranch(s, review.GetBranch(), t.GetIndex()) {
			out.Comments = append(out.Comments, review)
		}
	}
	return out
}
