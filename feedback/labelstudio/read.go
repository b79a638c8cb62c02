package labelstudio

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Import is what an export of Label Studio says.
type Import struct {
	// Ratings are those of the campaign, in the file's order. Their version is not set yet.
	Ratings []*vignettev1.Rating
	// Tasks is how many tasks there are, Other how many are of other campaigns, Empty how many have no annotation.
	Tasks, Other, Empty int
	// Predictions is how many predictions of models there are; nobody's opinion is made of them.
	Predictions int
}

// Source says what a file is read for.
type Source struct {
	// File is its name, for errors.
	File     string
	Campaign string
	Rubric   *vignettev1.Codebook
	// Items are the campaign's, as everybody sees them.
	Items []*vignettev1.ShownItem
	// Raters are names for Label Studio's users, by id; "none" is for annotations that do not say whose they are. A user without one is
	// called label-studio-ID.
	Raters map[string]string
}

// Read reads Label Studio's JSON export. The error is every problem there is, with line, task, annotation and field, and then there are no
// ratings.
func Read(from Source, data []byte) (*Import, error) {
	if asksTwice(from.Rubric) {
		return nil, ErrTwice
	}
	r := &reader{Source: from, data: data, out: &Import{}}
	if err := r.syntax(); err != nil {
		return nil, err
	}
	whole := piece{raw: bytes.TrimSpace(data), at: len(data) - len(bytes.TrimLeft(data, " \t\r\n"))}
	tasks, ok := whole.array()
	if !ok {
		r.problem(whole, "this is no list of tasks; export from Label Studio as JSON (not JSON-MIN, CSV or a single task)")
	}
	for _, each := range tasks {
		r.task(each)
	}
	if len(r.wrong) > 0 {
		return nil, errors.Join(r.wrong...)
	}
	return r.out, nil
}

type reader struct {
	Source
	data  []byte
	out   *Import
	wrong []error
}

// syntax refuses what is no JSON, with the line.
func (r *reader) syntax() error {
	var any json.RawMessage
	err := json.Unmarshal(r.data, &any)
	var wrong *json.SyntaxError
	if errors.As(err, &wrong) {
		return fmt.Errorf("%s:%d: this is no JSON: %w", r.File, r.line(int(wrong.Offset)), err)
	}
	if err != nil {
		return fmt.Errorf("%s: this is no JSON: %w", r.File, err)
	}
	return nil
}

func (r *reader) line(at int) int {
	return 1 + bytes.Count(r.data[:min(at, len(r.data))], []byte("\n"))
}

func (r *reader) problem(at piece, format string, args ...any) {
	r.wrong = append(r.wrong, fmt.Errorf("%s:%d: %s", r.File, r.line(at.at), fmt.Sprintf(format, args...)))
}

// task reads one task.
func (r *reader) task(at piece) {
	r.out.Tasks++
	fields, ok := at.object()
	if !ok {
		r.problem(at, "task %d is no object", r.out.Tasks)
		return
	}
	name := "task " + strings.Trim(string(fields["id"].raw), `"`)
	if fields["id"].raw == nil {
		name = fmt.Sprintf("task %d", r.out.Tasks)
	}
	var data struct{ Campaign, Item string }
	if fields["data"].raw == nil || json.Unmarshal(fields["data"].raw, &data) != nil || data.Campaign == "" || data.Item == "" {
		r.problem(at, "%s: data has no campaign and item; it was not made by 'vignette rate export', or this is a JSON-MIN export", name)
		return
	}
	if data.Campaign != r.Campaign {
		r.out.Other++
		return
	}
	i := slices.IndexFunc(r.Items, func(item *vignettev1.ShownItem) bool { return item.GetItem() == data.Item })
	if i < 0 {
		r.problem(fields["data"], "%s: data.item: campaign %s has no item %q", name, r.Campaign, data.Item)
		return
	}
	if predictions, ok := fields["predictions"].array(); ok {
		r.out.Predictions += len(predictions)
	}
	annotations, ok := fields["annotations"].array()
	if !ok && fields["annotations"].raw != nil {
		r.problem(fields["annotations"], "%s: annotations is no list", name)
	} else if !ok {
		r.problem(at, "%s: there are no annotations in it; export from Label Studio as JSON, not JSON-MIN", name)
	}
	if ok && len(annotations) == 0 {
		r.out.Empty++
	}
	for _, each := range annotations {
		a := annotation{reader: r, task: name, item: r.Items[i], at: each}
		before := len(r.wrong)
		if rating := a.rating(); rating != nil && len(r.wrong) == before {
			r.out.Ratings = append(r.out.Ratings, rating)
		}
	}
}

