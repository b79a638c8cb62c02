package export

import (
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/outcomes"
)

// The shapes below are what readers of an export rely on: fields are added, never renamed or given another meaning.

type jsonEpisode struct {
	Run       string                `json:"run"`
	Episode   string                `json:"episode"`
	Scenario  string                `json:"scenario"`
	Factors   map[string]string     `json:"factors"`
	Repeat    int32                 `json:"repeat"`
	Phase     string                `json:"phase"`
	Validity  *string               `json:"validity"` // null until the episode is completed
	EndReason string                `json:"end_reason,omitempty"`
	Detail    string                `json:"detail,omitempty"`
	Roles     []jsonRole            `json:"roles"`
	Turns     []jsonTurn            `json:"turns"`
	Bids      []jsonBids            `json:"bids,omitempty"` // only where turn taking is by bids
	Probes    []jsonProbe           `json:"probes,omitempty"`
	Scores    []jsonScore           `json:"scores"`
	Rewards   map[string]jsonReward `json:"rewards"`
	// Outcomes are what came of it for roles that are not focal, by role id and kind of outcome; beside rewards, never in them.
	Outcomes map[string]map[string]jsonAccount `json:"outcomes"`
}

// jsonAccount is an outcome by somebody's own account.
type jsonAccount struct {
	Value  *float64 `json:"value"`
	Source string   `json:"source,omitempty"`
	Reason string   `json:"reason,omitempty"`
}

type jsonRole struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	Agent   string `json:"agent"`
	Model   string `json:"model"`
	Persona string `json:"persona"`
	Focal   bool   `json:"focal"`
}

type jsonTurn struct {
	ID          string         `json:"id"`
	Index       int32          `json:"index"`
	Role        string         `json:"role"`
	Action      string         `json:"action"`
	To          []string       `json:"to"`
	Addressee   string         `json:"addressee,omitempty"`
	Text        string         `json:"text"`
	MentalState *jsonState     `json:"mental_state"` // null when the mind told none
	Appraisal   *jsonAppraisal `json:"appraisal"`    // null where nothing is appraised beside the mental state
	Acts        []jsonAct      `json:"acts"`
	Scores      []jsonScore    `json:"scores"`
}

// jsonAppraisal has a state or a reason, never both.
type jsonAppraisal struct {
	State       *jsonState `json:"state,omitempty"`
	Unavailable string     `json:"unavailable,omitempty"`
	Evidence    []string   `json:"evidence,omitempty"`
}

type jsonState struct {
	Source            string        `json:"source"`
	Felt              []jsonEmotion `json:"felt,omitempty"`
	Distress          *float64      `json:"distress,omitempty"`
	Expressed         []jsonEmotion `json:"expressed,omitempty"`
	ExpressedDistress *float64      `json:"expressed_distress,omitempty"`
	Beliefs           []jsonBelief  `json:"beliefs,omitempty"`
	Trust             *float64      `json:"trust,omitempty"`
	Resistance        *float64      `json:"resistance,omitempty"`
	Willingness       *float64      `json:"willingness,omitempty"`
	Ambivalence       *float64      `json:"ambivalence,omitempty"`
	StageOfChange     string        `json:"stage_of_change,omitempty"`
	Intent            string        `json:"intent,omitempty"`
	InnerThought      string        `json:"inner_thought,omitempty"`
	Others            []jsonOther   `json:"others,omitempty"`
}

type jsonEmotion struct {
	Emotion   string   `json:"emotion"`
	Intensity *float64 `json:"intensity,omitempty"`
	Words     string   `json:"words,omitempty"`
}

type jsonBelief struct {
	Text     string  `json:"text"`
	Strength float64 `json:"strength"`
}

type jsonOther struct {
	Role       string        `json:"role"`
	Felt       []jsonEmotion `json:"felt,omitempty"`
	Distress   *float64      `json:"distress,omitempty"`
	Beliefs    []jsonBelief  `json:"beliefs,omitempty"`
	Confidence *float64      `json:"confidence,omitempty"`
}

type jsonAct struct {
	Act  string    `json:"act"`
	Span *jsonSpan `json:"span,omitempty"`
}

type jsonSpan struct {
	Start int32  `json:"start"`
	End   int32  `json:"end"`
	Quote string `json:"quote"`
}

