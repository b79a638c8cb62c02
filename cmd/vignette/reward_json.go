package main

import (
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/export"
	"github.com/vignette-sim/vignette/studies/rewards"
)

// jsonRecomposed is a reward composed anew, beside the one on record; either may be null, or have a reason in the value's place.
type jsonRecomposed struct {
	Type     string `json:"type"`
	Episode  string `json:"episode"`
	Role     string `json:"role"`
	Revision int32  `json:"revision,omitempty"` // of the note, with --record
	OnRecord any    `json:"on_record"`
	Composed any    `json:"composed"`
}

func rewardRecord(state *episode.State, composed *vignettev1.Reward, revision int32) jsonRecomposed {
	out := jsonRecomposed{Type: "reward", Episode: state.Plan().Episode, Role: composed.GetRole(), Revision: revision, Composed: export.Reward(composed)}
	if recorded := rewards.Recorded(state, composed.GetRole()); recorded != nil {
		out.OnRecord = export.Reward(recorded)
	}
	return out
}

// jsonConfident is a reward calibrated against confidence, which is null where nothing says how sure it is; then so is the baseline.
type jsonConfident struct {
	Type       string   `json:"type"`
	Episode    string   `json:"episode"`
	Role       string   `json:"role"`
	Reward     float64  `json:"reward"`
	Confidence *float64 `json:"confidence"`
	Baseline   *float64 `json:"baseline"`
	Calibrated float64  `json:"calibrated"`
}

func confidentRecord(c rewards.Calibrated) jsonConfident {
	out := jsonConfident{Type: "confident", Episode: c.Episode, Role: c.Role, Reward: c.Reward, Confidence: c.Confidence, Calibrated: c.Value}
	if c.Confidence != nil {
		out.Baseline = &c.Baseline
	}
	return out
}

type jsonRecomposition struct {
	Type        string            `json:"type"`
	Run         string            `json:"run"`
	Composition string            `json:"composition"`
	Change      string            `json:"change"`
	Groups      []jsonRewardGroup `json:"groups"`
	Preferences jsonPreferences   `json:"preferences"`
	Fitted      []jsonFitted      `json:"fitted,omitempty"`
	Recorded    int               `json:"recorded"`
}

type jsonRewardGroup struct {
	Factors  map[string]string `json:"factors"`
	N        int               `json:"n"`
	OnRecord *float64          `json:"on_record"`
	Composed *float64          `json:"composed"`
	Missing  int               `json:"missing"`
}

type jsonPreferences struct {
	MeanStrength  *float64         `json:"mean_strength"`
	Strong        int              `json:"strong"`
	Ambiguous     int              `json:"ambiguous"`
	ProbablyWrong int              `json:"probably_wrong"`
	Ties          int              `json:"ties"`
	Unvoted       int              `json:"unvoted"`
	Pairs         []jsonPreference `json:"pairs"`
}

type jsonPreference struct {
	Better   string  `json:"better"`
	Worse    string  `json:"worse"`
	Margin   float64 `json:"margin"`
	For      int     `json:"for"`
	Against  int     `json:"against"`
	Strength float64 `json:"strength"`
	Verdict  string  `json:"verdict"`
}

// jsonFitted has weights or the reason why there are none.
type jsonFitted struct {
	Scenario   string    `json:"scenario"`
	Outcome    string    `json:"outcome"`
	N          int       `json:"n"`
	Clients    int       `json:"clients"`
	Incomplete int       `json:"incomplete"`
	Undefined  string    `json:"undefined,omitempty"`
	Weights    string    `json:"weights,omitempty"`
	LeftOut    []string  `json:"left_out,omitempty"`
	Penalty    float64   `json:"penalty"`
	R2         *jsonR2   `json:"r2,omitempty"`
	Alone      string    `json:"alone,omitempty"`
	Gain       *jsonGain `json:"gain,omitempty"`
	GainAlone  *jsonGain `json:"gain_over_alone,omitempty"`
	Meaning    string    `json:"meaning"`
}

type jsonR2 struct {
	Fitted float64 `json:"fitted"`
	Stated float64 `json:"stated"`
	Alone  float64 `json:"alone"`
}

type jsonGain struct {
	Value float64     `json:"value"`
	CI95  *[2]float64 `json:"ci95"`
}

func recompositionRecord(r *recomposition) jsonRecomposition {
	out := jsonRecomposition{Type: "done", Run: r.planner.Manifest().GetRun(), Composition: rewards.Version, Change: r.change.String(),
		Groups: []jsonRewardGroup{}, Preferences: preferencesRecord(r.votes.Tally()), Recorded: r.recorded}
	for _, g := range r.groups {
		group := jsonRewardGroup{Factors: map[string]string{"scenario": g.cell.GetScenario()}, N: g.n, OnRecord: meanRecord(g.recorded), Composed: meanRecord(g.composed), Missing: g.missing}
		for _, level := range g.cell.GetFactors() {
			group.Factors[level.GetFactor()] = level.GetLevel()
		}
		out.Groups = append(out.Groups, group)
	}
	for _, fitted := range r.fitted() {
		out.Fitted = append(out.Fitted, fittedRecord(fitted))
	}
	return out
}

func meanRecord(values []float64) *float64 {
	mean, err := stats.Mean(values)
	if err != nil {
		return nil
	}
	return &mean
}

func preferencesRecord(t rewards.Tally) jsonPreferences {
	out := jsonPreferences{MeanStrength: t.MeanStrength, Strong: t.Count(rewards.Strong), Ambiguous: t.Count(rewards.Ambiguous),
		ProbablyWrong: t.Count(rewards.ProbablyWrong), Ties: t.Ties, Unvoted: t.Unvoted, Pairs: []jsonPreference{}}
	for _, p := range t.Preferences {
		out.Pairs = append(out.Pairs, jsonPreference{p.Better, p.Worse, p.Margin, p.For, p.Against, p.Strength, string(p.Verdict)})
	}
	return out
}

func fittedRecord(f rewards.Fitted) jsonFitted {
	out := jsonFitted{Scenario: f.Scenario, Outcome: string(f.Outcome), N: f.N, Clients: f.Clients, Incomplete: f.Incomplete,
		Undefined: f.Undefined, LeftOut: f.LeftOut, Meaning: f.Meaning()}
	if f.Undefined != "" {
		return out
	}
	out.Weights, out.Penalty, out.Alone = f.Weights.String(), f.Penalty, f.Alone
	out.R2 = &jsonR2{f.R2.Fitted, f.R2.Stated, f.R2.Alone}
	out.Gain, out.GainAlone = gainRecord(f.Gain), gainRecord(f.GainAlone)
	return out
}

func gainRecord(g rewards.Gain) *jsonGain {
	out := &jsonGain{Value: g.Value}
	if g.CI95 != nil {
		out.CI95 = &[2]float64{g.CI95.Low, g.CI95.High}
	}
	return out
}
