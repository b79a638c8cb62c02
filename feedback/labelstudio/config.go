package labelstudio

import (
	"encoding/xml"
	"fmt"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// tag is an element of a labeling configuration.
type tag struct {
	name  string
	attrs []xml.Attr
	inner []tag
}

// element is a tag with attributes, names and values in turns.
func element(name string, attrs ...string) tag {
	t := tag{name: name}
	for i := 0; i+1 < len(attrs); i += 2 {
		t.attrs = append(t.attrs, xml.Attr{Name: xml.Name{Local: attrs[i]}, Value: attrs[i+1]})
	}
	return t
}

func (t tag) with(inner ...tag) tag {
	t.inner = append(t.inner, inner...)
	return t
}

// MarshalXML implements xml.Marshaler.
func (t tag) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	start := xml.StartElement{Name: xml.Name{Local: t.name}, Attr: t.attrs}
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	for _, inner := range t.inner {
		if err := e.Encode(inner); err != nil {
			return err
		}
	}
	return e.EncodeToken(start.End())
}

// Config is the labeling configuration of a campaign, XML: the codebook, the conversations, a question for each scale, words that show it,
// reasons to skip, better words, a remark.
func Config(rubric *vignettev1.Codebook) (string, error) {
	sides := sidesOf(rubric)
	view := element("View").with(element("Header", "value", rubric.GetTitle()))
	if rubric.GetCodebook() != "" {
		view = view.with(codebook(rubric))
	}
	view = view.with(conversations(rubric, sides)...)
	for i, scale := range rubric.GetScales() {
		view = view.with(question(i, scale, sides)...)
	}
	view = view.with(choices("Or skip this one:", skipTag, sides, skips()))
	for side := range sides {
		view = view.with(
			element("Header", "size", "5", "value", onSide("Better words for a turn: its number, a colon, the words", side, sides)),
			element("TextArea", "name", sided(rewriteTag, side, sides), "toName", sided(talkTag, side, sides), "placeholder", "3: What was that like for you?", "rows", "1", "editable", "true"))
	}
	view = view.with(element("Header", "size", "5", "value", "A remark"),
		element("TextArea", "name", remarkTag, "toName", sided(talkTag, 0, sides), "rows", "1", "maxSubmissions", "1", "editable", "true"))
	out, err := xml.MarshalIndent(view, "", "  ")
	if err != nil {
		return "", err
	}
	return string(out) + "\n", nil
}

var sideNames = []string{"First", "Second"}

// onSide is a text about one side, which is named where there are two.
func onSide(text string, side, sides int) string {
	if sides == 1 {
		return text
	}
	return fmt.Sprintf("%s (%s)", text, strings.ToLower(sideNames[side]))
}

// codebook is what raters look at, folded away.
func codebook(rubric *vignettev1.Codebook) tag {
	inner := element("View")
	for _, paragraph := range strings.Split(rubric.GetCodebook(), "\n") {
		if paragraph = strings.TrimSpace(paragraph); paragraph != "" {
			inner = inner.with(element("Header", "size", "6", "value", paragraph))
		}
	}
	return element("Collapse").with(element("Panel", "value", "Codebook").with(inner))
}

func conversations(rubric *vignettev1.Codebook, sides int) []tag {
	var out []tag
	for side := range sides {
		if sides > 1 {
			out = append(out, element("Header", "size", "4", "value", sideNames[side]))
		}
		out = append(out,
			element("Text", "name", sided("setting", side, sides), "value", "$"+sided("setting", side, sides)),
			element("Paragraphs", "name", sided(talkTag, side, sides), "value", "$"+sided(talkTag, side, sides), "layout", "dialogue", "nameKey", "speaker", "textKey", "text"))
		if stageOf(rubric) == vignettev1.RatingStage_RATING_STAGE_HINDSIGHT {
			out = append(out, element("Header", "size", "5", "value", "What came of it (simulated)"), element("Text", "name", sided("futures", side, sides), "value", "$"+sided("futures", side, sides)))
		}
	}
	if rubric.GetUnit() == vignettev1.CampaignUnit_CAMPAIGN_UNIT_SPAN {
		out = append(out, element("Header", "size", "5", "value", "Rate these words of the turn marked >"), element("Text", "name", "words", "value", "$words"))
	}
	return out
}

// choices are a question with its answers.
func choices(text, name string, sides int, answers []tag, attrs ...string) tag {
	all := append([]string{"name", name, "toName", sided(talkTag, 0, sides), "choice", "single-radio", "showInline", "true"}, attrs...)
	return element("View").with(element("Header", "size", "5", "value", text), element("Choices", all...).with(answers...))
}

func skips() []tag {
	var out []tag
	for _, r := range reasons {
		out = append(out, element("Choice", "value", r.text, "alias", r.alias))
	}
	return out
}

// question asks for a scale's number, and for the words that show an extreme.
func question(i int, scale *vignettev1.RatingScale, sides int) []tag {
	var answers []tag
	for n := scale.GetMin(); n <= scale.GetMax(); n++ {
		text := fmt.Sprint(n)
		if labels := scale.GetLabels(); len(labels) > 0 {
			text += " " + labels[n-scale.GetMin()]
		}
		answer := element("Choice", "value", text, "alias", fmt.Sprint(n))
		if i == 0 && scale.GetMin() >= 0 && scale.GetMax() <= 9 { // The first question has the keys of its numbers.
			answer = element("Choice", "value", text, "alias", fmt.Sprint(n), "hotkey", fmt.Sprint(n))
		}
		answers = append(answers, answer)
	}
	answers = append(answers, element("Choice", "value", "cannot tell", "alias", cannotTell))
	text := scale.GetQuestion()
	for _, each := range scale.GetBorderline() {
		text += " (borderline: " + each + ")"
	}
	out := []tag{choices(text, scaleTag(i, scale), sides, answers, "required", "true", "requiredMessage", "Answer, or say why you skip: "+scale.GetQuestion(), "visibleWhen", "choice-unselected", "whenTagName", skipTag)}
	if !scale.GetEvidenceForExtremes() {
		return out
	}
	out = append(out, element("Header", "size", "6", "value", fmt.Sprintf("%d and %d need words that show it: choose the label, then mark them in the conversation", scale.GetMin(), scale.GetMax())))
	for side := range sides {
		out = append(out, element("ParagraphLabels", "name", evidenceTag(i, scale, side, sides), "toName", sided(talkTag, side, sides)).with(
			element("Label", "value", onSide("shows "+scale.GetId(), side, sides))))
	}
	return out
}
