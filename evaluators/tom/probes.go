package tom

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/evaluators"
	"github.com/vignette-sim/vignette/evaluators/tom/outcome"
	"github.com/vignette-sim/vignette/evaluators/verdict"
	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// ProbeDistressError is how far answers to probes of another's distress were from what that other felt when it last acted,
// 0 (right) to 100 SUDS points.
const ProbeDistressError = "tom.probe_distress_error"

// family is what some probes ask for; its dimensions are tom.<name>_brier, _log and _accuracy.
type family struct {
	name, title, asks string
	has               func(*vignettev1.ProbeSpec) bool
}

// families are the probes that are scored by what came of them. One that asks for a distribution of second order is in the last.
var families = []family{
	{"emotion", "what another feels most", "which emotion another felt most when it last acted", firstOrder(vignettev1.ProbeKind_PROBE_KIND_EMOTION)},
	{"belief", "what another believes", "whether another held a statement for true when it last acted", firstOrder(vignettev1.ProbeKind_PROBE_KIND_BELIEF)},
	{"next_act", "what another does next", "what another did in its next turn", firstOrder(vignettev1.ProbeKind_PROBE_KIND_NEXT_ACT)},
	{"second_order", "what another makes of oneself", "what another took the asked role to feel or to believe", func(spec *vignettev1.ProbeSpec) bool {
		return outcome.Reads(spec) && outcome.SecondOrder(spec) && outcome.Labels(spec.GetKind()) != nil
	}},
}

func firstOrder(kind vignettev1.ProbeKind) func(*vignettev1.ProbeSpec) bool {
	return func(spec *vignettev1.ProbeSpec) bool {
		return outcome.Reads(spec) && !outcome.SecondOrder(spec) && spec.GetKind() == kind
	}
}

// measure is one way to score a forecast.
type measure struct {
	name, title, definition, source string
	worst                           float64
	of                              func(outcome.Score) float64
}

var measures = []measure{
	{"brier", "Brier score", "Sum over possible answers of the squared difference between the probability given and what came of it. 0 is right and sure, 2 wrong and sure.",
		"Brier (1950), Verification of forecasts expressed in terms of probability; proper: Gneiting and Raftery (2007)", 2,
		func(s outcome.Score) float64 { return s.Brier }},
	{"log", "Log score", fmt.Sprintf("Natural logarithm, negated, of the probability given to what came of it; probabilities below %v count as that. 0 is right and sure.", stats.LogFloor),
		"Good (1952), Rational decisions; proper: Gneiting and Raftery (2007)", stats.WorstLogScore,
		func(s outcome.Score) float64 { return s.Log }},
	{"accuracy", "Accuracy", "Share of answers whose likeliest part is what came of it; of several that are equally likely each counts in part.",
		"Beside the proper scores: it does not say how sure an answer was", 1,
		func(s outcome.Score) float64 { return s.Right }},
}

func (f family) dimension(m measure) string { return "tom." + f.name + "_" + m.name }

func probeDimensions() []*vignettev1.DimensionSpec {
	var out []*vignettev1.DimensionSpec
	for _, f := range families {
		for _, m := range measures {
			out = append(out, &vignettev1.DimensionSpec{
				Id: f.dimension(m), Title: m.title + ": " + f.title, Max: m.worst, Episode: true, Source: m.source,
				Definition: m.definition + " Mean over the role's answers to probes that ask " + f.asks + ".",
			})
		}
	}
	return append(out, &vignettev1.DimensionSpec{
		Id: ProbeDistressError, Title: "Error in telling distress when asked", Max: 100, Episode: true,
		Definition: "Absolute difference, in SUDS points, between the distress a probe's answer gives another and what that other felt when it last " +
			"acted, averaged over the role's answers. 0 is right.",
		Source: "Distress in SUDS: Wolpe (1969), The Practice of Behavior Therapy",
	})
}

// probeScores are the scores of an episode's answers to probes.
func probeScores(request *vignettev1.EvaluateRequest, alike string) []*vignettev1.Score {
	turns, specs := turnsOf(request), map[string]*vignettev1.ProbeSpec{}
	for _, spec := range request.GetProbeSpecs() {
		if spec.GetRole() == request.GetRole() {
			specs[spec.GetId()] = spec
		}
	}
	var scores []*vignettev1.Score
	for _, f := range families {
		var scored []outcome.Score
		g := gathered{role: request.GetRole()}
		for _, answer := range request.GetProbes() {
			if spec := specs[answer.GetProbe()]; spec != nil && f.has(spec) {
				score, state, none := scoreOne(spec, answer, turns)
				if g.take(state, none) {
					scored = append(scored, score)
				}
			}
		}
		for _, m := range measures {
			total := 0.0
			for _, s := range scored {
				total += m.of(s)
			}
			scores = append(scores, g.score(f.dimension(m), f.asks, total, m.title))
		}
	}
	scores = append(scores, distressScore(request, specs, turns))
	for _, score := range scores {
		warn(score, alike)
	}
	return scores
}

