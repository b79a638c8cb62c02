package agreement

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/transcript"
	"github.com/vignette-sim/vignette/studies/scoring"
)

// Session is a conversation that somebody judged as a whole, good or not, with what can be said of it without an evaluator.
type Session struct {
	ID   string
	Good bool
	// Words is how many the counselor says, Advice the share of the counselor's utterances that raters coded as advice, 0-1.
	Words, Advice float64
	// Request asks about all of it.
	Request *vignettev1.EvaluateRequest
}

// ReadSessions takes the sessions of AnnoMI's CSV, which are of high or low quality. Sessions of neither are passed over.
func ReadSessions(r io.Reader, name string) ([]*Session, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxForeign+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	read, err := transcript.ReadAnnoMI(name, data, "mi_quality", annomiInput)
	if err != nil {
		return nil, err
	}
	var sessions []*Session
	for _, s := range read {
		if s.Quality != "high" && s.Quality != "low" {
			continue
		}
		session := &Session{ID: s.ID, Good: s.Quality == "high"}
		talk := &transcript.Conversation{ID: s.ID, Speakers: []transcript.Speaker{
			{ID: transcript.Therapist, Name: transcript.Therapist, Kind: "counselor"}, {ID: transcript.Client, Name: transcript.Client, Kind: "client"},
		}}
		turns, advice := 0.0, 0.0
		for _, u := range s.Utterances {
			if u.Text == "" {
				continue
			}
			said := &vignettev1.ScriptLine{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: u.Text}
			talk.Turns = append(talk.Turns, transcript.Turn{Speaker: u.Speaker, Line: said})
			if u.Speaker != transcript.Therapist {
				continue
			}
			turns++
			session.Words += float64(len(strings.Fields(u.Text)))
			for _, rating := range u.Ratings {
				if rating.Labels[annomiInput] == "advice" {
					advice += 1 / float64(len(u.Ratings))
				}
			}
		}
		if turns == 0 {
			continue
		}
		session.Advice = advice / turns
		if session.Request, err = scoring.OfTranscript(talk, "session-"+s.ID, "en", ""); err != nil {
			return nil, err
		}
		sessions = append(sessions, session)
	}
	if len(sessions) == 0 {
		return nil, Problems{{File: name, Message: "no session is of high or low quality", Hint: "the column mi_quality has to say high or low"}}
	}
	return sessions, nil
}

// SessionReport is how far measures of whole sessions tell good from bad ones.
type SessionReport struct {
	Evaluator string `json:"evaluator"`
	Version   string `json:"version"`
	Good      int    `json:"good"`
	Bad       int    `json:"bad"`
	// Intervals draw sessions again, good and bad ones together.
	Intervals Intervals `json:"intervals"`
	// Words and Advice are what needs no evaluator: how much the counselor says, and how rarely raters coded advice. Baseline is
	// both together, each session left out in turn.
	Words    *Separation `json:"words"`
	Advice   *Separation `json:"advice"`
	Baseline *float64    `json:"baseline_auroc_left_out"`
	// Measures are the evaluator's, of episodes, those that tell most first.
	Measures []*Separation `json:"measures"`
}

// Separation is how far a measure is higher in good sessions.
type Separation struct {
	Measure string `json:"measure"`
	// N sessions have a value, Missing have none.
	N       int `json:"n"`
	Missing int `json:"missing"`
	// AUROC is the probability that of a good and a bad session the good one has more of it (.5: it tells nothing).
	AUROC   *float64 `json:"auroc"`
	AUROCCI CI       `json:"auroc_ci95"`
	// Gain is what the measure adds to words and advice share: AUROC of all three less that of the two, each session left out in
	// turn, of the sessions that have a value.
	Gain *float64 `json:"gain_over_words_and_advice,omitempty"`
}

