package training

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/internal/prompt"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

//go:embed system.tmpl
var files embed.FS

var systemPrompt = prompt.Must(files, "system.tmpl")

// Message is one message as chat models take it.
type Message struct {
	Role    string `json:"role" parquet:"role"`
	Content string `json:"content" parquet:"content"`
}

// Roles of messages.
const (
	system    = "system"
	user      = "user"
	assistant = "assistant"
)

// opening stands where the learner speaks first: chat templates want the user to begin.
const opening = "(The conversation begins. You speak first.)"

// Conversation is an episode as one role lived it.
type Conversation struct {
	Episode string
	// Learner is the id of the role whose words are the assistant's.
	Learner string
	// Messages begin with what the learner knows, and then take turns between user and assistant.
	Messages []Message
	// Steps are, for each message of the assistant, its place among the messages and the index of the first turn in it.
	Steps []Step
}

// Step is something the learner said.
type Step struct {
	Message int
	Turn    int32
}

// ConversationOf is an episode from the perspective of a role; "focal" is the one whose skill is at stake. The error says which
// roles there are.
func ConversationOf(state *episode.State, perspective string) (*Conversation, error) {
	scenario := state.Plan().Scenario
	learner, ids := "", []string{}
	for _, role := range scenario.GetRoles() {
		ids = append(ids, role.GetId())
		if role.GetId() == perspective || perspective == "focal" && role.GetId() == scenario.GetFocal() {
			learner = role.GetId()
		}
	}
	if learner == "" {
		return nil, fmt.Errorf("scenario %s has no role %q; it has %s, and \"focal\" is in each", scenario.GetId(), perspective, strings.Join(ids, ", "))
	}
	seen := state.Observe(learner)
	about, err := systemText(seen)
	if err != nil {
		return nil, err
	}
	c := &Conversation{Episode: state.Plan().Episode, Learner: learner, Messages: []Message{{system, about}}}
	names := map[string]string{}
	for _, other := range seen.GetOthers() {
		names[other.GetId()] = other.GetName()
	}
	for _, turn := range seen.GetTurns() {
		text := spoken(turn.GetAction())
		switch {
		case text == "":
		case turn.GetRole() == learner:
			c.say(text, turn.GetIndex())
		case len(names) > 1:
			c.hear(names[turn.GetRole()] + ": " + text)
		default:
			c.hear(text)
		}
	}
	return c, nil
}

// spoken is an action in words; what is not said stands in parentheses.
func spoken(a *vignettev1.Action) string {
	text := strings.TrimSpace(a.GetText())
	switch a.GetKind() {
	case vignettev1.ActionKind_ACTION_KIND_SPEAK:
		return text
	case vignettev1.ActionKind_ACTION_KIND_LEAVE:
		return strings.TrimSpace(text + " (leaves)")
	case vignettev1.ActionKind_ACTION_KIND_SILENT:
		return ""
	}
	if text == "" {
		return ""
	}
	return "(" + text + ")"
}

func (c *Conversation) say(text string, turn int32) {
	last := &c.Messages[len(c.Messages)-1]
	switch last.Role {
	case assistant:
		last.Content += "\n\n" + text
		return
	case system:
		c.Messages = append(c.Messages, Message{user, opening})
	}
	c.Steps = append(c.Steps, Step{len(c.Messages), turn})
	c.Messages = append(c.Messages, Message{assistant, text})
}

func (c *Conversation) hear(text string) {
	if last := &c.Messages[len(c.Messages)-1]; last.Role == user {
		last.Content += "\n\n" + text
		return
	}
	c.Messages = append(c.Messages, Message{user, text})
}

// upToLearner is the conversation without what others said after the learner's last words.
func (c *Conversation) upToLearner() []Message {
	if len(c.Steps) == 0 {
		return nil
	}
	return c.Messages[:c.Steps[len(c.Steps)-1].Message+1]
}