// scoreOne scores one answer, or says why it cannot.
func scoreOne(spec *vignettev1.ProbeSpec, answer *vignettev1.ProbeAnswer, turns []outcome.Turn) (outcome.Score, *vignettev1.MentalState, *vignettev1.Missing) {
	forecast, none := outcome.Forecast(spec, answer)
	if none != nil {
		return outcome.Score{}, nil, none
	}
	came, state, none := outcome.Of(spec, answer.GetAfterTurns(), turns)
	if none != nil {
		return outcome.Score{}, nil, none
	}
	score, err := outcome.Compare(spec.GetKind(), forecast, came)
	if err != nil {
		return score, nil, &vignettev1.Missing{Reason: vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, Detail: err.Error()}
	}
	return score, state, nil
}

func distressScore(request *vignettev1.EvaluateRequest, specs map[string]*vignettev1.ProbeSpec, turns []outcome.Turn) *vignettev1.Score {
	g, total := gathered{role: request.GetRole()}, 0.0
	for _, answer := range request.GetProbes() {
		spec := specs[answer.GetProbe()]
		if spec == nil || !firstOrder(vignettev1.ProbeKind_PROBE_KIND_DISTRESS)(spec) {
			continue
		}
		felt, state, none := outcome.Distress(spec, answer.GetAfterTurns(), turns)
		if refusal, refused := answer.GetAnswer().(*vignettev1.ProbeAnswer_Refusal); refused {
			none = &vignettev1.Missing{Reason: vignettev1.MissingReason_MISSING_REASON_REFUSED, Detail: refusal.Refusal}
		}
		if g.take(state, none) {
			total += math.Abs(answer.GetDistress() - felt)
		}
	}
	return g.score(ProbeDistressError, "how much distress another felt when it last acted", total, "Error")
}

// gathered counts answers to probes: those that could be scored, and why the others could not.
type gathered struct {
	role    string
	asked   int
	scored  int
	missing *vignettev1.Missing // the first one that is not "does not apply", else the first
	sources []string
}

// take says whether an answer counts.
func (g *gathered) take(state *vignettev1.MentalState, none *vignettev1.Missing) bool {
	g.asked++
	if none != nil {
		inapplicable := vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE
		if g.missing == nil || g.missing.GetReason() == inapplicable && none.GetReason() != inapplicable {
			g.missing = none
		}
		return false
	}
	g.scored++
	if state != nil && !slices.Contains(g.sources, evaluators.SourceOf(state)) {
		g.sources = append(g.sources, evaluators.SourceOf(state))
	}
	return true
}

// score is the mean over the answers that count, or why there is none. What is missing is never taken for wrong.
func (g *gathered) score(dimension, asks string, total float64, title string) *vignettev1.Score {
	score := &vignettev1.Score{Dimension: dimension}
	switch {
	case g.asked == 0:
		score.Outcome = evaluators.Without(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, fmt.Sprintf("no probe asked %s %s", g.role, asks))
	case g.scored == 0:
		score.Outcome = evaluators.Without(g.missing.GetReason(), verdict.Shorten(fmt.Sprintf("none of %d answers can be scored: %s", g.asked, g.missing.GetDetail())))
	default:
		score.Outcome = evaluators.Value(total / float64(g.scored))
		score.Rationale = fmt.Sprintf("%s %.2f over %d of %d answers to probes", title, total/float64(g.scored), g.scored, g.asked)
		if g.missing != nil {
			score.Rationale += "; not scored: " + g.missing.GetDetail()
		}
		score.Rationale += "."
		if len(g.sources) > 0 {
			score.Rationale += " Compared with states " + strings.Join(g.sources, ", ") + "."
		}
	}
	return score
}

// turnsOf are the turns with what lay behind them.
func turnsOf(request *vignettev1.EvaluateRequest) []outcome.Turn {
	private := map[int32]*vignettev1.PrivateTurn{}
	for _, turn := range request.GetPrivateTurns() {
		private[turn.GetIndex()] = turn
	}
	var turns []outcome.Turn
	for _, turn := range request.GetTurns() {
		behind := private[turn.GetIndex()]
		turns = append(turns, outcome.Turn{
			Index: turn.GetIndex(), Role: turn.GetRole(), Action: turn.GetAction().GetKind(), State: behind.GetMentalState(), Acts: behind.GetActs(),
		})
	}
	return turns
}

// thinkAlike names another that one language model plays together with the scored role; "" for nobody.
func thinkAlike(request *vignettev1.EvaluateRequest) string {
	number, role := map[int32]int32{}, map[int32]string{}
	for _, turn := range request.GetPrivateTurns() {
		number[turn.GetIndex()] = turn.GetModelNumber()
	}
	for _, turn := range request.GetTurns() {
		if turn.GetRole() == request.GetRole() && number[turn.GetIndex()] != 0 {
			role[number[turn.GetIndex()]] = turn.GetRole()
		}
	}
	for _, turn := range request.GetTurns() {
		if turn.GetRole() != request.GetRole() && role[number[turn.GetIndex()]] != "" {
			return turn.GetRole()
		}
	}
	return ""
}

// warn says in a score that guesser and guessed are one.
func warn(score *vignettev1.Score, alike string) {
	if alike != "" && score.GetValue() != nil {
		score.Rationale += fmt.Sprintf(" Warning: one language model plays both this role and %s, so it was reading itself.", alike)
	}
}
