package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// campaignForm is what the fields of a new campaign hold, as they were typed.
type campaignForm struct {
	Title, Unit, Arm, Codebook string
	Overlap, Repeated, Items   string // raters for each; share that comes again, per cent; how many at most
	Questions                  []questionForm
}

// questionForm is one question to raters.
type questionForm struct{ Name, Question, Low, High, Labels string }

func (f questionForm) empty() bool { return strings.TrimSpace(f.Name+f.Question+f.Labels) == "" }

// mostQuestions is how many questions the fields have room for; a rubric as a file may have 50.
const mostQuestions = 3

// units and arms are what the fields offer, with what each means to raters.
var (
	units = []option[vignettev1.CampaignUnit]{
		{vignettev1.CampaignUnit_CAMPAIGN_UNIT_EPISODE, "whole conversations"},
		{vignettev1.CampaignUnit_CAMPAIGN_UNIT_TURN, "single turns of whoever asks or helps"},
		{vignettev1.CampaignUnit_CAMPAIGN_UNIT_PAIR, "two conversations side by side"},
	}
	arms = []option[vignettev1.CampaignArm]{
		{vignettev1.CampaignArm_CAMPAIGN_ARM_FORESIGHT, "once, as the conversation stands"},
		{vignettev1.CampaignArm_CAMPAIGN_ARM_WITHIN, "twice: before and after they see what came of it"},
		{vignettev1.CampaignArm_CAMPAIGN_ARM_HINDSIGHT_ONLY, "once, with what came of it"},
		{vignettev1.CampaignArm_CAMPAIGN_ARM_RERATE, "twice, without what came of it (control)"},
	}
)

type option[V protoreflect.Enum] struct {
	value V
	Means string
}

// Value is its name in files and in the posted form.
func (c option[V]) Value() string { return enumname.Of(c.value) }

// chosen is the value of a name among options, unspecified where it is none of them.
func chosen[V protoreflect.Enum](options []option[V], name string) (value V) {
	for _, c := range options {
		if c.Value() == name {
			return c.value
		}
	}
	return value
}

// newCampaignForm is what the fields hold before anybody has typed.
func newCampaignForm() campaignForm {
	return campaignForm{
		Title: "How helpful was it?", Unit: "episode", Arm: "foresight", Overlap: "2", Repeated: "10",
		Codebook: "Rate what the person does whom the item is about, not how nice the other one was.",
		Questions: []questionForm{
			{"helpful", "How helpful was the conversation for the other person?", "1", "5", "not at all, a little, somewhat, quite, very"}, {}, {},
		},
	}
}

// readCampaignForm takes the fields out of a posted form.
func readCampaignForm(posted url.Values) campaignForm {
	at := func(name string) string { return strings.TrimSpace(posted.Get(name)) }
	f := campaignForm{Title: at("title"), Unit: at("unit"), Arm: at("arm"), Codebook: at("codebook"), Overlap: at("overlap"), Repeated: at("repeated"), Items: at("items")}
	for i := range mostQuestions {
		n := strconv.Itoa(i + 1)
		f.Questions = append(f.Questions, questionForm{at("name-" + n), at("question-" + n), at("low-" + n), at("high-" + n), at("labels-" + n)})
	}
	return f
}

// rubric is what the fields ask for. An error says in which of them what is wrong; what a rubric as such may not be is said by whoever
// opens the campaign.
func (f campaignForm) rubric() (*vignettev1.Codebook, error) {
	var n numbers
	r := &vignettev1.Codebook{
		Title: f.Title, Codebook: f.Codebook, Unit: chosen(units, f.Unit), Arm: chosen(arms, f.Arm),
		Overlap: n.of("Raters for each", f.Overlap, 0), Items: n.of("At most", f.Items, 0), Repeated: float64(n.of("Come again, per cent", f.Repeated, 0)) / 100,
	}
	for i, each := range f.Questions {
		if !each.empty() {
			r.Scales = append(r.Scales, each.scale(i+1, &n))
		}
	}
	switch {
	case n.err != nil:
		return nil, n.err
	case len(r.Scales) == 0:
		return nil, errors.New("question 1: a campaign asks at least one question")
	}
	return r, nil
}

// scale is the n-th question as raters answer it.
func (f questionForm) scale(place int, n *numbers) *vignettev1.RatingScale {
	field := fmt.Sprintf("Question %d", place)
	s := &vignettev1.RatingScale{
		Id: cmp.Or(strings.ReplaceAll(f.Name, " ", "_"), fmt.Sprintf("question_%d", place)), Question: f.Question,
		Min: n.of(field+", from", f.Low, 1), Max: n.of(field+", to", f.High, 5), EvidenceForExtremes: true,
	}
	for label := range strings.SplitSeq(f.Labels, ",") {
		if label = strings.TrimSpace(label); label != "" {
			s.Labels = append(s.Labels, label)
		}
	}
	if want := int(s.Max - s.Min + 1); n.err == nil && len(s.Labels) > 0 && len(s.Labels) != want {
		n.err = fmt.Errorf("%s: %d words for the %d numbers from %d to %d; give one for each, divided by commas, or none", field, len(s.Labels), want, s.Min, s.Max)
	}
	return s
}

// numbers reads whole numbers out of fields, and keeps what was wrong with the first that is none.
type numbers struct{ err error }

func (n *numbers) of(field, text string, none int32) int32 {
	if text == "" {
		return none
	}
	value, err := strconv.ParseInt(text, 10, 32)
	if err != nil && n.err == nil {
		n.err = fmt.Errorf("%s: %q is no whole number", field, text)
	}
	return int32(value)
}
