package llm

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/internal/prompt"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Prompting strategies: how a model is brought to what it says. What it thinks on the way stands in prompts and in the books of
// calls, and nowhere else. The methods are those of the papers named, the words ours.
const (
	// Plain asks once, for an answer with a thought before it.
	Plain = "plain"
	// ChainOfThought has it reason step by step first (Wei et al. 2022, arXiv 2201.11903; Kojima et al. 2022, arXiv 2205.11916).
	ChainOfThought = "chain_of_thought"
	// FaR has it foresee and reflect first: what each may do next, what may get in the way and what would help, and what that says
	// about what to do (Zhou et al. 2023, arXiv 2310.03051). Probes about others are answered likewise. The other two leave a part out.
	FaR                  = "far"
	FaRWithoutForesight  = "far_without_foresight"
	FaRWithoutReflection = "far_without_reflection"
	// PerspectiveTaking has it see the situation from each other person's place first, with what that person knows (Wilf et al. 2023,
	// arXiv 2311.10227).
	PerspectiveTaking = "perspective_taking"
	// SelfRefine holds a draft to a checklist made beforehand, and has it written anew where it falls short (Madaan et al. 2023, arXiv
	// 2303.17651; with a checklist: Cook et al. 2024, arXiv 2410.03608). The one that meets more of it is taken.
	SelfRefine = "self_refine"
	// SelfConsistency takes of five drafts the one that agrees most with the others (Wang et al. 2022, arXiv 2203.11171; for free text
	// Chen et al. 2023, arXiv 2311.17311).
	SelfConsistency = "self_consistency"
	// ExploreGenerateSimulate looks for different advice, drafts an answer for each, and takes the one that an imagined audience,
	// weighted by how much it counts, takes best (Liu et al. 2023, arXiv 2311.00687).
	ExploreGenerateSimulate = "explore_generate_simulate"
	// Critic shows a draft to a reader who is no part of the conversation, and has it written anew if it cannot stand (critique and
	// revision: Bai et al. 2022, arXiv 2212.08073).
	Critic = "critic"
	// BestOf is the form of the strategies that take of 2 to 9 drafts the one an evaluator gives most ("best_of_4:dear-man"). After a
	// slash one dimension can be named that counts alone, with a minus where less is better ("best_of_4:safety/-safety.harm").
	BestOf = "best_of_N:EVALUATOR"
)

// Strategies are the prompting strategies there are, BestOf standing for all of its form. The empty name means the first.
var Strategies = []string{
	Plain, ChainOfThought, FaR, FaRWithoutForesight, FaRWithoutReflection, PerspectiveTaking, SelfRefine, SelfConsistency,
	ExploreGenerateSimulate, Critic, BestOf,
}

var bestOfForm = regexp.MustCompile(`^best_of_([2-9]):([^/]+?)(?:/(-?)([A-Za-z0-9_.-]+))?$`)

// strategy is a strategy as it was named.
type strategy struct {
	name string
	// drafts, evaluator and dimension are those of BestOf; sign is -1 where less is better.
	drafts               int
	evaluator, dimension string
	sign                 float64
}

// strategyOf reads a strategy's name; nil where there is none of it.
func strategyOf(name string) *strategy {
	if m := bestOfForm.FindStringSubmatch(name); m != nil {
		n, _ := strconv.Atoi(m[1]) // a digit
		s := &strategy{name: BestOf, drafts: n, evaluator: m[2], dimension: m[4], sign: 1}
		if m[3] == "-" {
			s.sign = -1
		}
		return s
	}
	if name == "" {
		return &strategy{name: Plain}
	}
	if name == BestOf || !slices.Contains(Strategies, name) {
		return nil
	}
	return &strategy{name: name}
}

// CheckStrategy returns an error that names the strategies there are where a name is none of them.
func CheckStrategy(name string) error {
	if strategyOf(name) == nil {
		return fmt.Errorf("there is no prompting strategy %q; there are %q", name, Strategies)
	}
	return nil
}

