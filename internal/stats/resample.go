package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Interval is a confidence interval for any statistic of clusters that can be told from their numbers: the statistic is
// computed again and again for clusters drawn with replacement, and the interval holds the middle of what comes out (the
// percentile method; Efron and Tibshirani 1993, chapter 13). It is for rank correlations, kappas and ratios; for a mean
// [Bootstrap.MeanInterval] covers better.
//
// Statistic is called with indexes of clusters, 0 to clusters-1, some of them several times; it must not keep the slice. A
// draw for which it is not defined (its error wraps [ErrUndefined]) is left out; when that happens to more than a tenth of the
// draws, the interval is undefined too. Any other error ends the work.
func (b Bootstrap) Interval(clusters int, statistic func(drawn []int) (float64, error)) (Interval, error) {
	b, err := b.withDefaults()
	if err != nil {
		return Interval{}, err
	}
	if clusters < 2 {
		return Interval{}, fmt.Errorf("bootstrap over %d clusters: %w: it needs at least 2", clusters, ErrUndefined)
	}
	draw := rand.New(rand.NewPCG(b.Seed, bootstrapStream))
	drawn, values := make([]int, clusters), make([]float64, 0, b.Resamples)
	for range b.Resamples {
		for i := range drawn {
			drawn[i] = draw.IntN(clusters)
		}
		value, err := statistic(drawn)
		switch {
		case err == nil:
			values = append(values, value)
		case !isUndefined(err):
			return Interval{}, err
		}
	}
	if 10*len(values) < 9*b.Resamples {
		return Interval{}, fmt.Errorf("bootstrap over %d clusters: %w: the statistic is defined for %d of %d draws only", clusters, ErrUndefined, len(values), b.Resamples)
	}
	slices.Sort(values)
	tail := (1 - b.Level) / 2
	return Interval{Low: sortedQuantile(values, tail), High: sortedQuantile(values, 1-tail), Level: b.Level}, nil
}

// PartInterval is [Bootstrap.Interval] for so many clusters that drawing all of them is too much: it draws part of them each time,
// and shrinks the distances from the value over all by the square root of the share. That is the m out of n bootstrap (Bickel, Götze
// and van Zwet 1997, "Resampling fewer than n observations", Statistica Sinica 7), for statistics whose error falls with the square
// root of the clusters, as means and correlations do.
func (b Bootstrap) PartInterval(clusters, part int, value float64, statistic func(drawn []int) (float64, error)) (Interval, error) {
	b, err := b.withDefaults()
	if err != nil {
		return Interval{}, err
	}
	if part < 2 || part > clusters {
		return Interval{}, fmt.Errorf("bootstrap of %d of %d clusters: it needs at least 2 and at most all", part, clusters)
	}
	draw := rand.New(rand.NewPCG(b.Seed, bootstrapStream))
	drawn, distances := make([]int, part), make([]float64, 0, b.Resamples)
	for range b.Resamples {
		for i := range drawn {
			drawn[i] = draw.IntN(clusters)
		}
		of, err := statistic(drawn)
		switch {
		case err == nil:
			distances = append(distances, of-value)
		case !isUndefined(err):
			return Interval{}, err
		}
	}
	if 10*len(distances) < 9*b.Resamples {
		return Interval{}, fmt.Errorf("bootstrap of %d of %d clusters: %w: the statistic is defined for %d of %d draws only",
			part, clusters, ErrUndefined, len(distances), b.Resamples)
	}
	slices.Sort(distances)
	tail, shrink := (1-b.Level)/2, math.Sqrt(float64(part)/float64(clusters))
	return Interval{Low: value + shrink*sortedQuantile(distances, tail), High: value + shrink*sortedQuantile(distances, 1-tail), Level: b.Level}, nil
}
