package llm

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// view is a role as the templates see it: texts from its card as they are, and instead of numbers the names of bands.
type view struct {
	Kind         string
	Name         string
	Introduction string
	Relation     string
	Language     string
	Setting      string
	Goal         string
	Others       []otherView
	Facts        []string
	Knowledge    []string
	Memories     []memoryView
	Traits       []string
	Type         string
	Objective    *vignettev1.Objective
	Aim          string
	Approach     string
	Stance       *stanceView
	Change       *changeView
	Style        string
	Cap          int
	Stimulus     string
	Model        *modelView
}

type otherView struct {
	ID, Label, Relation, Introduction string
	Left                              bool
}

type memoryView struct {
	Text    string
	Private bool
}

type interestView struct{ Text, Weight string }

type stanceView struct {
	Position, Agreement, Difficulty, Reservation string
	Objections, Offers                           []string
	Interests                                    []interestView
}

type situationView struct {
	Situation                          string
	AutomaticThoughts, Felt, Behaviors []string
}

// changeView is what a client might change. Reasons, doubts and steps are there where no rules keep its gate.
type changeView struct {
	Target                            string
	Reasons, Doubts, Steps, Questions []string
}

func changeOf(change *vignettev1.Change, whole bool) *changeView {
	if change == nil {
		return nil
	}
	v := &changeView{Target: change.GetTarget()}
	if whole {
		v.Reasons, v.Doubts, v.Steps = change.GetReasons(), change.GetDoubts(), change.GetSteps()
	}
	for _, q := range change.GetQuestions() {
		v.Questions = append(v.Questions, q.GetText())
	}
	return v
}

// modelView is what a client knows of its own cognitive model where no rules keep its gate.
type modelView struct {
	RelevantHistory                       string
	CopingStrategies, IntermediateBeliefs []string
	Situations                            []situationView
}

const (
	// tooSensitive is the sensitivity from which a memory is left out where no rules keep a client's gate.
	tooSensitive = 0.7
	// privateFrom is the sensitivity from which others are told that a memory is not for everybody. Chosen.
	privateFrom = 0.5
	// mostMemories is how many memories a role is given, the most important ones. Chosen: more would crowd out the rest.
	mostMemories = 60
)

// viewOf is what the system message says of a role. It hangs on the role card, the others and the setting alone, so that
// the message stays the same while nobody leaves.
func viewOf(obs *vignettev1.Observation) *view {
	self, persona := obs.GetSelf(), obs.GetSelf().GetPersona()
	v := &view{
		Kind: enumname.Of(self.GetKind()), Name: nameOf(self), Introduction: persona.GetIntroduction(), Relation: self.GetRelation(),
		Language: spoken(languageOf(obs)), Setting: obs.GetSetting(), Goal: self.GetGoal(), Knowledge: self.GetKnowledge(),
		Facts: factsOf(persona.GetIdentity()), Traits: traitsOf(persona.GetTraits()), Type: persona.GetTraits().GetMbti(),
		Objective: self.GetObjective(), Aim: enumname.Of(self.GetObjective().GetKind()), Approach: approachOf(self), Stance: stanceOf(self.GetStance()),
		Style: styleOf(persona), Cap: caps[styleOf(persona)], Stimulus: self.GetPolicy().GetStimulus(),
	}
	for _, other := range obs.GetOthers() {
		v.Others = append(v.Others, otherView{
			ID: strconv.Quote(other.GetId()), Label: labelOf(obs, other), Relation: other.GetRelation(), Introduction: other.GetIntroduction(), Left: other.GetLeft(),
		})
	}
	v.Change = changeOf(self.GetChange(), !isEnglish(languageOf(obs)))
	switch {
	case !isClient(obs):
		v.Memories = memoriesOf(persona, 1.1)
	case !isEnglish(languageOf(obs)):
		v.Memories, v.Model = memoriesOf(persona, tooSensitive), modelOf(persona.GetCognitiveModel())
	}
	return v
}

func nameOf(self *vignettev1.RoleCard) string {
	return cmp.Or(self.GetName(), self.GetPersona().GetName(), self.GetId())
}

// factsOf are the parts of an identity as lines.
func factsOf(identity *vignettev1.Identity) []string {
	var facts []string
	for _, a := range slices.Concat(identity.GetSocial(), identity.GetPersonal()) {
		if a.GetKey() == "" {
			facts = append(facts, a.GetValue())
		} else {
			facts = append(facts, a.GetKey()+": "+a.GetValue())
		}
	}
	return append(facts, identity.GetLifeContext()...)
}

// Where a trait is worth a word: its outer thirds. Between them a person is like most.
const lowTrait, highTrait = 1. / 3, 2. / 3

// traitsOf are the traits that stand out, as "neuroticism high".
func traitsOf(traits *vignettev1.Traits) []string {
	five, dark := traits.GetBigFive(), traits.GetDarkTriad()
	if five == nil {
		five = &vignettev1.BigFive{}
	}
	if dark == nil {
		dark = &vignettev1.DarkTriad{}
	}
	var out []string
	for _, trait := range []struct {
		name  string
		value *float64
		dark  bool
	}{
		{"openness", five.Openness, false}, {"conscientiousness", five.Conscientiousness, false}, {"extraversion", five.Extraversion, false},
		{"agreeableness", five.Agreeableness, false}, {"neuroticism", five.Neuroticism, false},
		{"machiavellianism", dark.Machiavellianism, true}, {"narcissism", dark.Narcissism, true}, {"psychopathy", dark.Psychopathy, true},
	} {
		switch {
		case trait.value == nil:
		case *trait.value > highTrait:
			out = append(out, trait.name+" high")
		case *trait.value < lowTrait && !trait.dark:
			out = append(out, trait.name+" low")
		}
	}
	return out
}

