package llm

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/prompt"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Bid asks the model how much the role wants to speak next.
func (m *mind) Bid(ctx context.Context, obs *vignettev1.Observation) (float64, error) {
	s, err := m.begin(obs)
	if err != nil {
		return 0, err
	}
	var bid float64
	outcome, err := s.outside(ctx, "bid", bidPrompt, s.task(), bidForm, func(answer *outsideAnswer) finding {
		if answer.Bid == nil || *answer.Bid < 0 || *answer.Bid > 1 {
			return "empty"
		}
		bid = *answer.Bid
		return sound
	})
	if err == nil && outcome != vignettev1.Outcome_OUTCOME_ANSWERED {
		err = s.gaveUp("bid", outcome)
	}
	return bid, err
}

// Probe asks the model a question outside the conversation. It changes nothing. What the model does not answer is a refusal
// with its reason, and no error.
func (m *mind) Probe(ctx context.Context, obs *vignettev1.Observation, probe *vignettev1.ProbeSpec) (*vignettev1.ProbeAnswer, error) {
	s, err := m.begin(obs)
	if err != nil {
		return nil, err
	}
	answer := &vignettev1.ProbeAnswer{Source: vignettev1.StateSource_STATE_SOURCE_SELF_REPORTED}
	f, known := probeForms[probe.GetKind()]
	if known && probe.GetKind() == vignettev1.ProbeKind_PROBE_KIND_NEXT_ACT && s.about(probe) == "" {
		answer.Answer = refusal("what oneself does next is no question about another")
		return answer, nil
	}
	if !known {
		answer.Answer = refusal("the mind does not know this kind of probe")
		return answer, nil
	}
	task := s.task()
	task.Ask, task.Question, task.Statement, task.About = enumname.Of(probe.GetKind()), probe.GetQuestion(), probe.GetStatement(), s.about(probe)
	task.Mirrored = task.About != "" && probe.GetOrder() == 2
	how := strategyOf(obs.GetSelf().GetPolicy().GetStrategy())
	task.Foresee, task.Reflect = how.foresees(), how.reflects()
	if task.Far = task.About != "" && (task.Foresee || task.Reflect); task.Far {
		f = f.foreseeing(task.Foresee, task.Reflect)
	}
	outcome, err := s.outside(ctx, "probe", probePrompt, task, f, func(said *outsideAnswer) finding {
		return said.fill(answer, probe.GetKind())
	})
	if err != nil {
		return nil, err
	}
	if outcome != vignettev1.Outcome_OUTCOME_ANSWERED {
		answer.Answer = refusal("the model " + unanswered[outcome].did)
	}
	return answer, nil
}

// about is whom a probe is about; empty means oneself.
func (s *scene) about(probe *vignettev1.ProbeSpec) string {
	if about := probe.GetAbout(); about != "" && about != s.obs.GetSelf().GetId() {
		if label, ok := labelsOf(s.obs)[about]; ok {
			return label
		}
		return about
	}
	return ""
}

// outsideAnswer is an answer to a probe or a bid.
type outsideAnswer struct {
	Emotions    *[]probable `json:"emotions"`
	Acts        *[]likely   `json:"acts"`
	Distress    *float64    `json:"distress"`
	Probability *float64    `json:"probability"`
	Text        *string     `json:"text"`
	Bid         *float64    `json:"bid"`
}

type probable struct {
	Emotion     string  `json:"emotion"`
	Probability float64 `json:"probability"`
}

type likely struct {
	Act         string  `json:"act"`
	Probability float64 `json:"probability"`
}

// mostAsks is how often a question outside the conversation is put.
const mostAsks = 2

// outside asks something outside the conversation; see pursue.
func (s *scene) outside(ctx context.Context, purpose string, template *prompt.Template, task task, f form, take func(*outsideAnswer) finding) (vignettev1.Outcome, error) {
	text, err := template.Render(task)
	if err != nil {
		return 0, status.Errorf(codes.Internal, "%v", err)
	}
	q := question{purpose: purpose, hash: hashWith(template, f.source), form: &f, task: []string{text, ""}}
	return s.pursue(ctx, q, func(answer string) finding {
		said := new(outsideAnswer)
		if json.Unmarshal([]byte(answer), said) != nil {
			return "malformed"
		}
		return take(said)
	})
}