// Separate scores sessions and says what tells good from bad.
func Separate(ctx context.Context, scorer *scoring.Scorer, description *vignettev1.EvaluatorDescription, sessions []*Session, options Options) (*SessionReport, error) {
	report := &SessionReport{Evaluator: description.GetName(), Version: description.GetVersion()}
	boot := stats.Bootstrap{Level: level, Seed: options.Seed, Resamples: cmp.Or(options.Resamples, resamples)}
	report.Intervals = Intervals{Level: level, Resamples: boot.Resamples, Seed: options.Seed, Clusters: "session", Count: len(sessions)}
	values := map[string]map[string]float64{}
	for _, s := range sessions {
		if s.Good {
			report.Good++
		} else {
			report.Bad++
		}
		scores, err := scorer.Score(ctx, description, s.Request)
		if err != nil {
			return nil, err
		}
		for _, score := range scores {
			if score.TurnIndex != nil || score.GetValue() == nil {
				continue
			}
			if values[score.GetDimension()] == nil {
				values[score.GetDimension()] = map[string]float64{}
			}
			values[score.GetDimension()][s.ID] = score.GetValue().GetNumber()
		}
	}
	report.Words = separation("words", sessions, func(s *Session) (float64, bool) { return s.Words, true }, boot)
	report.Advice = separation("advice share, less is better", sessions, func(s *Session) (float64, bool) { return -s.Advice, true }, boot)
	report.Baseline = known(leftOut(sessions, nil))
	for _, spec := range description.GetDimensions() {
		if !spec.GetEpisode() || len(values[spec.GetId()]) == 0 {
			continue
		}
		of := func(s *Session) (float64, bool) { x, ok := values[spec.GetId()][s.ID]; return x, ok }
		each := separation(spec.GetId(), sessions, of, boot)
		each.Gain = gain(sessions, of)
		report.Measures = append(report.Measures, each)
	}
	slices.SortStableFunc(report.Measures, func(a, b *Separation) int { return cmp.Compare(orZero(b.AUROC), orZero(a.AUROC)) })
	return report, nil
}

func orZero(x *float64) float64 {
	if x == nil {
		return 0
	}
	return *x
}

func separation(name string, sessions []*Session, of func(*Session) (float64, bool), boot stats.Bootstrap) *Separation {
	out := &Separation{Measure: name}
	var with []*Session
	for _, s := range sessions {
		if _, ok := of(s); ok {
			with = append(with, s)
		}
	}
	out.N, out.Missing = len(with), len(sessions)-len(with)
	area := func(some []*Session) (float64, error) {
		var bad, good []float64
		for _, s := range some {
			if x, _ := of(s); s.Good {
				good = append(good, x)
			} else {
				bad = append(bad, x)
			}
		}
		return stats.AUC(bad, good)
	}
	out.AUROC = known(area(with))
	out.AUROCCI = ends(boot.Interval(len(with), func(drawn []int) (float64, error) {
		some := make([]*Session, len(drawn))
		for i, k := range drawn {
			some[i] = with[k]
		}
		return area(some)
	}))
	return out
}

// gain is what a measure adds to the baseline, on the sessions that have it.
func gain(sessions []*Session, of func(*Session) (float64, bool)) *float64 {
	var with []*Session
	for _, s := range sessions {
		if _, ok := of(s); ok {
			with = append(with, s)
		}
	}
	before, err := leftOut(with, nil)
	if err != nil {
		return nil
	}
	after, err := leftOut(with, func(s *Session) float64 { x, _ := of(s); return x })
	if err != nil {
		return nil
	}
	more := after - before
	return &more
}

// penalty keeps slopes small where sessions are few.
const penalty = 0.1

// leftOut is the AUROC of a linear model of words, advice share and perhaps one measure more, each session predicted by a model
// fitted without it. A model fitted without a session has another base rate, so what is compared is how much more it predicts
// for a session than for the mean of the others.
func leftOut(sessions []*Session, measure func(*Session) float64) (float64, error) {
	rows, y := make([][]float64, len(sessions)), make([]float64, len(sessions))
	for i, s := range sessions {
		rows[i] = []float64{s.Words, s.Advice}
		if measure != nil {
			rows[i] = append(rows[i], measure(s))
		}
		if s.Good {
			y[i] = 1
		}
	}
	var bad, good []float64
	for i, s := range sessions {
		others, theirs := slices.Concat(rows[:i], rows[i+1:]), slices.Concat(y[:i], y[i+1:])
		plane, err := stats.Ridge(others, theirs, penalty)
		if err != nil {
			return 0, err
		}
		base, err := stats.Mean(theirs)
		if err != nil {
			return 0, err
		}
		if x := plane.At(rows[i]) - base; s.Good {
			good = append(good, x)
		} else {
			bad = append(bad, x)
		}
	}
	return stats.AUC(bad, good)
}
