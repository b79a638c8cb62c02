package hindsight

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// ParseTerms reads terms of hindsight for a reward: "DIMENSION=WEIGHT,JUDGE:DIMENSION=WEIGHT,...". Outcomes need no judge;
// satisfaction is the one's to whom things happen unless another judge is named. "" is no terms.
func ParseTerms(text string) ([]*vignettev1.RewardTerm, error) {
	if text == "" {
		return nil, nil
	}
	var out []*vignettev1.RewardTerm
	for part := range strings.SplitSeq(text, ",") {
		name, number, ok := strings.Cut(strings.TrimSpace(part), "=")
		weight, err := strconv.ParseFloat(number, 64)
		if !ok || err != nil || weight == 0 || math.IsNaN(weight) || math.IsInf(weight, 0) {
			return nil, fmt.Errorf("%q: write DIMENSION=WEIGHT with a number other than 0, as in %s=1", part, Goal)
		}
		judge, id, named := strings.Cut(name, ":")
		if !named {
			judge, id = "", name
		}
		by, err := scorer(judge, id)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", part, err)
		}
		out = append(out, &vignettev1.RewardTerm{Evaluator: by, Dimension: id, Weight: proto.Float64(weight)})
	}
	return out, nil
}

// scorer is who scores a dimension.
func scorer(judge, id string) (string, error) {
	satisfaction := id == Foresight || id == Hindsight
	switch {
	case dimension(id) == nil:
		var all []string
		for _, spec := range Describe() {
			all = append(all, spec.GetId())
		}
		return "", fmt.Errorf("there is no dimension %q; there is: %s", id, strings.Join(all, ", "))
	case !satisfaction && judge == "":
		return Outcomes, nil
	case satisfaction && (judge == "" || judge == Itself.Title()):
		return string(Itself), nil
	case satisfaction && judge == Onlooker.Title():
		return string(Onlooker), nil
	}
	return "", fmt.Errorf("%q does not score %s; name a judge (%s, %s) before satisfaction only", judge, id, Itself.Title(), Onlooker.Title())
}
