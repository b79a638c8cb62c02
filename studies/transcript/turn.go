package transcript

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// turnOf is a turn as it is shown.
func turnOf(state *episode.State, t *vignettev1.Turn, names map[string]string) turn {
	shown := turn{Number: int(t.GetIndex()) + 1, Who: names[t.GetRole()]}
	action := t.GetAction()
	switch action.GetKind() {
	case vignettev1.ActionKind_ACTION_KIND_SILENT:
		shown.Deed, shown.Pieces = true, []piece{{Text: "says nothing"}}
	case vignettev1.ActionKind_ACTION_KIND_NONVERBAL, vignettev1.ActionKind_ACTION_KIND_ACT:
		shown.Deed, shown.Pieces = true, []piece{{Text: plain(action.GetText())}}
	case vignettev1.ActionKind_ACTION_KIND_LEAVE:
		shown.How, shown.Pieces = "leaves", pieces(state, t)
	default:
		shown.Pieces = pieces(state, t)
	}
	var to []string
	for _, id := range action.GetTo() {
		to = append(to, names[id])
	}
	switch {
	case len(to) > 0:
		shown.How = strings.TrimPrefix(shown.How+", whispered to "+strings.Join(to, ", "), ", ")
	case action.GetAddressee() != "" && len(names) > 2:
		shown.How = strings.TrimPrefix(shown.How+", to "+names[action.GetAddressee()], ", ")
	}
	shown.Scores = chips(state, t.GetIndex())
	return shown
}

// repeated are dimensions that say again, in another vocabulary or as a number, what a turn's expressed emotions say.
var repeated = []string{"emotion.ekman", "emotion.goemotions", "emotion.valence", "emotion.intensity"}

// chips are the scores of a turn: what is there and what is missing, but not what does not apply.
func chips(state *episode.State, index int32) []chip {
	var out []chip
	for _, s := range state.Scores() {
		if s.TurnIndex == nil || s.GetTurnIndex() != index || slices.Contains(repeated, s.GetDimension()) {
			continue
		}
		c := chip{Name: words(plain(s.GetDimension()[strings.LastIndex(s.GetDimension(), ".")+1:])), Why: plain(s.GetRationale())}
		value := s.GetValue()
		switch {
		case value == nil && s.GetMissing().GetReason() == vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, value.GetLabel() == "none":
			continue
		case value == nil:
			c.Value, c.Missing = words(enumname.Of(s.GetMissing().GetReason())), true
		case value.GetLabel() != "":
			c.Value, c.Level = plain(value.GetLabel()), level(value.GetLabel())
		default:
			if c.Value = numberOf(state, s); c.Value == "" {
				continue
			}
		}
		out = append(out, c)
	}
	return out
}

// level is a class of the style; labels come from evaluators and are no classes.
func level(label string) string {
	if label == "strong" || label == "weak" {
		return label
	}
	return ""
}

// smallRange is the widest range in which whole numbers say too little.
const smallRange = 4

// numberOf shows a number as fine as its range is small, or the codes it counts; "" for none of them.
func numberOf(state *episode.State, s *vignettev1.Score) string {
	for _, spec := range state.Plan().Evaluators[s.GetEvaluator()].GetDimensions() {
		switch {
		case spec.GetId() != s.GetDimension():
		case spec.GetScale() == vignettev1.Scale_SCALE_CODES:
			var codes []string
			for _, span := range s.GetSpans() {
				codes = append(codes, plain(span.GetLabel()))
			}
			slices.Sort(codes)
			return strings.Join(slices.Compact(codes), ", ")
		case spec.GetMax()-spec.GetMin() <= smallRange:
			return fmt.Sprintf("%.2f", s.GetValue().GetNumber())
		}
	}
	return fmt.Sprintf("%.0f", s.GetValue().GetNumber())
}

// pieces cuts what was said at the ends of what evaluators found in it.
func pieces(state *episode.State, t *vignettev1.Turn) []piece {
	text := []rune(t.GetAction().GetText())
	spans := spansOf(state, t.GetIndex(), len(text))
	cuts := []int{0, len(text)}
	for _, s := range spans {
		cuts = append(cuts, s.from, s.to)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var out []piece
	for i := range len(cuts) - 1 {
		var codes []string
		for _, s := range spans {
			if s.from <= cuts[i] && cuts[i+1] <= s.to && !slices.Contains(codes, s.code) {
				codes = append(codes, s.code)
			}
		}
		out = append(out, piece{plain(string(text[cuts[i]:cuts[i+1]])), strings.Join(codes, ", ")})
	}
	return out
}

type span struct {
	from, to int
	code     string
}

// spansOf are what was found in a turn, where it can be in it: spans come from evaluators of any make.
func spansOf(state *episode.State, index int32, length int) []span {
	var out []span
	for _, s := range state.Scores() {
		if slices.Contains(repeated, s.GetDimension()) {
			continue
		}
		for _, coded := range s.GetSpans() {
			from, to := int(coded.GetSpan().GetStart()), int(coded.GetSpan().GetEnd())
			if coded.GetTurnIndex() != index || from < 0 || to > length || from >= to {
				continue
			}
			code := words(plain(coded.GetCode()[strings.LastIndex(coded.GetCode(), ".")+1:]))
			if coded.GetLabel() != "" {
				code += " " + plain(coded.GetLabel())
			}
			out = append(out, span{from, to, code})
		}
	}
	return out
}

// inside is what went on in a role: the state it committed before it spoke, what was appraised beside it, and what it meant.
func inside(t *vignettev1.Turn) []fact {
	var out []fact
	if s := t.GetMentalState(); s != nil {
		out = append(out, fact{words(enumname.Of(s.GetSource())), stateText(s)})
	}
	if a := t.GetAppraisal(); a.GetState() != nil {
		out = append(out, fact{"appraised", stateText(a.GetState())})
	} else if a != nil {
		out = append(out, fact{"appraised", "unavailable: " + plain(a.GetUnavailable())})
	}
	var acts []string
	for _, act := range t.GetActs() {
		acts = append(acts, plain(act.GetAct()))
	}
	if len(acts) > 0 {
		out = append(out, fact{"means", strings.Join(acts, ", ")})
	}
	return out
}

func stateText(s *vignettev1.MentalState) string {
	var parts []string
	if len(s.GetFelt()) > 0 {
		parts = append(parts, emotions(s.GetFelt()))
	}
	for _, n := range []struct {
		name, form string
		value      *float64
	}{
		{"distress", "%.0f", s.Distress}, {"trust", "%.2f", s.Trust}, {"resistance", "%.2f", s.Resistance},
		{"willingness", "%.2f", s.Willingness}, {"ambivalence", "%.2f", s.Ambivalence},
	} {
		if n.value != nil {
			parts = append(parts, n.name+" "+fmt.Sprintf(n.form, *n.value))
		}
	}
	if s.GetInnerThought() != "" {
		parts = append(parts, "thinks: "+plain(s.GetInnerThought()))
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// Words is what was said or done, in one piece.
func (t turn) Words() string {
	var words strings.Builder
	for _, p := range t.Pieces {
		words.WriteString(p.Text)
	}
	return words.String()
}
