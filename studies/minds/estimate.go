package minds

import (
	"cmp"
	"errors"
	"maps"
	"slices"

	"github.com/vignette-sim/vignette/internal/stats"
)

// values are numbers by client: those of one client belong together.
type values map[string][]float64

// collect takes an outcome of the sessions that are wanted.
func collect(sessions []*session, o outcome, wanted func(*session) bool) values {
	out := values{}
	for _, s := range sessions {
		if x, ok := s.outcomes[o]; ok && (wanted == nil || wanted(s)) {
			out[s.client] = append(out[s.client], x)
		}
	}
	return out
}

// at says whether a session has a level.
func at(field, level string) func(*session) bool {
	return func(s *session) bool { return s.levels[field] == level }
}

func all(conditions ...func(*session) bool) func(*session) bool {
	return func(s *session) bool {
		for _, holds := range conditions {
			if !holds(s) {
				return false
			}
		}
		return true
	}
}

// differences are what one arm has more than another for the same client with the same luck, modality by modality. Where one of
// the two knows no modalities, a session of it stands beside the mean over the other's.
func differences(arm, base []*session, o outcome) values {
	type pair struct{ client, modality string }
	from := map[pair][]float64{}
	for _, s := range base {
		if x, ok := s.outcomes[o]; ok {
			from[pair{s.client, s.levels[modalityField]}] = append(from[pair{s.client, s.levels[modalityField]}], x)
			if s.levels[modalityField] != "" {
				from[pair{s.client, ""}] = append(from[pair{s.client, ""}], x)
			}
		}
	}
	out := values{}
	for _, s := range arm {
		x, ok := s.outcomes[o]
		before := from[pair{s.client, s.levels[modalityField]}]
		if before == nil {
			before = from[pair{s.client, ""}]
		}
		if ok && before != nil {
			out[s.client] = append(out[s.client], x-average(before))
		}
	}
	return out
}

func where(sessions []*session, wanted func(*session) bool) []*session {
	var out []*session
	for _, s := range sessions {
		if wanted(s) {
			out = append(out, s)
		}
	}
	return out
}

// estimate is the mean with its interval over clients.
func (v values) estimate(seed uint64) Cell {
	clusters := v.clusters()
	mean, err := stats.Mean(slices.Concat(clusters...))
	if err != nil {
		return Cell{}
	}
	cell := Cell{Value: &mean, N: len(clusters)}
	if ci, err := (stats.Bootstrap{Seed: seed}).MeanInterval(clusters); err == nil {
		cell.CI95 = &ci
	}
	return cell
}

// clusters are the values of each client, in the order of their names.
func (v values) clusters() [][]float64 {
	var out [][]float64
	for _, client := range slices.Sorted(maps.Keys(v)) {
		out = append(out, v[client])
	}
	return out
}

// slopes are how an outcome changes per unit of skill, client by client: least squares through the client's sessions.
func slopes(sessions []*session, o outcome, skills []float64) values {
	level := map[string]float64{}
	for _, skill := range skills {
		level[skillName(skill)] = skill
	}
	xs, ys := values{}, values{}
	for _, s := range sessions {
		if y, ok := s.outcomes[o]; ok {
			xs[s.client] = append(xs[s.client], level[s.levels[skillField]])
			ys[s.client] = append(ys[s.client], y)
		}
	}
	out := values{}
	for client := range xs {
		if b, ok := slope(xs[client], ys[client]); ok {
			out[client] = []float64{b}
		}
	}
	return out
}

func slope(xs, ys []float64) (float64, bool) {
	x, y := average(xs), average(ys)
	var both, squares float64
	for i := range xs {
		both += (xs[i] - x) * (ys[i] - y)
		squares += (xs[i] - x) * (xs[i] - x)
	}
	return both / squares, squares > 0
}

// intervalOf is a statistic of things that belong to clusters, with its percentile interval. Where it is undefined the cell is
// empty.
func intervalOf(seed uint64, clusters int, statistic func(drawn []int) (float64, error)) (Cell, error) {
	every := make([]int, clusters)
	for i := range every {
		every[i] = i
	}
	value, err := statistic(every)
	switch {
	case errors.Is(err, stats.ErrUndefined):
		return Cell{}, nil
	case err != nil:
		return Cell{}, err
	}
	cell := Cell{Value: &value, N: clusters}
	ci, err := stats.Bootstrap{Seed: seed, Resamples: 1000}.Interval(clusters, statistic)
	switch {
	case err == nil:
		cell.CI95 = &ci
	case !errors.Is(err, stats.ErrUndefined):
		return Cell{}, err
	}
	return cell, nil
}

// headers are the names of outcomes.
func headers(outcomes []outcome) []string {
	out := make([]string, len(outcomes))
	for i, o := range outcomes {
		out[i] = string(o)
	}
	return out
}

func byName[T any](m map[string]T) []string {
	return slices.SortedFunc(maps.Keys(m), cmp.Compare[string])
}
