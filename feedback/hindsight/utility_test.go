package hindsight

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

type option = vignettev1.Decision_Option

func lamp(options ...*option) *vignettev1.Decision {
	return &vignettev1.Decision{
		Role: "customer", Qualities: []*vignettev1.Decision_Quality{{Id: "dims", Present: "dims"}, {Id: "folds", Present: "folds"}},
		Required: []string{"dims"}, Options: options,
	}
}

func at(id string, cost float64, has ...string) *option {
	return &option{Id: id, Price: proto.Float64(cost), Has: has}
}

func TestUtilityOf(t *testing.T) {
	dear, cheap, lacking := at("A", 40, "dims"), at("B", 20, "dims", "folds"), at("C", 5, "folds")
	unpricedOption := &option{Id: "D", Has: []string{"dims"}}
	free := at("F", 0, "dims")
	bounded := &option{Id: "D", Has: []string{"dims"}, PriceLeast: proto.Float64(20)}
	hidden := &option{Id: "H", Price: proto.Float64(40), PriceHidden: true, Has: []string{"dims"}, Hidden: []string{"dims"}}
	hiddenLack := &option{Id: "H", Price: proto.Float64(1), Hidden: []string{"dims"}}
	nothingNeeded := lamp(dear, lacking)
	nothingNeeded.Required = nil
	both := lamp(dear, at("E", 20, "dims"))
	both.Required = []string{"dims", "folds"}
	for _, test := range []struct {
		name, chosen string
		decision     *vignettev1.Decision
		want         float64
		missing      string
		wrong        string
	}{
		{"none", None, lamp(dear, cheap), 0, "", ""},
		{"none, though nothing would have done", None, lamp(lacking), 0, "", ""},
		{"none of no options", None, lamp(), 0, "", ""},
		{"unmet", "C", lamp(dear, lacking), -1, "", ""},
		{"one of two requirements unmet", "A", both, -1, "", ""},
		{"met, cheapest", "B", lamp(dear, cheap, lacking), 1, "", ""},
		{"met, dear: what lacks the need does not count as cheapest", "A", lamp(dear, cheap, lacking), 0.5, "", ""},
		{"met, the only one", "A", lamp(dear, lacking), 1, "", ""},
		{"a tie is worth 1 for both", "E", lamp(cheap, at("E", 20, "dims")), 1, "", ""},
		{"hidden is true all the same", "H", lamp(hidden, cheap), 0.5, "", ""},
		{"hidden and lacking", "H", lamp(hiddenLack, cheap), -1, "", ""},
		{"nothing required: the cheapest of all", "A", nothingNeeded, 0.125, "", ""},
		{"for nothing", "F", lamp(free, cheap), 1, "", ""},
		{"paid where one was free", "B", lamp(free, cheap), 0, "", ""},
		{"no price of the chosen", "D", lamp(cheap, unpricedOption), 0, "option D", ""},
		{"no price of one that may be cheaper", "B", lamp(cheap, unpricedOption), 0, "option D", ""},
		{"no price of one that cannot be cheaper", "B", lamp(cheap, bounded), 1, "", ""},
		{"no price of one that lacks the need", "B", lamp(cheap, &option{Id: "X"}), 1, "", ""},
		{"an option called none is an option", None, lamp(cheap, at(None, 40, "dims")), 0.5, "", ""},
		{"no such option", "Z", lamp(cheap), 0, "", "B, none"},
		{"nothing said is no choice", "", lamp(cheap), 0, "", "no option"},
		{"unknown requirement", "B", &vignettev1.Decision{Options: []*option{cheap}, Required: []string{"glows"}}, 0, "", "glows"},
		{"unknown feature", "B", lamp(at("B", 1, "glows")), 0, "", "glows"},
		{"unknown hidden feature", "B", lamp(&option{Id: "B", Hidden: []string{"glows"}}), 0, "", "glows"},
		{"two of one id", "B", lamp(cheap, cheap), 0, "", "two have the id"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, missing, err := UtilityOf(test.decision, test.chosen)
			switch {
			case test.wrong != "":
				if err == nil || !strings.Contains(err.Error(), test.wrong) {
					t.Errorf("error is %v; want one about %q", err, test.wrong)
				}
			case err != nil:
				t.Error(err)
			case test.missing != "":
				if missing == nil || !strings.Contains(missing.GetDetail(), test.missing) {
					t.Errorf("missing is %v; want it for %q", missing, test.missing)
				}
			case missing != nil || got != test.want:
				t.Errorf("utility is %v, missing %v; want %v", got, missing, test.want)
			}
		})
	}
}
