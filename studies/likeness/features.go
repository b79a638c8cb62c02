package likeness

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Names of the evaluators that read conversations.
const (
	emotions    = "emotion"
	counselling = "mi"
)

// Evaluators are those that [Describe] asks.
var Evaluators = []string{emotions, counselling}

// Ask puts a conversation to an evaluator.
type Ask func(ctx context.Context, evaluator string, request *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error)

// Features are what a conversation comes to, by name. What cannot be told of it is not in it.
type Features map[string]float64

// bins are parts of a conversation of equal length, over which curves go.
const bins = 5

// Names are all features, in the order of reports, with what each is.
var Names = names()

// Feature is a name and what it stands for.
type Feature struct{ Name, Group, Meaning string }

func names() []Feature {
	all := []Feature{
		{"turns", "length", "turns with words, of all"},
		{"words_per_turn", "length", "words in a turn of the role, on average"},
		{"words_per_turn_sd", "length", "how much that varies within the conversation (standard deviation)"},
		{"partner_words_per_turn", "length", "words in a turn of the others, on average"},
		{"share_of_words", "length", "the role's share of all words, 0-1"},
		{"distinct_words", "length", "different words among the role's first 100; needs 100"},
	}
	for _, label := range []string{"question", "reflection", "therapist_input", "other"} {
		all = append(all, Feature{"counselor_" + label, "codes", "share of counselors' turns whose main behaviour it is, 0-1"})
	}
	for _, label := range []string{"change", "neutral", "sustain"} {
		all = append(all, Feature{"client_" + label, "codes", "share of the client's turns, 0-1"})
	}
	all = append(all,
		Feature{"valence", "emotion", "mean valence of what the role expresses, -1 to 1"},
		Feature{"valence_slope", "emotion", "change of valence from turn to turn"})
	for i := range bins {
		all = append(all, Feature{fmt.Sprintf("valence_%d", i+1), "emotion", fmt.Sprintf("mean valence in part %d of %d of the conversation", i+1, bins)})
	}
	return append(all,
		Feature{"self_reference", "disclosure", "first-person words per 100 words of the role"},
		Feature{"feelings_named", "disclosure", "feelings expressed in a turn of the role, on average"},
		Feature{"tells_more", "disclosure", "words in a turn in the last part less those in the first"},
		Feature{"positive_affect", "affect", "mean intensity of pleasant feelings (joy, relief, hope, gratitude, calm) in a turn, 0-1 each, summed"},
		Feature{"negative_affect", "affect", "mean intensity of unpleasant feelings in a turn, summed"})
}

// pleasant are the pleasant ones of the clinical vocabulary; surprise is neither.
var pleasant = map[string]bool{"joy": true, "relief": true, "hope": true, "gratitude": true, "calm": true}

// self are words for oneself.
var self = map[string]bool{"i": true, "me": true, "my": true, "mine": true, "myself": true}

// Describe has evaluators read a conversation about a role, that of its request. It takes nothing but what everybody could hear.
func Describe(ctx context.Context, ask Ask, request *vignettev1.EvaluateRequest) (Features, error) {
	f := Features{}
	own, others := split(request)
	if len(own) == 0 {
		return nil, fmt.Errorf("%s: %q says nothing", request.GetEpisode(), request.GetRole())
	}
	f.lengths(own, others)
	f.disclosure(own, len(request.GetTurns()))
	felt, err := ask(ctx, emotions, request)
	if err != nil {
		return nil, err
	}
	f.feelings(felt, own, len(request.GetTurns()))
	for _, p := range request.GetParticipants() {
		about := kindFeatures[p.GetKind()]
		if about == nil || !speaks(request, p.GetId()) {
			continue
		}
		asked := withRole(request, p.GetId())
		scores, err := ask(ctx, counselling, asked)
		if err != nil {
			return nil, err
		}
		about(f, scores)
	}
	return f, nil
}

// kindFeatures are what is counted of those who are of a kind.
var kindFeatures = map[vignettev1.AgentKind]func(Features, []*vignettev1.Score){
	vignettev1.AgentKind_AGENT_KIND_COUNSELOR: func(f Features, scores []*vignettev1.Score) {
		f.shares(scores, "mi.main", "counselor_", []string{"question", "reflection", "therapist_input", "other"})
	},
	vignettev1.AgentKind_AGENT_KIND_CLIENT: func(f Features, scores []*vignettev1.Score) {
		f.shares(scores, "mi.client", "client_", []string{"change", "neutral", "sustain"})
	},
}

// turn is what somebody said, and where.
type turn struct {
	index int32
	words []string
}

func split(request *vignettev1.EvaluateRequest) (own, others []turn) {
	for _, t := range request.GetTurns() {
		if t.GetAction().GetKind() != vignettev1.ActionKind_ACTION_KIND_SPEAK {
			continue
		}
		each := turn{index: t.GetIndex()}
		for _, token := range language.Words(language.Tokens(t.GetAction().GetText())) {
			each.words = append(each.words, token.Norm)
		}
		switch {
		case len(each.words) == 0:
		case t.GetRole() == request.GetRole():
			own = append(own, each)
		default:
			others = append(others, each)
		}
	}
	return own, others
}

