package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/vignette-sim/vignette/feedback/campaign"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// agreement says how far raters agree now.
func (d *desk) agreement() error {
	got, err := call(d, func(c vignettev1.FeedbackServiceClient, ctx context.Context, q *vignettev1.GetAgreementRequest) (*vignettev1.GetAgreementResponse, error) {
		return c.GetAgreement(ctx, q)
	}, &vignettev1.GetAgreementRequest{Campaign: d.campaign})
	if err != nil {
		return err
	}
	overlap := cmp.Or(int(d.rubric.GetOverlap()), campaign.UsualOverlap)
	d.page.paragraph("", "  ", fmt.Sprintf("%d of %s complete, with all answers of %s each; %s so far", got.GetComplete(), plural(int(got.GetItems()), "item", "items"), plural(overlap, "rater", "raters"), plural(len(got.GetRaters()), "rater", "raters")))
	var rows [][]string
	for _, s := range got.GetScales() {
		stage := strings.ToLower(strings.TrimPrefix(s.GetStage().String(), "RATING_STAGE_"))
		rows = append(rows, []string{line(s.GetScale()), stage, fmt.Sprint(s.GetUnits()), raterEstimate(s.GetPercent()), raterEstimate(s.GetKappa()), raterEstimate(s.GetAlpha()), raterEstimate(s.GetIcc())})
	}
	d.page.grid("  ", []string{"scale", "stage", "items", "same", "kappa", "alpha", "ICC(1,1)"}, rows, 2, func(column int) bool { return column >= 2 })
	rows = nil
	for _, r := range got.GetRaters() {
		name := line(r.GetRater())
		if r.GetSimulated() {
			name += " (simulated, no person)"
		}
		rows = append(rows, []string{name, fmt.Sprint(r.GetRated()), fmt.Sprint(r.GetSkipped()), raterEstimate(r.GetBias()), raterEstimate(r.GetSelfAgreement()), raterEstimate(r.GetDrift()), fmt.Sprintf("%d/%d", r.GetGoldRight(), r.GetGold()), fmt.Sprintf("%d/%d", r.GetCalibrationRight(), r.GetCalibration())})
	}
	d.page.grid("  ", []string{"rater", "rated", "skipped", "bias", "self", "drift", "gold", "calibration"}, rows, 1, func(column int) bool { return column >= 1 })
	return nil
}

func raterEstimate(e *vignettev1.Estimate) string {
	switch {
	case e == nil || e.Value == nil:
		return "-"
	case e.Low == nil:
		return figure(e.GetValue())
	}
	return fmt.Sprintf("%s [%s, %s]", figure(e.GetValue()), figure(e.GetLow()), figure(e.GetHigh()))
}