type jsonCode struct {
	Turn  int32    `json:"turn"`
	Span  jsonSpan `json:"span"`
	Code  string   `json:"code"`
	Label string   `json:"label,omitempty"`
}

// jsonOutcome has a value or a reason, never both.
type jsonOutcome struct {
	Value  *float64 `json:"value,omitempty"`
	Reason string   `json:"reason,omitempty"`
	Detail string   `json:"detail,omitempty"`
}

type jsonScore struct {
	ID        string `json:"id"`
	Evaluator string `json:"evaluator"`
	Dimension string `json:"dimension"`
	Role      string `json:"role"`
	jsonOutcome
	Label      string     `json:"label,omitempty"`
	Spans      []jsonCode `json:"spans,omitempty"`
	Confidence *float64   `json:"confidence,omitempty"`
	Rationale  string     `json:"rationale,omitempty"`
	Suggestion string     `json:"suggestion,omitempty"`
	Method     string     `json:"method"`
	Model      string     `json:"model,omitempty"`
	Version    string     `json:"version,omitempty"`
	PromptHash string     `json:"prompt_hash,omitempty"`
	// Samples are what the draws said that it rests on; of an abstention, what it would have been.
	Samples []jsonSample `json:"samples,omitempty"`
}

// jsonSample is an answer that some draws of a judge gave.
type jsonSample struct {
	jsonOutcome
	Label string `json:"label,omitempty"`
	Count int32  `json:"count"`
}

type jsonReward struct {
	jsonOutcome
	Terms       []jsonTerm       `json:"terms"`
	PerTurn     []jsonTurnReward `json:"per_turn"`
	Composition string           `json:"composition,omitempty"`
}

type jsonTerm struct {
	Evaluator string  `json:"evaluator"`
	Dimension string  `json:"dimension"`
	Weight    float64 `json:"weight"`
	jsonOutcome
	Process      bool         `json:"process"`
	Outcome      bool         `json:"outcome"`
	Sources      []jsonSource `json:"sources"`
	Members      []jsonMember `json:"members,omitempty"`      // only where the term has an ensemble
	Disagreement *float64     `json:"disagreement,omitempty"` // of an ensemble with two values or more
}

// jsonSource is who or what scored.
type jsonSource struct {
	Evaluator  string `json:"evaluator"`
	Method     string `json:"method"`
	Model      string `json:"model,omitempty"`
	Version    string `json:"version,omitempty"`
	PromptHash string `json:"prompt_hash,omitempty"`
}

// jsonMember is what one evaluator of an ensemble says.
type jsonMember struct {
	Evaluator string `json:"evaluator"`
	Dimension string `json:"dimension"`
	jsonOutcome
}

type jsonTurnReward struct {
	Index int32 `json:"index"`
	jsonOutcome
	Disagreement *float64 `json:"disagreement,omitempty"`
}

// jsonBids are what everybody present bid for a turn.
type jsonBids struct {
	TurnIndex int32              `json:"turn_index"`
	Bids      map[string]float64 `json:"bids"` // by role id
}

type jsonProbe struct {
	Probe         string        `json:"probe"`
	Role          string        `json:"role"`
	AfterTurns    int32         `json:"after_turns"`
	Source        string        `json:"source,omitempty"`
	Distress      *float64      `json:"distress,omitempty"`
	Probability   *float64      `json:"probability,omitempty"`
	Text          string        `json:"text,omitempty"`
	Probabilities []jsonEmotion `json:"probabilities,omitempty"` // intensity is read as probability
	Acts          []jsonLikely  `json:"acts,omitempty"`
	Reason        string        `json:"reason,omitempty"`
}

// jsonLikely is an act and how probable it was said to be next.
type jsonLikely struct {
	Act         string  `json:"act"`
	Probability float64 `json:"probability"`
}

func turnOf(turn *vignettev1.Turn) jsonTurn {
	out := jsonTurn{
		ID:          turn.GetId(),
		Index:       turn.GetIndex(),
		Role:        turn.GetRole(),
		Action:      enumname.Of(turn.GetAction().GetKind()),
		To:          append([]string{}, turn.GetAction().GetTo()...),
		Addressee:   turn.GetAction().GetAddressee(),
		Text:        turn.GetAction().GetText(),
		MentalState: stateOf(turn.GetMentalState()),
		Appraisal:   appraisalOf(turn.GetAppraisal()),
		Acts:        []jsonAct{},
		Scores:      []jsonScore{},
	}
	for _, act := range turn.GetActs() {
		a := jsonAct{Act: act.GetAct()}
		if act.GetSpan() != nil {
			span := spanOf(act.GetSpan())
			a.Span = &span
		}
		out.Acts = append(out.Acts, a)
	}
	return out
}

