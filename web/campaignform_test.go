package web

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/vignette-sim/vignette/feedback/campaign"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// The fields of a new campaign ask for what the example of a file asks for, as both are before anybody has typed.
func TestCampaignFormAsFile(t *testing.T) {
	want, err := campaign.ReadRubric("rubric", []byte(exampleRubric))
	if err != nil {
		t.Fatal(err)
	}
	got, err := newCampaignForm().rubric()
	if err != nil {
		t.Fatal(err)
	}
	got.Codebook, want.Codebook = strings.TrimSpace(got.Codebook), strings.TrimSpace(want.Codebook)
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
}

// What is wrong is said with its field, and what is not filled in is left out.
func TestCampaignForm(t *testing.T) {
	for _, c := range []struct {
		posted string
		want   *vignettev1.Codebook
		says   string
	}{
		{posted: "title=T&unit=turn&arm=within&question-2=Kind%3F&name-2=how+kind&low-2=0&high-2=1&labels-2=no,+yes&items=30", want: &vignettev1.Codebook{
			Title: "T", Unit: vignettev1.CampaignUnit_CAMPAIGN_UNIT_TURN, Arm: vignettev1.CampaignArm_CAMPAIGN_ARM_WITHIN, Items: 30,
			Scales: []*vignettev1.RatingScale{{Id: "how_kind", Question: "Kind?", Max: 1, Labels: []string{"no", "yes"}, EvidenceForExtremes: true}},
		}},
		{posted: "title=T&unit=sentence&question-1=Kind%3F", want: &vignettev1.Codebook{Title: "T", Scales: []*vignettev1.RatingScale{{Id: "question_1", Question: "Kind?", Min: 1, Max: 5, EvidenceForExtremes: true}}}},
		{posted: "title=T", says: "at least one question"},
		{posted: "title=T&question-1=Kind%3F&high-1=many", says: `Question 1, to: "many"`},
		{posted: "title=T&question-1=Kind%3F&labels-1=no,yes", says: "Question 1: 2 words for the 5 numbers"},
		{posted: "title=T&question-1=Kind%3F&overlap=1.5", says: "Raters for each"},
	} {
		posted, err := url.ParseQuery(c.posted)
		if err != nil {
			t.Fatal(err)
		}
		got, err := readCampaignForm(posted).rubric()
		switch {
		case c.says != "":
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v, want %q", c.posted, err, c.says)
			}
		case err != nil:
			t.Errorf("%s: %v", c.posted, err)
		default:
			if diff := cmp.Diff(c.want, got, protocmp.Transform()); diff != "" {
				t.Errorf("%s: %s", c.posted, diff)
			}
		}
	}
}
