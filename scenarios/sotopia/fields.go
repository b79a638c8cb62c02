package sotopia

import (
	"errors"
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/foreign"
)

type (
	sceneField = foreign.Field[*vignettev1.Scenario]
	scenario   = vignettev1.Scenario
)

// How much trust it takes to tell a secret.
const secretSensitivity = 0.95

var agents = foreign.Source[*vignettev1.Persona]{
	Format: FormatAgent,
	Noun:   "agent",
	ID:     textAt("agent_id"),
	Fields: []foreign.PersonField{
		required(foreign.TextOf("agent_id", func(p *vignettev1.Persona) *string { return &p.Id })),
		{Paths: []string{"first_name", "last_name"}, Read: readName, Write: writeName},
		foreign.TextOf("public_info", func(p *vignettev1.Persona) *string { return &p.Introduction }),
		foreign.Social("age", "age"), foreign.Social("occupation", "occupation"),
		foreign.Social("gender", "gender"), foreign.Social("gender_pronoun", "pronouns"),
		{Paths: []string{"big_five"}, Read: readFactors, Write: writeFactors},
		foreign.Type("mbti"),
		foreign.Personals("moral_values", "moral value"), foreign.Personals("schwartz_personal_values", "personal value"),
		foreign.Personal("personality_and_values", "personality"), foreign.Personal("decision_making_style", "way of deciding"),
		foreign.MemoryOf("secret", "secret", 1, secretSensitivity),
	},
}

var environments = foreign.Source[*scenario]{
	Format: FormatEnvironment,
	Noun:   "environment",
	ID:     textAt("env_id"),
	Fields: []sceneField{
		foreign.TextOf("codename", func(s *scenario) *string { return &s.Title }),
		{Paths: []string{"scenario"}, Read: readScene, Write: writeScene},
		{Paths: []string{"agent_goals"}, Read: readGoals, Write: writeGoals},
		{Paths: []string{"relationship"}, Read: readRelation, Write: writeRelation},
	},
	Finish: func(r foreign.Record, _ int, s *scenario) {
		s.Id, _ = r["env_id"].(string)
		for i, role := range s.GetRoles() {
			role.Persona.Id, role.Persona.Name = fmt.Sprintf("stand-in-%d", i+1), standIn(i)
		}
		finish(s)
	},
}

var combinations = foreign.Source[*scenario]{
	Format: FormatCombination,
	Noun:   "combination",
	ID:     textAt("combo_id"),
	Fields: []sceneField{
		required(foreign.TextOf("combo_id", func(s *scenario) *string { return &s.Id })),
		{Paths: []string{"agent_ids"}, Read: readCast, Write: writeCast},
	},
}

var relationships = foreign.Source[*scenario]{
	Format: FormatRelationship,
	Noun:   "relationship",
	ID:     textAt("relationship_id"),
	Fields: []sceneField{
		required(foreign.TextOf("relationship_id", func(s *scenario) *string { return &s.Id })),
		required(foreign.TextOf("agent1_id", func(s *scenario) *string { return &roles(s)[0].Persona.Id })),
		required(foreign.TextOf("agent2_id", func(s *scenario) *string { return &roles(s)[1].Persona.Id })),
		{Paths: []string{"relationship"}, Read: readRelation, Write: writeRelation},
		foreign.TextOf("background_story", func(s *scenario) *string { return &s.Setting }),
	},
}

// textAt is the id of a record that has it in a field.
func textAt(name string) func(foreign.Record) string {
	return func(r foreign.Record) string { id, _ := r[name].(string); return id }
}

// required has a text be there.
func required[M proto.Message](f foreign.Field[M]) foreign.Field[M] {
	read := f.Read
	f.Read = func(from foreign.Part, m M) error {
		if s, err := foreign.Text(from, f.Paths[0]); err == nil && s == "" {
			return errors.New("this is missing")
		}
		return read(from, m)
	}
	return f
}

// roleIDs are the roles of an environment.
var roleIDs = [2]string{"agent1", "agent2"}

func standIn(i int) string { return fmt.Sprintf("Agent %d", i+1) }

// roles are the two roles of a scenario, made when they are first needed.
func roles(s *scenario) []*vignettev1.Role {
	for len(s.Roles) < len(roleIDs) {
		s.Roles = append(s.Roles, &vignettev1.Role{Id: roleIDs[len(s.Roles)], Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Persona: &vignettev1.Persona{}})
	}
	return s.Roles
}

// maxTurns is how long Sotopia lets two agents talk.
const maxTurns = 20

// finish fills in what a scenario must have and Sotopia does not say.
func finish(s *scenario) {
	s.Language, s.Focal = "en", roles(s)[0].GetId()
	s.Stop = &vignettev1.StopRules{MaxTurns: maxTurns}
}