// foresees and reflects say which parts of FaR a strategy has.
func (s *strategy) foresees() bool { return s.name == FaR || s.name == FaRWithoutReflection }
func (s *strategy) reflects() bool { return s.name == FaR || s.name == FaRWithoutForesight }

// templates are the words of strategies, a file each.
var templates = map[string]*prompt.Template{
	ChainOfThought:          load("strategies/chain_of_thought.tmpl", "strategies/notes.tmpl"),
	FaR:                     load("strategies/foresight.tmpl", "strategies/notes.tmpl"),
	FaRWithoutForesight:     load("strategies/foresight.tmpl", "strategies/notes.tmpl"),
	FaRWithoutReflection:    load("strategies/foresight.tmpl", "strategies/notes.tmpl"),
	PerspectiveTaking:       load("strategies/perspective_taking.tmpl", "strategies/notes.tmpl"),
	SelfRefine:              load("strategies/self_refine.tmpl"),
	SelfConsistency:         load("strategies/self_consistency.tmpl"),
	ExploreGenerateSimulate: load("strategies/explore_generate_simulate.tmpl"),
	Critic:                  load("strategies/critic.tmpl"),
}

// thinking is what a strategy's template sees.
type thinking struct {
	task
	Step, Notes, Draft, Wanted string
	Foresee, Reflect           bool
	Items, Missing, Drafts     []string
	Heard                      []heard
}

func (t *turn) step(name string) thinking {
	return thinking{task: t.task(), Step: name, Foresee: t.strategy.foresees(), Reflect: t.strategy.reflects()}
}

// advice is what a draft is told besides, in the words of the strategy.
func (t *turn) advice(s thinking) (string, error) {
	text, err := templates[t.strategy.name].Render(s)
	if err != nil {
		return "", status.Errorf(codes.Internal, "%v", err)
	}
	return text, nil
}

// consider asks for one step of a strategy; take says what is wrong with an answer, or takes it.
func (t *turn) consider(ctx context.Context, s thinking, f form, take func(answer string) finding) error {
	text, err := t.advice(s)
	if err != nil {
		return err
	}
	q := question{purpose: t.strategy.name + ": " + s.Step, hash: hashWith(templates[t.strategy.name], f.source), form: &f, task: []string{text, ""}}
	if s.Step == "read" {
		if q.before, err = t.outsider(s); err != nil {
			return err
		}
	}
	outcome, err := t.pursue(ctx, q, take)
	if err == nil && outcome != vignettev1.Outcome_OUTCOME_ANSWERED {
		err = t.gaveUp(fmt.Sprintf("step %q of strategy %s", s.Step, t.strategy.name), outcome)
	}
	return err
}

// byStrategy finds the turn. The strategies that think first say their words while they come; those that draft say nothing before
// they have chosen, and commit to the state that stood before the draft was worded.
func (t *turn) byStrategy(ctx context.Context) (*draft, error) {
	var chosen *draft
	var err error
	switch t.strategy.name {
	case ChainOfThought, FaR, FaRWithoutForesight, FaRWithoutReflection, PerspectiveTaking:
		return t.thinkFirst(ctx)
	case SelfRefine:
		chosen, err = t.refine(ctx)
	case SelfConsistency:
		chosen, err = t.agree(ctx)
	case ExploreGenerateSimulate:
		chosen, err = t.simulate(ctx)
	case Critic:
		chosen, err = t.hearCritic(ctx)
	case BestOf:
		chosen, err = t.best(ctx)
	default:
		return t.decide(ctx)
	}
	if err != nil {
		return nil, err
	}
	return chosen, t.commit(chosen.state)
}

// thinkFirst has the model make notes and then take its turn with them.
func (t *turn) thinkFirst(ctx context.Context) (*draft, error) {
	var notes string
	if err := t.consider(ctx, t.step("think"), notesForm, field("notes", &notes)); err != nil {
		return nil, err
	}
	s := t.step("act")
	s.Notes = notes
	var err error
	if t.told, err = t.advice(s); err != nil {
		return nil, err
	}
	return t.decide(ctx)
}
