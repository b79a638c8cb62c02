package rlhs

import (
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/foreign"
)

// Format is the name of the format, in [vignettev1.Source] and as the name of the extension.
const Format = "rlhs"

type scenario = vignettev1.Scenario

// A record is one thing of an environment, with what all of the environment share.
const (
	inEnvironment = "environment"
	inItem        = "item"
	inFeatures    = "features"
	inPrices      = "prices"
	inShared      = "shared" // all of the environment but items and prices
)

var things = foreign.Source[*scenario]{
	Format: Format,
	Noun:   "thing",
	ID: func(r foreign.Record) string {
		return fmt.Sprintf("%v/%v", r[inEnvironment], r[inItem])
	},
	Same: true, // Names may come to the same id.
	Fields: []foreign.Field[*scenario]{
		foreign.TextOf(inEnvironment, environment),
		foreign.TextOf(inItem, func(s *scenario) *string { return &decision(s).About }),
		{Paths: []string{inFeatures}, Read: readFeatures, Write: writeFeatures},
		{Paths: []string{inPrices}, Read: readPrices, Write: writePrices},
	},
	Finish: func(r foreign.Record, _ int, s *scenario) {
		s.Id = foreign.Slug("rlhs", fmt.Sprint(r[inEnvironment]), fmt.Sprint(r[inItem]))
		draw(s)
		stage(s)
	},
}

// environment is the first tag.
func environment(s *scenario) *string {
	if len(s.Tags) == 0 {
		s.Tags = []string{""}
	}
	return &s.Tags[0]
}

// The roles.
const (
	adviser  = "adviser"
	customer = "customer"
)

func decision(s *scenario) *vignettev1.Decision {
	if s.Decision == nil {
		s.Decision = &vignettev1.Decision{Role: customer}
	}
	return s.Decision
}

// forms are how a feature is written: had, lacked, not told.
const forms = 3

func readFeatures(from foreign.Part, s *scenario) error {
	list, ok := from[inFeatures].([]any)
	if !ok {
		return fmt.Errorf("this must be a list of features, not %s", foreign.KindOf(from[inFeatures]))
	}
	for i, v := range list {
		texts, ok := v.([]any)
		if !ok || len(texts) != forms {
			return fmt.Errorf("entry %d must be a list of three texts: what is said of a thing that has it, of one that lacks it, and of one of which it is not told", i+1)
		}
		var said [forms]string
		for k, text := range texts {
			if said[k], ok = text.(string); !ok {
				return fmt.Errorf("entry %d must hold texts, not %s", i+1, foreign.KindOf(text))
			}
		}
		d := decision(s)
		d.Qualities = append(d.Qualities, &vignettev1.Decision_Quality{Id: fmt.Sprintf("feature-%d", i+1), Present: said[0], Absent: said[1], Untold: said[2]})
	}
	return nil
}

func writeFeatures(s *scenario, _, into foreign.Part) error {
	out := []any{}
	for _, q := range s.GetDecision().GetQualities() {
		out = append(out, []any{q.GetPresent(), q.GetAbsent(), q.GetUntold()})
	}
	into[inFeatures] = out
	return nil
}

// readPrices makes an option of each class of price, dearest first as the source has them.
func readPrices(from foreign.Part, s *scenario) error {
	list, ok := from[inPrices].([]any)
	if !ok {
		return fmt.Errorf("this must be a list of ranges, not %s", foreign.KindOf(from[inPrices]))
	}
	for i, v := range list {
		ends, ok := v.([]any)
		if !ok || len(ends) != 2 {
			return fmt.Errorf("entry %d must be a range: the least and the most that something of this class costs", i+1)
		}
		least, isLeast := ends[0].(float64)
		most, isMost := ends[1].(float64)
		if !isLeast || !isMost || least < 0 || least > most {
			return fmt.Errorf("entry %d must be two numbers from 0 up, the least first", i+1)
		}
		if i >= 26 {
			return fmt.Errorf("there are %d ranges; at most 26 options can be told apart by a letter", len(list))
		}
		d := decision(s)
		d.Options = append(d.Options, &vignettev1.Decision_Option{Id: string(rune('A' + i)), PriceLeast: &least, PriceMost: &most})
	}
	return nil
}

