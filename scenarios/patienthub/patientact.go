package patienthub

import (
	"fmt"
	"strconv"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/foreign"
)

const (
	actPerson  = "profile/demographics/"
	actProblem = "profile/problem_formulation/"
	actMind    = "profile/psychological_formulation/"
	actMemory  = "memory/items"
)

// patientAct are clients with a formulation in five parts and memories that open as trust grows.
var patientAct = source{
	Format: prefix + "patientAct",
	Noun:   "profile",
	ID: func(r foreign.Record) string {
		p := &vignettev1.Persona{}
		_ = actName.Read(actName.Of(r), p)
		return p.GetName()
	},
	Same: true,
	Fields: []foreign.PersonField{
		actName,
		foreign.Social(actPerson+"gender", "gender"), foreign.Social(actPerson+"age_group", "age group"),
		foreign.Social(actPerson+"occupation", "occupation"), foreign.Social(actPerson+"marital_status", "marital status"),
		foreign.Social(actPerson+"cultural_background", "cultural background"),
		foreign.TextOf("situation", happened),
		foreign.Personal(actProblem+"presenting_problem/situation", "presenting problem"),
		lines(actProblem+"precipitating_factors", history),
		foreign.Personals(actProblem+"protective_factors/internal", "strength"), foreign.Personals(actProblem+"protective_factors/external", "support"),
		foreign.ListOf(actMind+"intermediate_beliefs", rules), foreign.ListOf(actMind+"automatic_thoughts", thoughts),
		foreign.ListOf(actMind+"coping_patterns", coping), foreign.Feelings(actMind + "emotional_range"),
		{Paths: []string{"seed/core_belief_theme"}, Read: readTheme, Write: writeTheme},
		foreign.Personal("seed/attachment_style", "attachment style"),
		{Paths: append([]string{actMemory}, remembered...), Read: readItems, Write: writeItems},
	},
	Finish: func(_ foreign.Record, _ int, p *vignettev1.Persona) { identify(p, "patientAct", p.Name) },
}

var actName = foreign.Name(unnamed, []string{actPerson + "name"})

// readTheme takes the one core belief, whose family stands in its words.
func readTheme(from foreign.Part, p *vignettev1.Persona) error {
	theme, err := foreign.Text(from, "seed/core_belief_theme")
	if err == nil && theme != "" {
		foreign.Model(p).CoreBeliefs = []*vignettev1.CoreBelief{{Category: family(theme), Text: theme}}
	}
	return err
}

func writeTheme(p *vignettev1.Persona, _, into foreign.Part) error {
	var all []string
	for _, b := range p.GetCognitiveModel().GetCoreBeliefs() {
		all = append(all, b.GetText())
	}
	into["seed/core_belief_theme"] = strings.Join(all, "\n")
	return nil
}

// family is the family of a core belief that names it.
func family(belief string) vignettev1.CoreBelief_Category {
	for n, name := range vignettev1.CoreBelief_Category_name {
		if word := strings.ToLower(strings.TrimPrefix(name, "CATEGORY_")); n != 0 && strings.Contains(strings.ToLower(belief), word) {
			return vignettev1.CoreBelief_Category(n)
		}
	}
	return vignettev1.CoreBelief_CATEGORY_UNSPECIFIED
}

// remembered are the lists of the formulation whose entries are there again as memories, with a level of disclosure.
var remembered = []string{
	actProblem + "presenting_problem/impact", actProblem + "predisposing_factors/psychological", actProblem + "predisposing_factors/social",
	actProblem + "perpetuating_factors/internal", actProblem + "perpetuating_factors/external", actMind + "triggers",
}

// known are the lists that a cognitive model has a place for; their memories are not told a second time.
var known = []string{"psychological_formulation.intermediate_beliefs.", "psychological_formulation.automatic_thoughts."}

// Levels of disclosure go from 1, told to anybody, to 5, told to nobody yet.
const leastLevel, mostLevel = 1.0, 5.0

// itemID names the memory that is the n-th item, so that it is found again.
func itemID(n int) string { return fmt.Sprintf("item-%d", n+1) }

func readItems(from foreign.Part, p *vignettev1.Persona) error {
	items, err := foreign.Records(from, actMemory)
	if err != nil {
		return err
	}
	for i, item := range items {
		text, err := foreign.Text(item, "content")
		if err != nil {
			return fmt.Errorf("entry %d: content: %w", i+1, err)
		}
		level, ok := item["disclosure_level"].(float64)
		if !ok || level < leastLevel || level > mostLevel {
			return fmt.Errorf("entry %d: disclosure_level must be a number from 1 to 5, not %s", i+1, foreign.KindOf(item["disclosure_level"]))
		}
		if text == "" || elsewhere(item) {
			continue
		}
		p.Memories = append(p.Memories, &vignettev1.Memory{Id: itemID(i), Text: text, Importance: factImportance, Sensitivity: (level - leastLevel) / (mostLevel - leastLevel)})
	}
	return nil
}

// elsewhere says whether an item is in the cognitive model already.
func elsewhere(item foreign.Record) bool {
	path, _ := item["field_path"].(string)
	for _, list := range known {
		if strings.HasPrefix(path, list) {
			return true
		}
	}
	return false
}

// writeItems writes the memories over the items they were, and over the entries of the formulation that said the same.
func writeItems(p *vignettev1.Persona, was, into foreign.Part) error {
	mine := map[string]*vignettev1.Memory{}
	for _, m := range p.GetMemories() {
		mine[m.GetId()] = m
	}
	items, out := []any{}, copied(was)
	before, _ := was[actMemory].([]any)
	for i := range before {
		item := foreign.Entry(was, actMemory, i)
		m, there := mine[itemID(i)]
		content, _ := item["content"].(string)
		switch {
		case there:
			revise(out, item, content, m.GetText())
			item["content"], item["disclosure_level"] = m.GetText(), leastLevel+(mostLevel-leastLevel)*m.GetSensitivity()
			delete(mine, m.GetId())
		case content != "" && !elsewhere(item):
			continue // The memory was taken out.
		}
		items = append(items, item)
	}
	for _, m := range p.GetMemories() {
		if mine[m.GetId()] != nil {
			items = append(items, map[string]any{"content": m.GetText(), "disclosure_level": leastLevel + (mostLevel-leastLevel)*m.GetSensitivity()})
		}
	}
	for path, v := range out {
		into[path] = v
	}
	into[actMemory] = items
	return nil
}

// copied is a copy of lists that entries may be changed in.
func copied(was foreign.Part) foreign.Part {
	out := foreign.Part{}
	for path, v := range was {
		if list, ok := v.([]any); ok {
			v = append([]any{}, list...)
		}
		out[path] = v
	}
	return out
}

// revise changes the entry of the formulation that an item repeats.
func revise(lists foreign.Part, item foreign.Record, before, now string) {
	path, _ := item["field_path"].(string)
	dot := strings.LastIndexByte(path, '.')
	if dot < 0 {
		return
	}
	n, err := strconv.Atoi(path[dot+1:])
	list, ok := lists["profile/"+strings.ReplaceAll(path[:dot], ".", "/")].([]any)
	if err == nil && ok && n >= 0 && n < len(list) && list[n] == any(before) {
		list[n] = now
	}
}