func readName(from foreign.Part, p *vignettev1.Persona) error {
	first, err := foreign.Text(from, "first_name")
	if err != nil {
		return err
	}
	last, err := foreign.Text(from, "last_name")
	if err != nil {
		return fmt.Errorf("last_name: %w", err)
	}
	if p.Name = strings.TrimSpace(first + " " + last); p.Name == "" {
		return errors.New("there is no first name and no last name")
	}
	return nil
}

func writeName(p *vignettev1.Persona, _, into foreign.Part) error {
	into["first_name"], into["last_name"], _ = strings.Cut(p.GetName(), " ")
	return nil
}

// factorNames are the five factors as Sotopia writes them, in its order.
var factorNames = []struct {
	name string
	at   func(*vignettev1.BigFive) **float64
}{
	{"Openness to Experience", func(f *vignettev1.BigFive) **float64 { return &f.Openness }},
	{"Conscientiousness", func(f *vignettev1.BigFive) **float64 { return &f.Conscientiousness }},
	{"Extraversion", func(f *vignettev1.BigFive) **float64 { return &f.Extraversion }},
	{"Agreeableness", func(f *vignettev1.BigFive) **float64 { return &f.Agreeableness }},
	{"Neuroticism", func(f *vignettev1.BigFive) **float64 { return &f.Neuroticism }},
}

// What "High" and "Low" are on the scale of a factor; chosen, halfway between the middle and the pole. From the middle up a
// number is written as high.
const high, low, middle = 0.75, 0.25, 0.5

func readFactors(from foreign.Part, p *vignettev1.Persona) error {
	text, err := foreign.Text(from, "big_five")
	if err != nil {
		return err
	}
	for _, part := range strings.Split(text, ";") {
		name, level, _ := strings.Cut(part, " - ")
		value := map[string]float64{"high": high, "low": low}[strings.ToLower(strings.TrimSpace(level))]
		for _, factor := range factorNames {
			if value > 0 && strings.EqualFold(strings.TrimSpace(name), factor.name) {
				t := foreign.Traits(p)
				if t.BigFive == nil {
					t.BigFive = &vignettev1.BigFive{}
				}
				*factor.at(t.BigFive) = proto.Float64(value)
			}
		}
	}
	return nil
}

func writeFactors(p *vignettev1.Persona, _, into foreign.Part) error {
	var parts []string
	for _, factor := range factorNames {
		if p.GetTraits().GetBigFive() == nil {
			break
		}
		if x := *factor.at(p.Traits.BigFive); x != nil {
			level := "Low"
			if *x >= middle {
				level = "High"
			}
			parts = append(parts, factor.name+" - "+level)
		}
	}
	into["big_five"] = strings.Join(parts, "; ")
	return nil
}

// relations are the kinds of relationship by their number, as the others know somebody.
var relations = []string{
	"a stranger", "somebody you know by name only", "an acquaintance", "a friend", "your romantic partner", "a member of your family",
}

func readRelation(from foreign.Part, s *scenario) error {
	if from["relationship"] == nil {
		return nil
	}
	text, ok := from["relationship"].(string)
	if n, is := from["relationship"].(float64); is {
		text, ok = foreign.Number(n), true
	}
	for n, relation := range relations {
		if ok && text == fmt.Sprint(n) {
			for _, role := range roles(s) {
				role.Relation = relation
			}
			return nil
		}
	}
	return fmt.Errorf("this must be a number from 0 (strangers) to %d (family), not %v", len(relations)-1, from["relationship"])
}

func writeRelation(s *scenario, was, into foreign.Part) error {
	for _, role := range roles(s)[1:] {
		if role.GetRelation() != s.Roles[0].GetRelation() {
			return fmt.Errorf("the two are %q and %q to each other, and Sotopia has one word for both", s.Roles[0].GetRelation(), role.GetRelation())
		}
	}
	into["relationship"] = ""
	for n, relation := range relations {
		if s.Roles[0].GetRelation() == relation {
			into["relationship"] = fmt.Sprint(n)
			if _, number := was["relationship"].(float64); number {
				into["relationship"] = float64(n)
			}
			return nil
		}
	}
	if s.Roles[0].GetRelation() != "" {
		return fmt.Errorf("the relation %q has no number in Sotopia; it has %s", s.Roles[0].GetRelation(), strings.Join(relations, ", "))
	}
	return nil
}

func readCast(from foreign.Part, s *scenario) error {
	ids, err := foreign.Texts(from, "agent_ids")
	if err != nil {
		return err
	}
	if len(ids) != len(roleIDs) {
		return fmt.Errorf("there are %d ids; a combination has two agents", len(ids))
	}
	for i, role := range roles(s) {
		role.Persona.Id = ids[i]
	}
	return nil
}

func writeCast(s *scenario, _, into foreign.Part) error {
	var ids []string
	for _, role := range roles(s) {
		ids = append(ids, role.GetPersona().GetId())
	}
	into["agent_ids"] = foreign.List(ids)
	return nil
}

// cut parts the place of a record from the field in it.
func cut(field string) (record, rest string, found bool) { return strings.Cut(field, ": ") }