type systemView struct {
	Name, Relation, Introduction, Setting, Goal string
	Aims, Knowledge, About                      []string
	Others                                      []*vignettev1.Participant
}

// systemText is what the learner knows before anything is said.
func systemText(seen *vignettev1.Observation) (string, error) {
	card := seen.GetSelf()
	view := systemView{
		Name: card.GetName(), Relation: ownRelation(card.GetRelation()), Introduction: card.GetPersona().GetIntroduction(), Setting: strings.TrimSpace(seen.GetSetting()), Goal: card.GetGoal(),
		Knowledge: card.GetKnowledge(), Others: seen.GetOthers(),
	}
	if o := card.GetObjective(); o != nil {
		view.Aims = sentences(o.ProtoReflect(), map[protoreflect.Name]string{"statement": "Your aim", "request": "You ask", "refusal": "You say no", "facts": "What is so", "feelings": "What you feel", "benefits": "What the other would have of it", "compromises": "What you could live with"})
	}
	persona := card.GetPersona()
	for _, part := range []protoreflect.Message{persona.GetIdentity().ProtoReflect(), persona.GetCognitiveModel().ProtoReflect(), card.GetStance().ProtoReflect(), card.GetChange().ProtoReflect()} {
		view.About = append(view.About, sentences(part, nil)...)
	}
	for _, memory := range persona.GetMemories() {
		view.About = append(view.About, memory.GetText())
	}
	text, err := systemPrompt.Render(view)
	if err != nil {
		return "", fmt.Errorf("what %s knows: %w", card.GetId(), err)
	}
	return text, nil
}

// sentences are the texts in a message, each after the name of its field; with names, of those fields alone.
func sentences(m protoreflect.Message, names map[protoreflect.Name]string) []string {
	var out []string
	if !m.IsValid() {
		return nil
	}
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		title, known := names[field.Name()]
		if names != nil && !known || !m.Has(field) {
			continue
		}
		if title == "" {
			title = strings.ReplaceAll(string(field.Name()), "_", " ")
		}
		value := m.Get(field)
		switch {
		case field.IsMap():
		case field.IsList():
			for j := range value.List().Len() {
				out = append(out, sentence(title, field, value.List().Get(j))...)
			}
		default:
			out = append(out, sentence(title, field, value)...)
		}
	}
	return out
}

func sentence(title string, field protoreflect.FieldDescriptor, value protoreflect.Value) []string {
	switch field.Kind() {
	case protoreflect.StringKind:
		return []string{title + ": " + strings.TrimSpace(value.String())}
	case protoreflect.MessageKind:
		if whole := phrase(title, value.Message()); whole != "" {
			return []string{whole}
		}
	}
	return nil
}

// phrase is what a message within a message says, in one line: an attribute by its own key, all else after the name of the field that holds it.
func phrase(title string, m protoreflect.Message) string {
	if attribute, ok := m.Interface().(*vignettev1.Attribute); ok {
		if attribute.GetKey() == "" {
			return attribute.GetValue()
		}
		return strings.ReplaceAll(attribute.GetKey(), "_", " ") + ": " + attribute.GetValue()
	}
	switch parts := sentences(m, nil); len(parts) {
	case 0:
		return ""
	case 1: // its only text needs no name of its own
		name, text, named := strings.Cut(parts[0], ": ")
		if !named {
			text = name
		}
		return title + ": " + text
	default:
		return title + ": " + strings.Join(parts, "; ")
	}
}

// ownRelation is what somebody is, of words that say what they are to another ("your counselor"): nothing, where the other is named further
// on ("the counselor your chef rang").
func ownRelation(relation string) string {
	if what, yours := strings.CutPrefix(relation, "your "); yours {
		relation = "the " + what
	}
	if slices.ContainsFunc(strings.Fields(relation), func(word string) bool { return word == "you" || word == "your" || word == "yours" }) {
		return ""
	}
	return relation
}
