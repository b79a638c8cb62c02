package llm

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// manyDrafts is how many drafts self-consistency compares. Chosen: most of the gain in the papers comes with the first five.
const manyDrafts = 5

// Forms of the answers of steps.
var (
	notesForm     = formOf("strategies/notes")
	checklistForm = formOf("strategies/checklist")
	marksForm     = formOf("strategies/marks")
	choiceForm    = formOf("strategies/choice")
	adviceForm    = formOf("strategies/advice")
	audienceForm  = formOf("strategies/audience")
	reactionsForm = formOf("strategies/reactions")
	critiqueForm  = formOf("strategies/critique")
)

// into takes an answer apart, and has its content looked at.
func into[T any](said *T, wrong func() bool) func(string) finding {
	return func(answer string) finding {
		*said = *new(T)
		if json.Unmarshal([]byte(answer), said) != nil || wrong() {
			return "malformed"
		}
		return sound
	}
}

// field takes one text out of an answer.
func field(name string, text *string) func(string) finding {
	var said map[string]string
	return into(&said, func() bool {
		*text = cut(strings.TrimSpace(said[name]), longestText)
		return *text == ""
	})
}

// hushed keeps what a draft would have committed and said from everybody.
type hushed struct{ state *vignettev1.MentalState }

func (h *hushed) Appraise(*vignettev1.Appraisal) error { return nil }
func (h *hushed) Commit(state *vignettev1.MentalState, _ []*vignettev1.IntendedAct) error {
	h.state = state
	return nil
}
func (h *hushed) Say(string) error     { return nil }
func (h *hushed) Discard(string) error { return nil }
func (h *hushed) Watched() bool        { return false }

// draw makes a draft with what it is told besides, as a turn that nobody hears. Drafts of the same words are different draws: what is asked once more in one of them has other words.
func (t *turn) draw(ctx context.Context, told string) (*draft, error) {
	reply := &hushed{}
	one := &turn{scene: t.scene, form: t.form, guard: t.guard, strategy: t.strategy, told: told, reply: reply, from: t.from}
	name, _, _ := strings.Cut(t.obs.GetSelf().GetPolicy().GetStrategy(), ":") // best_of_4, whoever judges
	one.drafted = fmt.Sprintf("%s: draft %d", name, t.from+1)
	t.from++
	d, err := one.decide(ctx)
	if err != nil {
		return nil, err
	}
	d.state = reply.state
	return d, nil
}

