package library

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// Record is what has been measured, to be kept in a file: so that a page can be written again, and only scenarios that have
// changed need be played again.
type Record struct {
	// Repeats of each scenario at each skill, and the seed.
	Repeats int    `json:"repeats"`
	Seed    uint64 `json:"seed"`
	// Scenarios by id.
	Scenarios map[string]*Entry `json:"scenarios"`
}

// Entry is what was measured of a scenario.
type Entry struct {
	// Played is the fingerprint of the scenario as it was then.
	Played       string         `json:"played"`
	Novice       Result         `json:"novice"`
	Skilled      Result         `json:"skilled"`
	Difficulties []AtDifficulty `json:"difficulties,omitempty"`
}

// AtDifficulty is the same with the only partner made easier or harder.
type AtDifficulty struct {
	Difficulty float64 `json:"difficulty"`
	Novice     Result  `json:"novice"`
	Skilled    Result  `json:"skilled"`
}

// Fingerprint tells scenarios apart by what is played of them: titles, descriptions, tags and probes do not count.
func Fingerprint(s *vignettev1.Scenario) (string, error) {
	s = proto.CloneOf(s)
	s.Title, s.Description, s.Tags, s.Probes = "", "", nil, nil
	text, err := scenarios.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("scenario %s: %w", s.GetId(), err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8]), nil
}

// Stale are the scenarios that have not been measured as they are now.
func (r *Record) Stale(all []*vignettev1.Scenario) ([]*vignettev1.Scenario, error) {
	var stale []*vignettev1.Scenario
	for _, s := range all {
		now, err := Fingerprint(s)
		if err != nil {
			return nil, err
		}
		if entry := r.Scenarios[s.GetId()]; entry == nil || entry.Played != now {
			stale = append(stale, s)
		}
	}
	return stale, nil
}

// Update measures what is stale and forgets scenarios that are no longer there.
func (r *Record) Update(ctx context.Context, runner *runs.Runner, all []*vignettev1.Scenario) error {
	stale, err := r.Stale(all)
	if err != nil {
		return err
	}
	r.forget(all)
	if len(stale) == 0 {
		return nil
	}
	options := Options{Repeats: r.Repeats, Seed: r.Seed}
	written, err := Measure(ctx, runner, stale, options)
	if err != nil {
		return err
	}
	for _, m := range written {
		print, err := Fingerprint(m.Scenario)
		if err != nil {
			return err
		}
		r.Scenarios[m.Scenario.GetId()] = &Entry{Played: print, Novice: m.Novice, Skilled: m.Skilled}
	}
	varied, err := MeasureDifficulties(ctx, runner, stale, options)
	for _, m := range varied {
		entry := r.Scenarios[m.Scenario.GetId()]
		entry.Difficulties = append(entry.Difficulties, AtDifficulty{*m.Difficulty, m.Novice, m.Skilled})
	}
	return err
}

// forget drops scenarios that are not among these.
func (r *Record) forget(all []*vignettev1.Scenario) {
	kept := map[string]*Entry{}
	for _, s := range all {
		if entry := r.Scenarios[s.GetId()]; entry != nil {
			kept[s.GetId()] = entry
		}
	}
	r.Scenarios, r.Repeats = kept, cmp.Or(r.Repeats, defaultRepeats)
}
