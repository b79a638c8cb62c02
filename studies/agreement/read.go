package agreement

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// Problem is one thing that is wrong in a file of labels; Problems are all of them, as an error.
type (
	Problem  = protoyaml.Problem
	Problems = protoyaml.Problems
)

// Bounds of what is read, far above what people label, and of what is complained about.
const (
	maxLine     = 4 << 20
	maxLines    = 1_000_000
	maxProblems = 30
)

// Keys of a line.
const (
	keyID        = "id"
	keyObjective = "objective"
	keyContext   = "context"
	keyRole      = "role"
	keyText      = "text"
	keyLabels    = "labels"
	keyRater     = "rater"
	keyGroup     = "group"
	keyLanguage  = "language"
	keySetting   = "setting"
)

var keys = []string{keyID, keyObjective, keyContext, keyRole, keyText, keyLabels, keyRater, keyGroup, keyLanguage, keySetting}

// Read takes labels from NDJSON, one rater's labels of one utterance a line, and holds them to what an evaluator declares.
// Name is the file's, for messages. Dimensions names those to be compared, none means all that are scored turn by turn; the
// labels of others are passed over when some are named, and are mistakes when none is.
//
// A line has "id", "role" (who says it), "text" and "labels", and may have "context" (what was said before, each with role and
// text), "objective" (a statement, or an object with the fields of vignette.v1.Objective), "rater", "group", "language" (BCP 47)
// and "setting". Labels are written by the id of the dimension or what stands after its family's prefix: a label, a list of
// labels where a dimension holds codes, or a number (that of a label too, where labels have an order); "not_applicable" or "n/a" for what does not apply, null for what was not
// rated. Several lines with one id are one utterance that several raters labelled.
//
// An error about the file is [Problems].
func Read(r io.Reader, name string, description *vignettev1.EvaluatorDescription, dimensions []string) (*Labels, error) {
	reader, err := newReader(name, description, dimensions)
	if err != nil {
		return nil, err
	}
	in := bufio.NewReaderSize(r, 1<<16)
	for n := 1; ; n++ {
		text, err := nextLine(in)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read %s, line %d: %w", name, n, err)
		}
		if n > maxLines {
			return nil, fmt.Errorf("read %s: more than %d lines", name, maxLines)
		}
		text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff")))
		if len(text) > 0 {
			reader.line(n, text)
		}
	}
	return reader.labels()
}

// nextLine returns a line without its end; io.EOF after the last.
func nextLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxLine:
			return nil, fmt.Errorf("it is longer than %d bytes", maxLine)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(line) > 0:
			return line, nil
		}
		return line, err
	}
}

// reader gathers utterances, and what is wrong.
type reader struct {
	name     string
	declared []*dimension // all that are scored turn by turn
	chosen   []*dimension
	all      bool // none was named
	out      *Labels
	byID     map[string]*Utterance
	problems Problems
	hidden   int
}

func newReader(name string, description *vignettev1.EvaluatorDescription, wanted []string) (*reader, error) {
	declared, err := ofTurns(description)
	if err != nil {
		return nil, err
	}
	chosen, err := choose(declared, wanted)
	if err != nil {
		return nil, err
	}
	return &reader{
		name: name, declared: declared, chosen: chosen, all: len(wanted) == 0, byID: map[string]*Utterance{},
		out: &Labels{Unread: map[string]int{}, evaluator: description.GetName(), dimensions: chosen},
	}, nil
}

func (r *reader) labels() (*Labels, error) {
	if len(r.problems) == 0 && len(r.out.Utterances) == 0 {
		return nil, Problems{{File: r.name, Message: "the file has no labels", Hint: "write one JSON object a line"}}
	}
	if r.hidden > 0 {
		r.problems = append(r.problems, Problem{File: r.name, Message: fmt.Sprintf("%d more problems", r.hidden), Hint: "mend these first"})
	}
	return r.out, r.problems.Err()
}

func (r *reader) wrong(line int, field, message, hint string) {
	if len(r.problems) >= maxProblems {
		r.hidden++
		return
	}
	r.problems = append(r.problems, Problem{File: r.name, Line: line, Column: 1, Field: field, Message: message, Hint: hint})
}

// line reads one rater's labels of one utterance.
func (r *reader) line(n int, text []byte) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil || fields == nil {
		r.wrong(n, "", "the line is no JSON object"+because(err), "write one object a line, as in {\"id\": \"1\", \"role\": \"learner\", \"text\": \"...\", \"labels\": {...}}")
		return
	}
	l := &lineReader{reader: r, n: n, fields: fields}
	l.unknown()
	before := r.count()
	utterance := l.utterance()
	rating := &Rating{Rater: l.name(keyRater), labels: map[string]label{}, line: n}
	if r.count() == before {
		r.add(n, utterance, rating)
	}
	l.rate(rating)
}