func speaks(request *vignettev1.EvaluateRequest, role string) bool {
	return slices.ContainsFunc(request.GetTurns(), func(t *vignettev1.PerceivedTurn) bool { return t.GetRole() == role && t.GetAction().GetText() != "" })
}

func withRole(request *vignettev1.EvaluateRequest, role string) *vignettev1.EvaluateRequest {
	return &vignettev1.EvaluateRequest{
		Episode: request.GetEpisode(), Language: request.GetLanguage(), Setting: request.GetSetting(), Role: role, Participants: request.GetParticipants(), Turns: request.GetTurns(),
	}
}

func count(turns []turn) float64 {
	n := 0
	for _, t := range turns {
		n += len(t.words)
	}
	return float64(n)
}

func (f Features) lengths(own, others []turn) {
	mean := count(own) / float64(len(own))
	f["turns"], f["words_per_turn"] = float64(len(own)+len(others)), mean
	f["share_of_words"] = count(own) / (count(own) + count(others))
	if len(others) > 0 {
		f["partner_words_per_turn"] = count(others) / float64(len(others))
	}
	if len(own) > 1 {
		sum := 0.0
		for _, t := range own {
			d := float64(len(t.words)) - mean
			sum += d * d
		}
		f["words_per_turn_sd"] = math.Sqrt(sum / float64(len(own)-1))
	}
	const first = 100
	seen, n := map[string]bool{}, 0
	for _, t := range own {
		for _, word := range t.words {
			if n++; n <= first {
				seen[word] = true
			}
		}
	}
	if n >= first {
		f["distinct_words"] = float64(len(seen))
	}
}

func (f Features) disclosure(own []turn, turns int) {
	of := 0
	var parts [bins][]turn
	for _, t := range own {
		parts[binOf(t.index, turns)] = append(parts[binOf(t.index, turns)], t)
		for _, word := range t.words {
			if root, _, _ := strings.Cut(word, "'"); self[root] {
				of++
			}
		}
	}
	f["self_reference"] = 100 * float64(of) / count(own)
	if first, last := parts[0], parts[bins-1]; len(first) > 0 && len(last) > 0 {
		f["tells_more"] = count(last)/float64(len(last)) - count(first)/float64(len(first))
	}
}

// binOf is the part of a conversation a turn is in.
func binOf(index int32, turns int) int { return min(int(index)*bins/max(turns, 1), bins-1) }

func (f Features) feelings(scores []*vignettev1.Score, own []turn, turns int) {
	said := map[int32]bool{}
	for _, t := range own {
		said[t.index] = true
	}
	var sums, ns [bins]float64
	named, read, up, down, total, valued := 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
	for _, score := range scores {
		switch {
		case score.GetValue() == nil:
		case score.TurnIndex == nil && score.GetDimension() == "emotion.trajectory":
			f["valence_slope"] = score.GetValue().GetNumber()
		case score.TurnIndex == nil || !said[score.GetTurnIndex()]:
		case score.GetDimension() == "emotion.valence":
			bin := binOf(score.GetTurnIndex(), turns)
			sums[bin], ns[bin] = sums[bin]+score.GetValue().GetNumber(), ns[bin]+1
			total, valued = total+score.GetValue().GetNumber(), valued+1
		case score.GetDimension() == "emotion.expressed":
			read++
			for label, intensity := range strongest(score) {
				named++
				switch {
				case pleasant[label]:
					up += intensity
				case label != "surprise":
					down += intensity
				}
			}
		}
	}
	if read > 0 {
		f["feelings_named"], f["positive_affect"], f["negative_affect"] = named/read, up/read, down/read
	}
	if valued > 0 {
		f["valence"] = total / valued
	}
	for i := range bins {
		if ns[i] > 0 {
			f[fmt.Sprintf("valence_%d", i+1)] = sums[i] / ns[i]
		}
	}
}

// strongest are the feelings of a turn, each with its highest intensity.
func strongest(score *vignettev1.Score) map[string]float64 {
	out := map[string]float64{}
	for _, span := range score.GetSpans() {
		out[span.GetLabel()] = max(out[span.GetLabel()], span.GetIntensity())
	}
	return out
}

// shares are how often each label is given, of what has one.
func (f Features) shares(scores []*vignettev1.Score, dimension, prefix string, labels []string) {
	counts, n := map[string]float64{}, 0.0
	for _, score := range scores {
		if score.GetDimension() == dimension && score.TurnIndex != nil && score.GetValue() != nil {
			counts[score.GetValue().GetLabel()]++
			n++
		}
	}
	for _, label := range labels {
		if n > 0 {
			f[prefix+label] = counts[label] / n
		}
	}
}