// pursue puts a question in a form, twice at most: take says what is wrong with an answer, or takes it. The second paragraph of
// its task is for what was wrong. The outcome is that of the last question; an answer that is wrong again is malformed.
func (s *scene) pursue(ctx context.Context, q question, take func(answer string) finding) (vignettev1.Outcome, error) {
	purpose := q.purpose
	for {
		completion, err := s.complete(ctx, q)
		if err != nil {
			return 0, err
		}
		outcome, why := completion.GetOutcome(), sound
		if outcome == vignettev1.Outcome_OUTCOME_ANSWERED {
			if why = take(completion.GetJson()); why == sound {
				return outcome, nil
			}
			outcome = vignettev1.Outcome_OUTCOME_MALFORMED
		} else {
			how, known := unanswered[outcome]
			if !known {
				return 0, s.gaveUp(purpose, outcome)
			}
			why = finding(how.why)
		}
		if q.ask++; q.ask == mostAsks {
			return outcome, nil
		}
		if q.task[1], err = againPrompt.Render(againTask{Why: string(why)}); err != nil {
			return 0, status.Errorf(codes.Internal, "%v", err)
		}
		q.purpose = purpose + ": " + string(why)
	}
}

// fill puts what was said into the answer to a probe; it says what is wrong with it.
func (a *outsideAnswer) fill(answer *vignettev1.ProbeAnswer, kind vignettev1.ProbeKind) finding {
	answer.Answer = refusal("the model cannot tell")
	switch kind {
	case vignettev1.ProbeKind_PROBE_KIND_EMOTION:
		if a.Emotions != nil {
			return distribution(answer, *a.Emotions)
		}
	case vignettev1.ProbeKind_PROBE_KIND_DISTRESS:
		return number(a.Distress, 100, func(x float64) { answer.Answer = &vignettev1.ProbeAnswer_Distress{Distress: x} })
	case vignettev1.ProbeKind_PROBE_KIND_BELIEF:
		return number(a.Probability, 1, func(x float64) { answer.Answer = &vignettev1.ProbeAnswer_Probability{Probability: x} })
	case vignettev1.ProbeKind_PROBE_KIND_NEXT_ACT:
		if a.Acts != nil {
			return nextActs(answer, *a.Acts)
		}
	case vignettev1.ProbeKind_PROBE_KIND_OPEN:
		if a.Text != nil && strings.TrimSpace(*a.Text) != "" && utf8.ValidString(*a.Text) {
			answer.Answer = &vignettev1.ProbeAnswer_Text{Text: cut(strings.TrimSpace(*a.Text), longestText)}
		}
	}
	return sound
}

// longestText is the longest answer to an open probe, in code points.
const longestText = 8000

// number takes a number if there is one and it is within 0 and most.
func number(x *float64, most float64, take func(float64)) finding {
	switch {
	case x == nil:
	case *x < 0 || *x > most:
		return "malformed"
	default:
		take(*x)
	}
	return sound
}

// slack is how much a sum of probabilities may pass 1 because it was added in floating point.
const slack = 1e-6

func distribution(answer *vignettev1.ProbeAnswer, list []probable) finding {
	shares, sum := &vignettev1.EmotionDistribution{}, 0.0
	seen := map[vignettev1.Emotion]bool{}
	for _, p := range list {
		emotion, known := emotions[p.Emotion]
		if !known || seen[emotion] || p.Probability < 0 || p.Probability > 1 {
			return "malformed"
		}
		seen[emotion] = true
		sum += p.Probability
		shares.Emotions = append(shares.Emotions, &vignettev1.EmotionIntensity{Emotion: emotion, Intensity: &p.Probability})
	}
	if sum > 1+slack {
		return "sum"
	}
	answer.Answer = &vignettev1.ProbeAnswer_Emotions{Emotions: shares}
	return sound
}

// actNames are the acts of probes by their short names.
var actNames = func() map[string]vignettev1.ProbeAct {
	names := map[string]vignettev1.ProbeAct{}
	for number := range vignettev1.ProbeAct_name {
		if act := vignettev1.ProbeAct(number); act != vignettev1.ProbeAct_PROBE_ACT_UNSPECIFIED {
			names[enumname.Of(act)] = act
		}
	}
	return names
}()

func nextActs(answer *vignettev1.ProbeAnswer, list []likely) finding {
	shares, sum := &vignettev1.ActDistribution{}, 0.0
	seen := map[vignettev1.ProbeAct]bool{}
	for _, p := range list {
		act, known := actNames[p.Act]
		if !known || seen[act] || p.Probability < 0 || p.Probability > 1 {
			return "malformed"
		}
		seen[act] = true
		sum += p.Probability
		shares.Acts = append(shares.Acts, &vignettev1.ActProbability{Act: act, Probability: p.Probability})
	}
	if sum > 1+slack {
		return "sum"
	}
	answer.Answer = &vignettev1.ProbeAnswer_Acts{Acts: shares}
	return sound
}

func refusal(why string) *vignettev1.ProbeAnswer_Refusal {
	return &vignettev1.ProbeAnswer_Refusal{Refusal: why}
}