// annotation is being read.
type annotation struct {
	*reader
	task, name string
	item       *vignettev1.ShownItem
	at         piece
	out        *vignettev1.Rating
}

func (a *annotation) refuse(at piece, format string, args ...any) {
	a.problem(at, "%s, %s: %s", a.task, a.name, fmt.Sprintf(format, args...))
}

// head is what an annotation says beside its result.
type head struct {
	ID           json.RawMessage `json:"id"`
	UniqueID     string          `json:"unique_id"`
	CompletedBy  json.RawMessage `json:"completed_by"`
	WasCancelled bool            `json:"was_cancelled"`
	LeadTime     *float64        `json:"lead_time"`
	CreatedAt    string          `json:"created_at"`
	UpdatedAt    string          `json:"updated_at"`
}

func (a *annotation) rating() *vignettev1.Rating {
	a.name = "annotation"
	var h head
	if err := json.Unmarshal(a.at.raw, &h); err != nil {
		a.refuse(a.at, "%s", typeProblem(err))
		return nil
	}
	id := strings.Trim(string(h.ID), `"`)
	if id == "" || id == "null" {
		id = h.UniqueID
	}
	if id == "" {
		a.refuse(a.at, "id: it has none, so that it could not be told from others when it comes again; export it from Label Studio, which gives one")
		return nil
	}
	a.name += " " + id
	rater, err := a.rater(h.CompletedBy)
	if err != nil {
		a.refuse(a.at, "completed_by: %s", err)
	}
	a.out = &vignettev1.Rating{
		Campaign: a.Campaign, Item: a.item.GetItem(), Rater: rater, Stage: stageOf(a.Rubric), Pass: 1,
		Imported: &vignettev1.ImportedRating{Format: Format, Id: id, Updated: a.moment(h.UpdatedAt, h.CreatedAt)},
	}
	if h.LeadTime != nil && *h.LeadTime >= 0 && *h.LeadTime < math.MaxInt32 {
		a.out.TimeSpent = durationpb.New(time.Duration(*h.LeadTime * float64(time.Second)).Round(time.Millisecond))
	}
	fields, _ := a.at.object()
	results, ok := fields["result"].array()
	if !ok {
		a.refuse(a.at, "result is no list")
		return nil
	}
	for i, each := range results {
		a.result(i, each)
	}
	a.finish(h.WasCancelled)
	return a.out
}

// typeProblem is a wrong type in plain words.
func typeProblem(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Sprintf("%s: it is a %s; a %s is expected", wrong.Field, wrong.Value, wrong.Type)
	}
	return err.Error()
}

// rater is who annotated.
func (a *annotation) rater(by json.RawMessage) (string, error) {
	var user struct {
		ID *int64 `json:"id"`
	}
	var id int64
	switch {
	case len(by) == 0 || string(by) == "null":
		if name := a.Raters["none"]; name != "" {
			return name, nil
		}
		return "", errors.New("it does not say who annotated; name them with --raters none=NAME")
	case json.Unmarshal(by, &id) == nil:
	case json.Unmarshal(by, &user) == nil && user.ID != nil:
		id = *user.ID
	default:
		return "", fmt.Errorf("%s is neither a user's number nor an object with their id", by)
	}
	if name := a.Raters[fmt.Sprint(id)]; name != "" {
		return name, nil
	}
	return fmt.Sprintf("%s-%d", Format, id), nil
}

// moment is the first of times that can be read, nil where none can.
func (a *annotation) moment(texts ...string) *timestamppb.Timestamp {
	for _, text := range texts {
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			return timestamppb.New(t)
		}
	}
	return nil
}