func stateOf(state *vignettev1.MentalState) *jsonState {
	if state == nil {
		return nil
	}
	out := &jsonState{
		Source:            enumname.Of(state.GetSource()),
		Felt:              emotionsOf(state.GetFelt()),
		Distress:          state.Distress,
		Expressed:         emotionsOf(state.GetExpressed()),
		ExpressedDistress: state.ExpressedDistress,
		Beliefs:           beliefsOf(state.GetBeliefs()),
		Trust:             state.Trust,
		Resistance:        state.Resistance,
		Willingness:       state.Willingness,
		Ambivalence:       state.Ambivalence,
		StageOfChange:     stageName(state.GetStageOfChange()),
		Intent:            state.GetIntent(),
		InnerThought:      state.GetInnerThought(),
	}
	for _, other := range state.GetOthers() {
		out.Others = append(out.Others, jsonOther{
			Role:       other.GetRole(),
			Felt:       emotionsOf(other.GetFelt()),
			Distress:   other.Distress,
			Beliefs:    beliefsOf(other.GetBeliefs()),
			Confidence: other.Confidence,
		})
	}
	return out
}

func appraisalOf(appraisal *vignettev1.Appraisal) *jsonAppraisal {
	if appraisal == nil {
		return nil
	}
	return &jsonAppraisal{State: stateOf(appraisal.GetState()), Unavailable: appraisal.GetUnavailable(), Evidence: appraisal.GetEvidence()}
}

func emotionsOf(emotions []*vignettev1.EmotionIntensity) []jsonEmotion {
	var out []jsonEmotion
	for _, e := range emotions {
		out = append(out, jsonEmotion{Emotion: enumname.Of(e.GetEmotion()), Intensity: e.Intensity, Words: e.GetWords()})
	}
	return out
}

func beliefsOf(beliefs []*vignettev1.Belief) []jsonBelief {
	var out []jsonBelief
	for _, b := range beliefs {
		out = append(out, jsonBelief{Text: b.GetText(), Strength: b.GetStrength()})
	}
	return out
}

func spanOf(span *vignettev1.Span) jsonSpan {
	return jsonSpan{Start: span.GetStart(), End: span.GetEnd(), Quote: span.GetQuote()}
}

func scoreOf(score *vignettev1.Score) jsonScore {
	out := jsonScore{
		ID:         score.GetId(),
		Evaluator:  score.GetEvaluator(),
		Dimension:  score.GetDimension(),
		Role:       score.GetRole(),
		Label:      score.GetValue().GetLabel(),
		Confidence: score.Confidence,
		Rationale:  score.GetRationale(),
		Suggestion: score.GetSuggestion(),
		Method:     score.GetProvenance().GetMind(),
		Model:      score.GetProvenance().GetModel(),
		Version:    score.GetProvenance().GetVersion(),
		PromptHash: score.GetProvenance().GetPromptHash(),
	}
	if value := score.GetValue(); value != nil {
		out.Value = &value.Number
	} else {
		out.jsonOutcome = reasonOf(score.GetMissing())
	}
	for _, coded := range score.GetSpans() {
		out.Spans = append(out.Spans, jsonCode{
			Turn: coded.GetTurnIndex(), Span: spanOf(coded.GetSpan()), Code: coded.GetCode(), Label: coded.GetLabel(),
		})
	}
	for _, sample := range score.GetSamples() {
		drawn := jsonSample{Label: sample.GetValue().GetLabel(), Count: sample.GetCount()}
		if value := sample.GetValue(); value != nil {
			drawn.Value = &value.Number
		} else {
			drawn.jsonOutcome = reasonOf(sample.GetMissing())
		}
		out.Samples = append(out.Samples, drawn)
	}
	return out
}