// count is how many problems there are.
func (r *reader) count() int { return len(r.problems) + r.hidden }

func because(err error) string {
	if err == nil {
		return ""
	}
	return ": " + err.Error()
}

// add takes in a line that is in order by itself.
func (r *reader) add(n int, utterance *Utterance, rating *Rating) {
	known := r.byID[utterance.ID]
	if known == nil {
		utterance.Ratings = []*Rating{rating}
		r.byID[utterance.ID] = utterance
		r.out.Utterances = append(r.out.Utterances, utterance)
		return
	}
	first := known.Ratings[0].line
	if !proto.Equal(known.Request, utterance.Request) || known.Group != utterance.Group {
		r.wrong(n, keyID, fmt.Sprintf("%q stands at line %d with another text, role, context, objective or group", utterance.ID, first),
			"give each utterance an id of its own; lines of several raters about one utterance differ in rater and labels only")
		return
	}
	for _, other := range known.Ratings {
		if other.Rater == rating.Rater {
			hint := "leave one of the lines away"
			if rating.Rater == "" {
				hint = "name each rater (\"rater\"), or give each utterance an id of its own"
			}
			r.wrong(n, keyID, fmt.Sprintf("%q was labelled by rater %q at line %d already", utterance.ID, rating.Rater, other.line), hint)
			return
		}
	}
	known.Ratings = append(known.Ratings, rating)
}

// lineReader reads the fields of one line.
type lineReader struct {
	*reader
	n      int
	fields map[string]json.RawMessage
}

// unknown looks at keys nobody asked for: one that is nearly a known one is a slip, others are the file's own business.
func (l *lineReader) unknown() {
	for _, key := range slices.Sorted(maps.Keys(l.fields)) {
		if slices.Contains(keys, key) {
			continue
		}
		near := protoyaml.Nearest(key, keys)
		if _, given := l.fields[near]; near != "" && !given {
			l.wrong(l.n, key, "this key is not known", fmt.Sprintf("did you mean %q?", near))
			continue
		}
		l.out.Unread[key]++
	}
}

// name reads a text or a number as a name; null and absent are "".
func (l *lineReader) name(key string) string {
	raw, ok := l.fields[key]
	if !ok || string(raw) == "null" {
		return ""
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return strings.TrimSpace(text)
	}
	var number json.Number
	if json.Unmarshal(raw, &number) == nil {
		return number.String()
	}
	l.wrong(l.n, key, fmt.Sprintf("%s is neither a text nor a number", shown(raw)), "write a text in quotation marks")
	return ""
}

// need is a name that must be there.
func (l *lineReader) need(key, what string) string {
	before := l.count()
	name := l.name(key)
	if name == "" && l.count() == before {
		l.wrong(l.n, key, "it is missing or empty", what)
	}
	return name
}

const maxShown = 40

// shown is the beginning of somebody's JSON.
func shown(raw []byte) string {
	if runes := []rune(string(raw)); len(runes) > maxShown {
		return string(runes[:maxShown]) + "…"
	}
	return string(raw)
}

// utterance reads what was said, and puts the question to the evaluator.
func (l *lineReader) utterance() *Utterance {
	before := l.count()
	id := l.need(keyID, "write a name for the utterance that no other has")
	role := l.need(keyRole, "write who says it, as in \"role\": \"learner\"")
	text := l.need(keyText, "write the words that were labelled")
	turns := append(l.context(), said{Role: role, Text: text})
	request := &vignettev1.EvaluateRequest{
		Episode: id, Language: l.name(keyLanguage), Setting: l.name(keySetting), Role: role, TurnIndex: proto.Int32(int32(len(turns) - 1)),
		Objective: l.objective(),
	}
	seen := map[string]bool{}
	for i, turn := range turns {
		request.Turns = append(request.Turns, &vignettev1.PerceivedTurn{Index: int32(i), Role: turn.Role, Action: &vignettev1.Action{
			Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: turn.Text,
		}})
		if !seen[turn.Role] {
			seen[turn.Role] = true
			request.Participants = append(request.Participants, &vignettev1.Participant{Id: turn.Role, Name: turn.Role, Kind: kindOf(turn.Role)})
		}
	}
	if l.count() == before {
		l.check(request)
	}
	return &Utterance{ID: id, Group: l.name(keyGroup), Request: request}
}