// result reads one control's answer.
func (a *annotation) result(i int, at piece) {
	var r struct {
		FromName string          `json:"from_name"`
		Type     string          `json:"type"`
		Value    json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(at.raw, &r); err != nil {
		a.refuse(at, "result %d: %s", i+1, typeProblem(err))
		return
	}
	if r.Type == "relation" {
		return // Between regions; says nothing here.
	}
	if err := a.answer(r.FromName, r.Value); err != nil {
		a.refuse(at, "result %d (%s): %s", i+1, r.FromName, err)
	}
}

// answer takes in the value of a control, by its name.
func (a *annotation) answer(from string, value json.RawMessage) error {
	sides := sidesOf(a.Rubric)
	switch {
	case from == skipTag:
		return a.skip(value)
	case from == remarkTag:
		text, err := textsOf(value)
		a.out.Remark = strings.Join(text, "\n")
		return err
	}
	for side := range sides {
		if from == sided(rewriteTag, side, sides) {
			return a.rewrite(value, side)
		}
	}
	for i, scale := range a.Rubric.GetScales() {
		if from == scaleTag(i, scale) {
			return a.number(scale, value)
		}
		for side := range sides {
			if from == evidenceTag(i, scale, side, sides) {
				return a.evidence(scale, value, side)
			}
		}
	}
	return errors.New("the campaign's labeling configuration has no control of that name; use the one that 'vignette rate export' wrote")
}

func choiceOf(value json.RawMessage) (string, error) {
	var v struct {
		Choices []string `json:"choices"`
	}
	if err := json.Unmarshal(value, &v); err != nil || len(v.Choices) != 1 {
		return "", fmt.Errorf("value.choices is %s; it is one choice", value)
	}
	return v.Choices[0], nil
}

func textsOf(value json.RawMessage) ([]string, error) {
	var many struct {
		Text []string `json:"text"`
	}
	if json.Unmarshal(value, &many) == nil {
		return many.Text, nil
	}
	var one struct {
		Text string `json:"text"`
	}
	if json.Unmarshal(value, &one) == nil {
		return []string{one.Text}, nil
	}
	return nil, fmt.Errorf("value.text is %s; it is a list of texts", value)
}

func (a *annotation) skip(value json.RawMessage) error {
	choice, err := choiceOf(value)
	if err != nil {
		return err
	}
	for _, r := range reasons {
		if choice == r.alias || choice == r.text {
			a.out.Skip = r.skip
			return nil
		}
	}
	return fmt.Errorf("value.choices: %q is no reason to skip", choice)
}

func (a *annotation) answerOn(scale *vignettev1.RatingScale) *vignettev1.ScaleRating {
	for _, v := range a.out.GetValues() {
		if v.GetScale() == scale.GetId() {
			return v
		}
	}
	v := &vignettev1.ScaleRating{Scale: scale.GetId()}
	a.out.Values = append(a.out.Values, v)
	return v
}

// number reads a choice: its alias, or what raters read, which begins with the number.
func (a *annotation) number(scale *vignettev1.RatingScale, value json.RawMessage) error {
	choice, err := choiceOf(value)
	if err != nil {
		return err
	}
	v := a.answerOn(scale)
	if v.GetAnswer() != nil {
		return fmt.Errorf("scale %s is answered twice", scale.GetId())
	}
	if choice == cannotTell || choice == "cannot tell" {
		v.Answer = &vignettev1.ScaleRating_CannotTell{CannotTell: true}
		return nil
	}
	first, _, _ := strings.Cut(choice, " ")
	n, err := strconv.Atoi(first)
	if err != nil || n < int(scale.GetMin()) || n > int(scale.GetMax()) {
		return fmt.Errorf("value.choices: %q is not %d to %d", choice, scale.GetMin(), scale.GetMax())
	}
	v.Answer = &vignettev1.ScaleRating_Value{Value: int32(n)}
	return nil
}

// evidence reads marked words: those of the first turn they are in.
func (a *annotation) evidence(scale *vignettev1.RatingScale, value json.RawMessage, side int) error {
	var v struct {
		Start       json.RawMessage `json:"start"`
		End         json.RawMessage `json:"end"`
		StartOffset int             `json:"startOffset"`
		EndOffset   int             `json:"endOffset"`
		Text        string          `json:"text"`
	}
	if err := json.Unmarshal(value, &v); err != nil {
		return errors.New("value: " + typeProblem(err))
	}
	start, err := strconv.Atoi(strings.Trim(string(v.Start), `"`))
	turns := a.item.GetSides()[side].GetTurns()
	if err != nil || start < 0 || start >= len(turns) {
		return fmt.Errorf("value.start: %s is no paragraph of the conversation, which has %d", v.Start, len(turns))
	}
	turn, quote := turns[start], strings.TrimSpace(v.Text)
	if quote == "" || !strings.Contains(turn.GetText(), quote) {
		end := v.EndOffset
		if !bytes.Equal(v.Start, v.End) {
			end = math.MaxInt // It goes on in the next turn.
		}
		quote = strings.TrimSpace(cut(turn.GetText(), v.StartOffset, end))
	}
	if quote == "" {
		return fmt.Errorf("value: from %d to %d there are no words in turn %d", v.StartOffset, v.EndOffset, turn.GetIndex()+1)
	}
	r := a.answerOn(scale)
	r.Evidence = append(r.Evidence, &vignettev1.Evidence{TurnIndex: turn.GetIndex(), Quote: quote, Side: int32(side)})
	return nil
}

// cut is a part of a text by offsets as browsers count them: in UTF-16.
func cut(text string, from, to int) string {
	units := utf16.Encode([]rune(text))
	from, to = max(from, 0), min(to, len(units))
	if from >= to {
		return ""
	}
	return string(utf16.Decode(units[from:to]))
}

// rewrite reads better words, one turn an entry: its number, a colon, the words.
func (a *annotation) rewrite(value json.RawMessage, side int) error {
	texts, err := textsOf(value)
	if err != nil {
		return err
	}
	for _, text := range texts {
		number, words, ok := strings.Cut(text, ":")
		n, err := strconv.Atoi(strings.TrimSpace(number))
		if words = strings.TrimSpace(words); !ok || err != nil || words == "" {
			return fmt.Errorf("value.text: %q does not begin with the number of a turn and a colon, as in 3: What was that like for you?", text)
		}
		if !slices.ContainsFunc(a.item.GetSides()[side].GetTurns(), func(t *vignettev1.ShownTurn) bool { return int(t.GetIndex()) == n-1 }) {
			return fmt.Errorf("value.text: there is no turn %d", n)
		}
		a.out.Corrections = append(a.out.Corrections, &vignettev1.Correction{TurnIndex: int32(n - 1), Text: words, Side: int32(side)})
	}
	return nil
}

// finish holds the rating to the rubric: skipped, or every scale answered, with words for extremes.
func (a *annotation) finish(cancelled bool) {
	if cancelled && a.out.GetSkip() == 0 {
		a.out.Skip = vignettev1.SkipReason_SKIP_REASON_OTHER // Skipped by Label Studio's own button, which asks for no reason.
	}
	if a.out.GetSkip() != 0 {
		a.out.Values = nil
		return
	}
	var ordered []*vignettev1.ScaleRating
	for i, scale := range a.Rubric.GetScales() {
		v := a.answerOn(scale)
		ordered = append(ordered, v)
		number, rated := v.GetAnswer().(*vignettev1.ScaleRating_Value)
		switch {
		case v.GetAnswer() == nil:
			a.refuse(a.at, "scale %s (%s) is not answered, and the task is not skipped", scale.GetId(), scaleTag(i, scale))
		case rated && scale.GetEvidenceForExtremes() && (number.Value == scale.GetMin() || number.Value == scale.GetMax()) && len(v.GetEvidence()) == 0:
			a.refuse(a.at, "scale %s: %d is an extreme, and no words are marked that show it (%s)", scale.GetId(), number.Value, evidenceTag(i, scale, 0, sidesOf(a.Rubric)))
		}
	}
	a.out.Values = ordered
}

// piece is a piece of JSON and where it begins in the file.
type piece struct {
	raw []byte
	at  int
}

// array are the elements of a list; false where it is none.
func (e piece) array() ([]piece, bool) {
	d := json.NewDecoder(bytes.NewReader(e.raw))
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return nil, false
	}
	out := []piece{}
	for d.More() {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, false
		}
		out = append(out, piece{raw, e.at + int(d.InputOffset()) - len(raw)})
	}
	return out, true
}

// object are the fields of an object; false where it is none.
func (e piece) object() (map[string]piece, bool) {
	d := json.NewDecoder(bytes.NewReader(e.raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	out := map[string]piece{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, false
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, false
		}
		out[key.(string)] = piece{raw, e.at + int(d.InputOffset()) - len(raw)}
	}
	return out, true
}