func rewardOf(reward *vignettev1.Reward) jsonReward {
	out := jsonReward{Terms: []jsonTerm{}, PerTurn: []jsonTurnReward{}, Composition: reward.GetComposition()}
	if value, ok := reward.GetOutcome().(*vignettev1.Reward_Value); ok {
		out.Value = &value.Value
	} else {
		out.jsonOutcome = reasonOf(reward.GetMissing())
	}
	for _, term := range reward.GetTerms() {
		out.Terms = append(out.Terms, termOf(term))
	}
	for _, turn := range reward.GetPerTurn() {
		t := jsonTurnReward{Index: turn.GetTurnIndex(), Disagreement: turn.Disagreement}
		if value, ok := turn.GetOutcome().(*vignettev1.TurnReward_Value); ok {
			t.Value = &value.Value
		} else {
			t.jsonOutcome = reasonOf(turn.GetMissing())
		}
		out.PerTurn = append(out.PerTurn, t)
	}
	return out
}

func termOf(term *vignettev1.RewardTermValue) jsonTerm {
	out := jsonTerm{
		Evaluator: term.GetEvaluator(), Dimension: term.GetDimension(), Weight: term.GetWeight(),
		Process: term.GetPaysProcess(), Outcome: term.GetPaysOutcome(), Sources: []jsonSource{}, Disagreement: term.Disagreement,
	}
	if value, ok := term.GetOutcome().(*vignettev1.RewardTermValue_Value); ok {
		out.Value = &value.Value
	} else {
		out.jsonOutcome = reasonOf(term.GetMissing())
	}
	for _, source := range term.GetSources() {
		out.Sources = append(out.Sources, jsonSource{source.GetAgent(), source.GetMind(), source.GetModel(), source.GetVersion(), source.GetPromptHash()})
	}
	for _, member := range term.GetMembers() {
		m := jsonMember{Evaluator: member.GetEvaluator(), Dimension: member.GetDimension()}
		if value, ok := member.GetOutcome().(*vignettev1.EnsembleValue_Value); ok {
			m.Value = &value.Value
		} else {
			m.jsonOutcome = reasonOf(member.GetMissing())
		}
		out.Members = append(out.Members, m)
	}
	return out
}

func reasonOf(missing *vignettev1.Missing) jsonOutcome {
	return jsonOutcome{Reason: enumname.Of(missing.GetReason()), Detail: missing.GetDetail()}
}

func outcomesOf(state *episode.State) map[string]map[string]jsonAccount {
	out := map[string]map[string]jsonAccount{}
	for _, outcome := range outcomes.Of(state) {
		if out[outcome.Role] == nil {
			out[outcome.Role] = map[string]jsonAccount{}
		}
		out[outcome.Role][string(outcome.Kind)] = jsonAccount{outcome.Value, outcome.Source, outcome.Missing}
	}
	return out
}

func bidsOf(bids *vignettev1.Bids) jsonBids {
	out := jsonBids{TurnIndex: bids.GetTurnIndex(), Bids: map[string]float64{}}
	for _, bid := range bids.GetBids() {
		out.Bids[bid.GetRole()] = bid.GetBid()
	}
	return out
}

func probeOf(answer *vignettev1.ProbeAnswer) jsonProbe {
	out := jsonProbe{Probe: answer.GetProbe(), Role: answer.GetRole(), AfterTurns: answer.GetAfterTurns()}
	if answer.GetSource() != vignettev1.StateSource_STATE_SOURCE_UNSPECIFIED {
		out.Source = enumname.Of(answer.GetSource())
	}
	switch a := answer.GetAnswer().(type) {
	case *vignettev1.ProbeAnswer_Distress:
		out.Distress = &a.Distress
	case *vignettev1.ProbeAnswer_Probability:
		out.Probability = &a.Probability
	case *vignettev1.ProbeAnswer_Text:
		out.Text = a.Text
	case *vignettev1.ProbeAnswer_Emotions:
		out.Probabilities = emotionsOf(a.Emotions.GetEmotions())
	case *vignettev1.ProbeAnswer_Acts:
		for _, act := range a.Acts.GetActs() {
			out.Acts = append(out.Acts, jsonLikely{enumname.Of(act.GetAct()), act.GetProbability()})
		}
	case *vignettev1.ProbeAnswer_Refusal:
		out.Reason = a.Refusal
	}
	return out
}

// stageName is a stage of change by its short name; none has none.
func stageName(stage vignettev1.StageOfChange) string {
	if stage == vignettev1.StageOfChange_STAGE_OF_CHANGE_UNSPECIFIED {
		return ""
	}
	return enumname.Of(stage)
}

// Reward is a reward as exports write it, for encoding/json.
func Reward(reward *vignettev1.Reward) any { return rewardOf(reward) }