// memoriesOf are the memories below a sensitivity, in the order of the persona; of too many the most important ones.
func memoriesOf(persona *vignettev1.Persona, below float64) []memoryView {
	var kept []*vignettev1.Memory
	for _, m := range persona.GetMemories() {
		if m.GetSensitivity() < below {
			kept = append(kept, m)
		}
	}
	if len(kept) > mostMemories {
		ranked := slices.Clone(kept)
		slices.SortStableFunc(ranked, func(a, b *vignettev1.Memory) int { return cmp.Compare(b.GetImportance(), a.GetImportance()) })
		ranked = ranked[:mostMemories]
		kept = slices.DeleteFunc(kept, func(m *vignettev1.Memory) bool { return !slices.Contains(ranked, m) })
	}
	var out []memoryView
	for _, m := range kept {
		out = append(out, memoryView{Text: m.GetText(), Private: m.GetSensitivity() >= privateFrom})
	}
	return out
}

// modelOf is a cognitive model without its core beliefs.
func modelOf(model *vignettev1.CognitiveModel) *modelView {
	if model == nil {
		return nil
	}
	m := &modelView{
		RelevantHistory: model.GetRelevantHistory(), CopingStrategies: model.GetCopingStrategies(),
		IntermediateBeliefs: slices.Concat(model.GetIntermediateBeliefs(), model.GetIntermediateBeliefsWhenDepressed()),
	}
	for _, s := range model.GetSituations() {
		m.Situations = append(m.Situations, situationView{s.GetSituation(), s.GetAutomaticThoughts(), feltWords(s.GetEmotions()), s.GetBehaviors()})
	}
	return m
}

func feltWords(emotions []*vignettev1.EmotionIntensity) []string {
	var words []string
	for _, e := range emotions {
		words = append(words, cmp.Or(e.GetWords(), enumname.Of(e.GetEmotion())))
	}
	return words
}

// band names the third of a scale that a number is in; an absent one counts as otherwise.
func band(value *float64, otherwise float64) string {
	x := otherwise
	if value != nil {
		x = *value
	}
	switch {
	case x < 1./3:
		return "low"
	case x > 2./3:
		return "high"
	}
	return "middle"
}

// Absent numbers, as the contracts have them.
const (
	unstatedSkill       = 0.5
	unstatedDifficulty  = 0.5
	unstatedReservation = 0.6
)

// approachOf is modality and band of skill, as "mi high". A counselor without a modality is supportive, a speaker with an
// objective assertive, and nobody else needs one.
func approachOf(self *vignettev1.RoleCard) string {
	modality := self.GetPolicy().GetModality()
	counselor := self.GetKind() == vignettev1.AgentKind_AGENT_KIND_COUNSELOR
	counsels := modality >= vignettev1.Modality_MODALITY_SUPPORTIVE && modality <= vignettev1.Modality_MODALITY_DIRECTIVE
	speaks := modality >= vignettev1.Modality_MODALITY_ASSERTIVE
	switch {
	case self.GetKind() == vignettev1.AgentKind_AGENT_KIND_CLIENT:
		return ""
	case counselor && !counsels:
		modality = vignettev1.Modality_MODALITY_SUPPORTIVE
	case !counselor && !speaks && self.GetObjective() == nil:
		return ""
	case !counselor && !speaks:
		modality = vignettev1.Modality_MODALITY_ASSERTIVE
	}
	var skill *float64
	if policy := self.GetPolicy(); policy != nil {
		skill = policy.Skill
	}
	return enumname.Of(modality) + " " + band(skill, unstatedSkill)
}

func stanceOf(stance *vignettev1.Stance) *stanceView {
	if stance == nil {
		return nil
	}
	s := &stanceView{
		Position: stance.GetPosition(), Agreement: stance.GetAgreement(), Objections: stance.GetObjections(), Offers: stance.GetOffers(),
		Difficulty: band(stance.Difficulty, unstatedDifficulty), Reservation: band(stance.Reservation, unstatedReservation),
	}
	for _, interest := range stance.GetInterests() {
		s.Interests = append(s.Interests, interestView{interest.GetText(), band(&interest.Weight, 0)})
	}
	return s
}

func styleOf(persona *vignettev1.Persona) string {
	if persona.GetStyle() == vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_UNSPECIFIED {
		return "plain"
	}
	return enumname.Of(persona.GetStyle())
}

// caps are the most sentences a client's turn has in each style (PATIENT-Psi).
var caps = map[string]int{"plain": 5, "upset": 3, "verbose": 8, "reserved": 3, "tangent": 5, "pleasing": 5}

// labelOf is how another role is called in what the model reads: by its name, and with its id where names are the same. Marks of
// a quotation are taken out, for a label stands outside them.
func labelOf(obs *vignettev1.Observation, other *vignettev1.Participant) string {
	name := unfenced(cmp.Or(other.GetName(), other.GetId()))
	same := 0
	for _, o := range obs.GetOthers() {
		if o.GetName() == other.GetName() {
			same++
		}
	}
	if same > 1 || other.GetName() == nameOf(obs.GetSelf()) {
		return name + " (" + unfenced(other.GetId()) + ")"
	}
	return name
}

// unfenced takes the marks of a quotation out of a text.
func unfenced(text string) string { return strings.NewReplacer("⟦", "", "⟧", "").Replace(text) }