// check holds the question to the contract, so that what is wrong with it is told with its line.
func (l *lineReader) check(request *vignettev1.EvaluateRequest) {
	err := protovalidate.Validate(request)
	var broken *protovalidate.ValidationError
	if !errors.As(err, &broken) {
		return
	}
	for _, violation := range broken.Violations {
		l.wrong(l.n, protovalidate.FieldPathString(violation.Proto.GetField()), violation.Proto.GetMessage(), "")
	}
}

// kinds are roles whose names say what they are.
var kinds = map[string]vignettev1.AgentKind{
	"client": vignettev1.AgentKind_AGENT_KIND_CLIENT, "patient": vignettev1.AgentKind_AGENT_KIND_CLIENT,
	"seeker": vignettev1.AgentKind_AGENT_KIND_CLIENT, "help_seeker": vignettev1.AgentKind_AGENT_KIND_CLIENT,
	"counselor": vignettev1.AgentKind_AGENT_KIND_COUNSELOR, "counsellor": vignettev1.AgentKind_AGENT_KIND_COUNSELOR,
	"therapist": vignettev1.AgentKind_AGENT_KIND_COUNSELOR, "helper": vignettev1.AgentKind_AGENT_KIND_COUNSELOR, "supporter": vignettev1.AgentKind_AGENT_KIND_COUNSELOR,
}

func kindOf(role string) vignettev1.AgentKind {
	if kind, ok := kinds[folded(role)]; ok {
		return kind
	}
	return vignettev1.AgentKind_AGENT_KIND_PERSONA
}

// said is a line of the context.
type said struct {
	Role string `json:"role"`
	Text string `json:"text"`
}

func (l *lineReader) context() []said {
	raw, ok := l.fields[keyContext]
	if !ok {
		return nil
	}
	var turns []said
	if err := json.Unmarshal(raw, &turns); err != nil {
		l.wrong(l.n, keyContext, fmt.Sprintf("%s is no list of turns", shown(raw)), "write [{\"role\": \"...\", \"text\": \"...\"}, ...], oldest first")
		return nil
	}
	for i := range turns {
		turns[i].Role, turns[i].Text = strings.TrimSpace(turns[i].Role), strings.TrimSpace(turns[i].Text)
		for _, part := range []struct{ key, text string }{{keyRole, turns[i].Role}, {keyText, turns[i].Text}} {
			if part.text == "" {
				l.wrong(l.n, fmt.Sprintf("%s[%d].%s", keyContext, i, part.key), "it is missing or empty", "each turn of the context has a role and a text; leave silent turns away")
			}
		}
	}
	return turns
}

// objective reads what the speaker wants. A text is a statement, of something to refuse where it begins like that, else of
// something to ask for.
func (l *lineReader) objective() *vignettev1.Objective {
	raw, ok := l.fields[keyObjective]
	if !ok || string(raw) == "null" {
		return nil
	}
	objective := &vignettev1.Objective{}
	var statement string
	if json.Unmarshal(raw, &statement) == nil {
		if strings.TrimSpace(statement) == "" {
			l.wrong(l.n, keyObjective, "it is empty", "say what is to be reached, or leave it away")
		}
		return scenarios.ObjectiveOf(statement)
	}
	node, err := protoyaml.Parse("objective.json", raw)
	if err == nil {
		document := protoyaml.NewDocument("objective.json", node, nil)
		document.Decode(objective)
		document.Check(objective)
		err = document.Err()
	}
	var problems Problems
	if errors.As(err, &problems) {
		for _, p := range problems {
			l.wrong(l.n, strings.TrimSuffix(keyObjective+"."+p.Field, "."), p.Message, p.Hint)
		}
	}
	return objective
}

// rate reads the labels of the dimensions that are compared.
func (l *lineReader) rate(rating *Rating) {
	var given map[string]json.RawMessage
	raw, ok := l.fields[keyLabels]
	if err := json.Unmarshal(cmpRaw(raw), &given); !ok || err != nil || given == nil {
		l.wrong(l.n, keyLabels, "it is missing or no object", "write {DIMENSION: LABEL, ...}")
		return
	}
	from := map[*dimension]string{}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		d := named(l.declared, key)
		switch {
		case d == nil && l.all:
			l.wrong(l.n, keyLabels+"."+key, fmt.Sprintf("evaluator %q scores no turn on it", l.out.evaluator),
				meant(key, l.declared)+"; --dimension passes over the others")
		case d == nil || !slices.Contains(l.chosen, d) || string(given[key]) == "null":
		case from[d] != "":
			l.wrong(l.n, keyLabels+"."+key, fmt.Sprintf("%s has a label under %q already", d.spec.GetId(), from[d]), "leave one of them away")
		default:
			from[d] = key
			l.rateOne(rating, d, key, given[key])
		}
	}
}

