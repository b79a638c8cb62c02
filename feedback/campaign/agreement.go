package campaign

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// GetAgreement implements FeedbackServiceServer.
func (s *Service) GetAgreement(ctx context.Context, request *vignettev1.GetAgreementRequest) (*vignettev1.GetAgreementResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.book(ctx, request.GetCampaign())
	if err != nil {
		return nil, err
	}
	out := &vignettev1.GetAgreementResponse{Items: int32(len(b.items))}
	for _, scale := range b.campaign.GetRubric().GetScales() {
		for _, stage := range b.stages() {
			out.Scales = append(out.Scales, b.agreement(scale, stage))
		}
	}
	for _, rater := range b.raters() {
		out.Raters = append(out.Raters, b.report(rater))
	}
	for _, item := range b.campaign.GetItems() {
		if b.complete(item) {
			out.Complete++
		}
	}
	return out, nil
}

func (b *book) raters() []string {
	names := map[string]bool{}
	for t := range b.history {
		names[t.rater] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// complete says whether an item has all ratings in all stages.
func (b *book) complete(item *vignettev1.CampaignItem) bool {
	done := 0
	for _, rater := range b.raters() {
		all := true
		for _, stage := range b.stages() {
			r := b.standing(task{item.GetId(), rater, stage, 1})
			all = all && r != nil && r.GetSkip() == 0
		}
		if all {
			done++
		}
	}
	return done >= int(cmp.Or(b.campaign.GetRubric().GetOverlap(), UsualOverlap))
}

// value is a rater's number for an item; false where there is none. For pairs it is about the first episode, whichever side it was
// shown on.
func (b *book) value(t task, scale *vignettev1.RatingScale) (float64, bool) {
	return Sided(b.standing(t), scale)
}

// units are the values of each item by rater, of items that are neither gold nor of the calibration round, the first time they come.
func (b *book) units(scale *vignettev1.RatingScale, stage vignettev1.RatingStage) []map[string]float64 {
	var out []map[string]float64
	for _, item := range b.campaign.GetItems() {
		unit := map[string]float64{}
		for _, rater := range b.raters() {
			if x, ok := b.value(task{item.GetId(), rater, stage, 1}, scale); ok && !item.GetGold() && !item.GetCalibration() {
				unit[rater] = x
			}
		}
		if len(unit) > 1 {
			out = append(out, unit)
		}
	}
	return out
}

func (b *book) agreement(scale *vignettev1.RatingScale, stage vignettev1.RatingStage) *vignettev1.ScaleAgreement {
	units := b.units(scale, stage)
	out := &vignettev1.ScaleAgreement{Scale: scale.GetId(), Stage: stage, Units: int32(len(units))}
	for _, unit := range units {
		out.Values += int32(len(unit))
	}
	estimate := func(statistic func([]map[string]float64) (float64, error)) *vignettev1.Estimate {
		return estimated(b.campaign.GetRubric().GetSeed(), units, statistic)
	}
	metric := stats.OrdinalScale
	if scale.GetNominal() {
		metric = stats.NominalScale
	}
	out.Percent = estimate(percent)
	out.Kappa = estimate(func(units []map[string]float64) (float64, error) { return kappa(units, scale) })
	out.Alpha = estimate(func(units []map[string]float64) (float64, error) {
		return stats.KrippendorffAlpha(bare(units), metric)
	})
	if !scale.GetNominal() {
		out.Icc = estimate(func(units []map[string]float64) (float64, error) { return stats.OneWayICC(bare(units)) })
	}
	return out
}

// estimated is a statistic of units with its interval over them, or why there is none.
func estimated[T any](seed uint64, units []T, statistic func([]T) (float64, error)) *vignettev1.Estimate {
	value, err := statistic(units)
	if err != nil {
		return &vignettev1.Estimate{Undefined: err.Error()}
	}
	out := &vignettev1.Estimate{Value: &value}
	ci, err := stats.Bootstrap{Seed: seed, Resamples: 1000}.Interval(len(units), func(drawn []int) (float64, error) {
		sample := make([]T, len(drawn))
		for i, d := range drawn {
			sample[i] = units[d]
		}
		return statistic(sample)
	})
	if err != nil {
		out.Undefined = err.Error()
		return out
	}
	out.Low, out.High = &ci.Low, &ci.High
	return out
}

// bare are units without the names of raters, in their order.
func bare(units []map[string]float64) [][]float64 {
	out := make([][]float64, len(units))
	for i, unit := range units {
		for _, rater := range slices.Sorted(maps.Keys(unit)) {
			out[i] = append(out[i], unit[rater])
		}
	}
	return out
}

// percent is the share of pairs of values of an item that are the same.
func percent(units []map[string]float64) (float64, error) {
	var same []float64
	for _, unit := range bare(units) {
		for i := range unit {
			for _, other := range unit[:i] {
				same = append(same, map[bool]float64{true: 1}[unit[i] == other])
			}
		}
	}
	return stats.Mean(same)
}

// kappa is Cohen's over pairs of raters, weighted by the items they share. Pairs for whom it is not defined are left out.
func kappa(units []map[string]float64, scale *vignettev1.RatingScale) (float64, error) {
	size := int(scale.GetMax()-scale.GetMin()) + 1
	tables := map[[2]string][][]float64{}
	shared := map[[2]string]float64{}
	for _, unit := range units {
		raters := slices.Sorted(maps.Keys(unit))
		for i, second := range raters {
			for _, first := range raters[:i] {
				pair := [2]string{first, second}
				if tables[pair] == nil {
					tables[pair] = make([][]float64, size)
					for k := range tables[pair] {
						tables[pair][k] = make([]float64, size)
					}
				}
				tables[pair][int(unit[first])-int(scale.GetMin())][int(unit[second])-int(scale.GetMin())]++
				shared[pair]++
			}
		}
	}
	weigh := stats.Quadratic
	if scale.GetNominal() {
		weigh = stats.Different
	}
	var values, weights []float64
	for _, pair := range slices.SortedFunc(maps.Keys(tables), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		k, err := stats.WeightedKappa(tables[pair], weigh)
		if errors.Is(err, stats.ErrUndefined) {
			continue
		}
		if err != nil {
			return 0, err
		}
		values, weights = append(values, k), append(weights, shared[pair])
	}
	return stats.WeightedMean(values, weights)
}

// report is how one rater rates.
func (b *book) report(rater string) *vignettev1.RaterReport {
	out := &vignettev1.RaterReport{Rater: rater}
	var seconds []float64
	for t := range b.history {
		r := b.standing(t)
		if t.rater != rater || r == nil {
			continue
		}
		out.Simulated = out.Simulated || r.GetSimulated() != nil
		if r.GetSkip() != 0 {
			out.Skipped++
			continue
		}
		out.Rated++
		if r.GetTimeSpent() != nil {
			seconds = append(seconds, r.GetTimeSpent().AsDuration().Seconds())
		}
	}
	if median, err := stats.Quantile(seconds, 0.5); err == nil {
		out.MedianSeconds = &median
	}
	seed := b.campaign.GetRubric().GetSeed()
	out.Bias = estimated(seed, b.biases(rater), stats.Mean)
	same, drift := b.repeats(rater)
	out.SelfAgreement, out.Drift = estimated(seed, same, stats.Mean), estimated(seed, drift, stats.Mean)
	out.Gold, out.GoldRight = b.golden(rater, false)
	out.Calibration, out.CalibrationRight = b.golden(rater, true)
	return out
}

// biases are how far a rater is above the others, item by item.
func (b *book) biases(rater string) []float64 {
	var out []float64
	for _, scale := range b.campaign.GetRubric().GetScales() {
		for _, stage := range b.stages() {
			for _, unit := range b.units(scale, stage) {
				own, rated := unit[rater]
				if !rated || scale.GetNominal() {
					continue
				}
				sum := -own
				for _, x := range unit {
					sum += x
				}
				out = append(out, own-sum/float64(len(unit)-1))
			}
		}
	}
	return out
}

// repeats compare a rater's second answers with the first.
func (b *book) repeats(rater string) (same, drift []float64) {
	stage := b.stages()[0]
	for _, item := range b.campaign.GetItems() {
		for _, scale := range b.campaign.GetRubric().GetScales() {
			first, one := b.value(task{item.GetId(), rater, stage, 1}, scale)
			second, two := b.value(task{item.GetId(), rater, stage, 2}, scale)
			if one && two {
				same, drift = append(same, map[bool]float64{true: 1}[first == second]), append(drift, second-first)
			}
		}
	}
	return same, drift
}

// golden counts a rater's answers to what is known, in the calibration round or after it.
func (b *book) golden(rater string, calibration bool) (given, right int32) {
	for _, item := range b.campaign.GetItems() {
		for _, gold := range b.campaign.GetRubric().GetGold() {
			if item.GetCalibration() != calibration || !isOf(gold, item) {
				continue
			}
			scale := scaleOf(b.campaign, gold.GetScale())
			x, ok := b.value(task{item.GetId(), rater, b.stages()[0], 1}, scale)
			if !ok {
				continue
			}
			given++
			if off := x - float64(knownOf(gold, item, scale)); max(off, -off) <= float64(gold.GetTolerance()) {
				right++
			}
		}
	}
	return given, right
}