func writePrices(s *scenario, _, into foreign.Part) error {
	out := []any{}
	for _, o := range s.GetDecision().GetOptions() {
		if o.PriceLeast == nil || o.PriceMost == nil {
			return fmt.Errorf("option %s has no price_least or no price_most, and the format needs both", o.GetId())
		}
		out = append(out, []any{o.GetPriceLeast(), o.GetPriceMost()})
	}
	into[inPrices] = out
	return nil
}

// Import reads files of environments. An error is [scenarios.Problems].
func Import(files []foreign.File) (*foreign.Batch, error) {
	out := &foreign.Batch{}
	for _, file := range files {
		records, err := foreign.Parse(file.Data, file.Name, "environment")
		if err != nil {
			return nil, err
		}
		if len(records) != 1 {
			return nil, wrong(file.Name, "", fmt.Sprintf("the file holds %d values", len(records)), "give one group of environments by name")
		}
		found, err := spread(records[0].Record, file.Name)
		if err != nil {
			return nil, err
		}
		made, err := things.Import(found, file.Name)
		if err != nil {
			return nil, err
		}
		out.Scenarios = append(out.Scenarios, made...)
	}
	return out, nil
}

func wrong(file, field, message, hint string) error {
	return scenarios.Problems{{File: filepath.Base(filepath.ToSlash(file)), Field: field, Message: message, Hint: hint}}
}

// spread makes a record of each thing, environments and things by name.
func spread(all foreign.Record, file string) ([]foreign.Found, error) {
	var out []foreign.Found
	for _, name := range slices.Sorted(maps.Keys(all)) {
		group, ok := all[name].(map[string]any)
		if !ok {
			return nil, wrong(file, name, "this must be an environment in braces, not "+foreign.KindOf(all[name]), "write items and prices")
		}
		items, isItems := group["items"].(map[string]any)
		prices, isPrices := group["prices"].(map[string]any)
		if !isItems || !isPrices || len(items) != len(prices) || len(items) == 0 {
			return nil, wrong(file, name, "an environment needs items and prices, each by the same names", "")
		}
		rest := maps.Clone(group)
		delete(rest, "items")
		delete(rest, "prices")
		for _, item := range slices.Sorted(maps.Keys(items)) {
			if _, priced := prices[item]; !priced {
				return nil, wrong(file, name+": items: "+item, "there are no prices for it", "add them under prices")
			}
			record := foreign.Record{inEnvironment: name, inItem: item, inFeatures: items[item], inPrices: prices[item]}
			if len(rest) > 0 {
				record[inShared] = rest
			}
			out = append(out, foreign.Found{Record: record})
		}
	}
	return out, nil
}

// Export writes the scenarios that came from there as one file of environments. It is an error when two of one environment
// hold what they share differently.
func Export(b *foreign.Batch) ([]foreign.File, error) {
	all := map[string]any{}
	for _, s := range b.Scenarios {
		if s.GetSource().GetFormat() != Format {
			continue
		}
		r, err := things.Export(s)
		if err != nil {
			return nil, err
		}
		if err := gather(all, r, s.GetId()); err != nil {
			return nil, err
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	data, err := foreign.Encode([]any{all})
	if err != nil {
		return nil, err
	}
	return []foreign.File{{Name: "rlhs_environments.json", Data: data}}, nil
}

// gather puts a thing back into its environment.
func gather(all map[string]any, r foreign.Record, id string) error {
	name, item := fmt.Sprint(r[inEnvironment]), fmt.Sprint(r[inItem])
	group, known := all[name].(map[string]any)
	rest, _ := r[inShared].(map[string]any)
	if !known {
		group = map[string]any{"items": map[string]any{}, "prices": map[string]any{}}
		maps.Copy(group, rest)
		all[name] = group
	}
	items, prices := group["items"].(map[string]any), group["prices"].(map[string]any)
	if _, twice := items[item]; twice {
		return fmt.Errorf("scenario %q: environment %s has %q already; give one another name under decision.about", id, name, item)
	}
	for key, v := range rest {
		if !reflect.DeepEqual(group[key], v) {
			return fmt.Errorf("scenario %q: %s of environment %s is other than in a scenario before it; they share it", id, key, name)
		}
	}
	items[item], prices[item] = r[inFeatures], r[inPrices]
	return nil
}