// cmpRaw is JSON that is there, or null.
func cmpRaw(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("null")
	}
	return raw
}

// meant is the hint for a dimension that is not there.
func meant(key string, declared []*dimension) string {
	ids := idsOf(declared)
	for _, id := range ids {
		if last := id[strings.LastIndexByte(id, '.')+1:]; protoyaml.Nearest(key, []string{last}) != "" {
			return fmt.Sprintf("did you mean %q? there is: %s", id, strings.Join(ids, ", "))
		}
	}
	return protoyaml.DidYouMean(key, ids)
}

func idsOf(dimensions []*dimension) []string {
	ids := make([]string, len(dimensions))
	for i, d := range dimensions {
		ids[i] = d.spec.GetId()
	}
	return ids
}

// rateOne reads the label of one dimension.
func (l *lineReader) rateOne(rating *Rating, d *dimension, key string, raw json.RawMessage) {
	field := keyLabels + "." + key
	var number float64
	var texts []string
	var text string
	switch {
	case json.Unmarshal(raw, &text) == nil:
		texts = []string{text}
	case json.Unmarshal(raw, &texts) == nil:
	case d.scale == vignettev1.Scale_SCALE_NUMBER && json.Unmarshal(raw, &number) == nil:
		if number < d.spec.GetMin() || number > d.spec.GetMax() {
			l.wrong(l.n, field, fmt.Sprintf("%v is outside the range", number), fmt.Sprintf("%s goes from %v to %v", d.spec.GetId(), d.spec.GetMin(), d.spec.GetMax()))
			return
		}
		rating.labels[d.spec.GetId()] = label{number: number}
		return
	case d.scale == vignettev1.Scale_SCALE_ORDINAL && json.Unmarshal(raw, &number) == nil && d.placeOf(number) >= 0:
		rating.labels[d.spec.GetId()] = label{places: []int{d.placeOf(number)}}
		return
	default:
		l.wrong(l.n, field, fmt.Sprintf("%s is no label of it", shown(raw)), d.hint())
		return
	}
	if len(texts) == 1 && slices.Contains(saysInapplicable, folded(texts[0])) {
		rating.labels[d.spec.GetId()] = label{inapplicable: true}
		return
	}
	l.rateLabels(rating, d, field, texts)
}

// rateLabels reads labels by name.
func (l *lineReader) rateLabels(rating *Rating, d *dimension, field string, texts []string) {
	if d.scale == vignettev1.Scale_SCALE_NUMBER {
		l.wrong(l.n, field, fmt.Sprintf("%q is no number", strings.Join(texts, ", ")), d.hint())
		return
	}
	out := label{}
	for _, text := range texts {
		place := d.place(text)
		if place < 0 {
			l.wrong(l.n, field, fmt.Sprintf("%q is no label of it", text), d.hint())
			return
		}
		out.places = append(out.places, place)
	}
	slices.Sort(out.places)
	out.places = slices.Compact(out.places)
	switch {
	case d.scale == vignettev1.Scale_SCALE_CODES || len(out.places) == 1:
		rating.labels[d.spec.GetId()] = out
	case len(out.places) == 0:
		l.wrong(l.n, field, "the list is empty", d.hint()+"; null where it was not rated")
	default:
		rating.several = append(rating.several, d.spec.GetId())
	}
}

// hint says what may stand for a dimension.
func (d *dimension) hint() string {
	if d.scale == vignettev1.Scale_SCALE_NUMBER {
		return fmt.Sprintf("write a number from %v to %v, or %q", d.spec.GetMin(), d.spec.GetMax(), notApplicable)
	}
	what := "write one of"
	if d.scale == vignettev1.Scale_SCALE_CODES {
		what = "write a list of"
	}
	hint := what + ": " + strings.Join(d.names(), ", ")
	if n := len(d.spec.GetLabels()); d.scale == vignettev1.Scale_SCALE_ORDINAL && n > 1 {
		hint += fmt.Sprintf("; a number is on the range from %v for %s to %v for %s", d.spec.GetMin(), d.spec.GetLabels()[0], d.spec.GetMax(), d.spec.GetLabels()[n-1])
	}
	return hint
}