func (t *turn) drawn(ctx context.Context, n int) ([]*draft, error) {
	var all []*draft
	for range n {
		d, err := t.draw(ctx, "")
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// inWords is a draft as it is shown: the words, or what is done.
func (d *draft) inWords() string {
	if d.action.GetText() == "" {
		return "(" + enumname.Of(d.action.GetKind()) + ")"
	}
	return d.action.GetText()
}

// redraw has a draft written anew. The state stays the one that stood before the first words.
func (t *turn) redraw(ctx context.Context, first *draft, s thinking) (*draft, error) {
	told, err := t.advice(s)
	if err != nil {
		return nil, err
	}
	d, err := t.draw(ctx, told)
	if err == nil {
		d.state = first.state
	}
	return d, err
}

// refine is SelfRefine: a checklist, a draft held to it, and where it falls short a second one, which is taken unless it meets less.
func (t *turn) refine(ctx context.Context) (*draft, error) {
	var list struct{ Items []string }
	err := t.consider(ctx, t.step("checklist"), checklistForm, into(&list, func() bool { return len(list.Items) == 0 }))
	if err != nil {
		return nil, err
	}
	first, err := t.draw(ctx, "")
	if err != nil {
		return nil, err
	}
	missing, err := t.check(ctx, first, list.Items)
	if err != nil || len(missing) == 0 {
		return first, err
	}
	s := t.step("revise")
	s.Draft, s.Missing = first.inWords(), missing
	second, err := t.redraw(ctx, first, s)
	if err != nil {
		return nil, err
	}
	still, err := t.check(ctx, second, list.Items)
	if len(still) > len(missing) {
		return first, err
	}
	return second, err
}

// check is what a draft does not meet.
func (t *turn) check(ctx context.Context, d *draft, items []string) (missing []string, err error) {
	var said struct {
		Marks []struct{ Met bool }
	}
	s := t.step("check")
	s.Draft, s.Items = d.inWords(), items
	err = t.consider(ctx, s, marksForm, into(&said, func() bool { return len(said.Marks) != len(items) }))
	if err != nil {
		return nil, err
	}
	for i, mark := range said.Marks {
		if !mark.Met {
			missing = append(missing, items[i])
		}
	}
	return missing, nil
}

// agree is SelfConsistency.
func (t *turn) agree(ctx context.Context) (*draft, error) {
	all, err := t.drawn(ctx, manyDrafts)
	if err != nil {
		return nil, err
	}
	s := t.step("choose")
	for _, d := range all {
		s.Drafts = append(s.Drafts, d.inWords())
	}
	var said struct{ Choice int }
	err = t.consider(ctx, s, choiceForm, into(&said, func() bool { return said.Choice < 1 || said.Choice > len(all) }))
	if err != nil {
		return nil, err
	}
	return all[said.Choice-1], nil
}

// simulate is ExploreGenerateSimulate. A draft's worth is the mean favour of the audience by weight; of equals the first is taken.
func (t *turn) simulate(ctx context.Context) (*draft, error) {
	var explored struct{ Advice []string }
	err := t.consider(ctx, t.step("explore"), adviceForm, into(&explored, func() bool { return len(explored.Advice) == 0 }))
	if err != nil {
		return nil, err
	}
	who, weights, err := t.audience(ctx)
	if err != nil {
		return nil, err
	}
	var best *draft
	most := -1.0
	for _, advice := range explored.Advice[:min(3, len(explored.Advice))] {
		s := t.step("generate")
		s.Notes = advice
		told, err := t.advice(s)
		if err != nil {
			return nil, err
		}
		d, err := t.draw(ctx, told)
		if err != nil {
			return nil, err
		}
		if favour, err := t.favour(ctx, d, who, weights); err != nil {
			return nil, err
		} else if favour > most {
			best, most = d, favour
		}
	}
	return best, nil
}

// audience is whose view counts, and how much; the weights add up to more than 0.
func (t *turn) audience(ctx context.Context) (who []string, weights []float64, err error) {
	var said struct {
		Audience []struct {
			Who    string
			Weight float64
		}
	}
	err = t.consider(ctx, t.step("audience"), audienceForm, into(&said, func() bool {
		sum := 0.0
		for _, a := range said.Audience {
			if a.Weight < 0 || a.Weight > 1 {
				return true
			}
			sum += a.Weight
		}
		return sum == 0
	}))
	for _, a := range said.Audience {
		who, weights = append(who, a.Who), append(weights, a.Weight)
	}
	return who, weights, err
}

// favour is how an audience takes a draft, 0-10.
func (t *turn) favour(ctx context.Context, d *draft, who []string, weights []float64) (float64, error) {
	var said struct {
		Reactions []struct{ Favour float64 }
	}
	s := t.step("simulate")
	s.Draft, s.Items = d.inWords(), who
	err := t.consider(ctx, s, reactionsForm, into(&said, func() bool { return len(said.Reactions) != len(who) }))
	sum, all := 0.0, 0.0
	for i, reaction := range said.Reactions {
		sum, all = sum+weights[i]*min(max(reaction.Favour, 0), 10), all+weights[i]
	}
	return sum / all, err
}

// hearCritic is Critic.
func (t *turn) hearCritic(ctx context.Context) (*draft, error) {
	first, err := t.draw(ctx, "")
	if err != nil {
		return nil, err
	}
	var said struct {
		Critique string
		Stands   bool
	}
	s := t.step("read")
	s.Draft, s.Heard, s.Wanted = first.inWords(), t.transcript(), wantedOf(t.obs.GetSelf())
	err = t.consider(ctx, s, critiqueForm, into(&said, func() bool { return !said.Stands && strings.TrimSpace(said.Critique) == "" }))
	if err != nil || said.Stands {
		return first, err
	}
	s = t.step("revise")
	s.Draft, s.Notes = first.inWords(), cut(said.Critique, longestText)
	return t.redraw(ctx, first, s)
}

// wantedOf is what a role wants, as its adviser is told.
func wantedOf(self *vignettev1.RoleCard) string {
	if statement := self.GetObjective().GetStatement(); statement != "" {
		return statement
	}
	return self.GetGoal()
}

// transcript is what was said, for somebody who is no part of it.
func (s *scene) transcript() (all []heard) {
	labels := labelsOf(s.obs)
	for _, turn := range s.obs.GetTurns() {
		h := hear(turn, s.obs.GetSelf().GetId(), labels)
		h.Text = cut(h.Text, longestThought)
		all = append(all, h)
	}
	return all
}

// outsider are the messages before a question to somebody who plays no part.
func (t *turn) outsider(s thinking) ([]*vignettev1.ChatMessage, error) {
	s.Step = "system"
	system, err := t.advice(s)
	return []*vignettev1.ChatMessage{{Role: vignettev1.ChatRole_CHAT_ROLE_SYSTEM, Content: system}}, err
}

var _ agents.Reply = (*hushed)(nil)
