package export

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strconv"

	"github.com/parquet-go/parquet-go"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// The columns below are a promise, as fields of jsonl are. What is not known is empty in CSV and null in Parquet.

type episodeRow struct {
	Run       string  `parquet:"run"`
	Episode   string  `parquet:"episode"`
	Scenario  string  `parquet:"scenario"`
	Factors   string  `parquet:"factors"` // JSON: factor to level
	Repeat    int32   `parquet:"repeat"`
	Phase     string  `parquet:"phase"`
	Validity  *string `parquet:"validity,optional"`
	EndReason string  `parquet:"end_reason"`
	Turns     int32   `parquet:"turns"`
	Focal     string  `parquet:"focal"`
	// Reward is the focal role's, -1 to 1; RewardMissing says why there is none.
	Reward        *float64 `parquet:"reward,optional"`
	RewardMissing string   `parquet:"reward_missing"`
}

type turnRow struct {
	Run       string   `parquet:"run"`
	Episode   string   `parquet:"episode"`
	Scenario  string   `parquet:"scenario"`
	Factors   string   `parquet:"factors"`
	Repeat    int32    `parquet:"repeat"`
	TurnIndex int32    `parquet:"turn_index"`
	Role      string   `parquet:"role"`
	Action    string   `parquet:"action"`
	Text      string   `parquet:"text"`
	Mind      string   `parquet:"mind"`
	Model     string   `parquet:"model"`
	Source    string   `parquet:"state_source"`
	Distress  *float64 `parquet:"distress,optional"`
	Trust     *float64 `parquet:"trust,optional"`
	Resist    *float64 `parquet:"resistance,optional"`
	Willing   *float64 `parquet:"willingness,optional"`
	Reward    *float64 `parquet:"reward,optional"` // the role's own for this turn
}

type scoreRow struct {
	Run        string   `parquet:"run"`
	Episode    string   `parquet:"episode"`
	Scenario   string   `parquet:"scenario"`
	Factors    string   `parquet:"factors"`
	Repeat     int32    `parquet:"repeat"`
	TurnIndex  *int32   `parquet:"turn_index,optional"` // null for scores of the whole episode
	Role       string   `parquet:"role"`
	Evaluator  string   `parquet:"evaluator"`
	Dimension  string   `parquet:"dimension"`
	Value      *float64 `parquet:"value,optional"`
	Label      string   `parquet:"label"`
	Missing    string   `parquet:"missing"` // the reason, where there is no value
	Confidence *float64 `parquet:"confidence,optional"`
	Mind       string   `parquet:"mind"`
	Model      string   `parquet:"model"`
}

// Table says what a row of a table is.
type Table string

// Tables.
const (
	Episodes Table = "episodes"
	Turns    Table = "turns"
	Scores   Table = "scores"
)

// Tables are all of them.
func Tables() []Table { return []Table{Episodes, Turns, Scores} }

// Tabular writes episodes as rows.
type Tabular interface {
	// Write writes the rows of one episode.
	Write(*episode.State) error
	// Close writes what is still held.
	Close() error
}

// NewCSV returns a writer of CSV (RFC 4180) with a header.
func NewCSV(w io.Writer, table Table) (Tabular, error) {
	return newTabular(table, func() rows[episodeRow] { return csvOf[episodeRow](w) }, func() rows[turnRow] { return csvOf[turnRow](w) }, func() rows[scoreRow] { return csvOf[scoreRow](w) })
}

// NewParquet returns a writer of Parquet.
func NewParquet(w io.Writer, table Table) (Tabular, error) {
	return newTabular(table, func() rows[episodeRow] { return parquetOf[episodeRow](w) }, func() rows[turnRow] { return parquetOf[turnRow](w) }, func() rows[scoreRow] { return parquetOf[scoreRow](w) })
}

func newTabular(table Table, episodes func() rows[episodeRow], turns func() rows[turnRow], scores func() rows[scoreRow]) (Tabular, error) {
	switch table {
	case Episodes:
		return &tabular[episodeRow]{episodes(), episodeRows}, nil
	case Turns:
		return &tabular[turnRow]{turns(), turnRows}, nil
	case Scores:
		return &tabular[scoreRow]{scores(), scoreRows}, nil
	}
	return nil, fmt.Errorf("there is no table %q; there are %v", table, Tables())
}

// rows takes rows of a table.
type rows[T any] interface {
	put([]T) error
	close() error
}

type tabular[T any] struct {
	rows rows[T]
	of   func(*episode.State) []T
}

func (t *tabular[T]) Write(state *episode.State) error { return t.rows.put(t.of(state)) }
func (t *tabular[T]) Close() error                     { return t.rows.close() }

type parquetRows[T any] struct{ writer *parquet.GenericWriter[T] }

// rowGroup is how many rows are held until they are written: it bounds the memory.
const rowGroup = 20_000

func parquetOf[T any](w io.Writer) rows[T] {
	return parquetRows[T]{parquet.NewGenericWriter[T](w, parquet.Compression(&parquet.Zstd), parquet.MaxRowsPerRowGroup(rowGroup))}
}

func (p parquetRows[T]) put(these []T) error {
	_, err := p.writer.Write(these)
	return err
}
func (p parquetRows[T]) close() error { return p.writer.Close() }

type csvRows[T any] struct{ writer *csv.Writer }

func csvOf[T any](w io.Writer) rows[T] {
	c := csvRows[T]{csv.NewWriter(w)}
	var header []string
	for field := range columns[T]() {
		header = append(header, field)
	}
	_ = c.writer.Write(header) // Told by close.
	return c
}

// columns yields a row type's columns by name, in order.
func columns[T any]() func(yield func(string, int) bool) {
	return func(yield func(string, int) bool) {
		row := reflect.TypeFor[T]()
		for i := range row.NumField() {
			name := row.Field(i).Tag.Get("parquet")
			for j, c := range name {
				if c == ',' {
					name = name[:j]
					break
				}
			}
			if !yield(name, i) {
				return
			}
		}
	}
}

func (c csvRows[T]) put(these []T) error {
	for _, row := range these {
		var record []string
		for _, i := range columns[T]() {
			record = append(record, text(reflect.ValueOf(row).Field(i)))
		}
		if err := c.writer.Write(record); err != nil {
			return err
		}
	}
	return nil
}

func (c csvRows[T]) close() error {
	c.writer.Flush()
	return c.writer.Error()
}

// text is a value in a cell. A spreadsheet takes what begins with =, +, - or @ for a formula; transcripts are untrusted, so such texts
// get an apostrophe before them. Numbers are written as they are.
func text(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return ""
		}
		return text(v.Elem())
	case reflect.Int32:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	}
	s := v.String()
	if s != "" && (s[0] == '=' || s[0] == '+' || s[0] == '-' || s[0] == '@' || s[0] == '\t' || s[0] == '\r') {
		return "'" + s
	}
	return s
}

func factorsOf(plan *episode.Plan) string {
	levels := map[string]string{}
	for _, level := range plan.Cell.GetFactors() {
		levels[level.GetFactor()] = level.GetLevel()
	}
	out, _ := json.Marshal(levels) // Strings can be written.
	return string(out)
}

func episodeRows(state *episode.State) []episodeRow {
	plan := state.Plan()
	row := episodeRow{
		Run: plan.Run, Episode: plan.Episode, Scenario: plan.Cell.GetScenario(), Factors: factorsOf(plan), Repeat: plan.Cell.GetRepeat(),
		Phase: enumname.Of(state.Phase()), Turns: int32(len(state.Turns())), Focal: plan.Scenario.GetFocal(),
	}
	if ended := state.Ended(); ended != nil {
		row.EndReason = enumname.Of(ended.GetReason())
	}
	if completed := state.Completed(); completed != nil {
		validity := enumname.Of(completed.GetValidity())
		row.Validity = &validity
	}
	for _, reward := range state.Completed().GetRewards() {
		if reward.GetRole() != plan.Scenario.GetFocal() {
			continue
		}
		if value, ok := reward.GetOutcome().(*vignettev1.Reward_Value); ok {
			row.Reward = &value.Value
		} else {
			row.RewardMissing = enumname.Of(reward.GetMissing().GetReason())
		}
	}
	return []episodeRow{row}
}

func turnRows(state *episode.State) []turnRow {
	plan, factors := state.Plan(), factorsOf(state.Plan())
	paid := map[string]*float64{}
	for _, reward := range state.Completed().GetRewards() {
		for _, turn := range reward.GetPerTurn() {
			if value, ok := turn.GetOutcome().(*vignettev1.TurnReward_Value); ok {
				paid[fmt.Sprint(reward.GetRole(), turn.GetTurnIndex())] = &value.Value
			}
		}
	}
	out := make([]turnRow, 0, len(state.Turns()))
	for _, turn := range state.Turns() {
		row := turnRow{
			Run: plan.Run, Episode: plan.Episode, Scenario: plan.Cell.GetScenario(), Factors: factors, Repeat: plan.Cell.GetRepeat(),
			TurnIndex: turn.GetIndex(), Role: turn.GetRole(), Action: enumname.Of(turn.GetAction().GetKind()), Text: turn.GetAction().GetText(),
			Mind: turn.GetProvenance().GetMind(), Model: turn.GetProvenance().GetModel(), Reward: paid[fmt.Sprint(turn.GetRole(), turn.GetIndex())],
		}
		if m := turn.GetMentalState(); m != nil {
			row.Source, row.Distress, row.Trust, row.Resist, row.Willing = enumname.Of(m.GetSource()), m.Distress, m.Trust, m.Resistance, m.Willingness
		}
		out = append(out, row)
	}
	return out
}

func scoreRows(state *episode.State) []scoreRow {
	plan, factors := state.Plan(), factorsOf(state.Plan())
	var out []scoreRow
	for _, score := range state.Scores() {
		row := scoreRow{
			Run: plan.Run, Episode: plan.Episode, Scenario: plan.Cell.GetScenario(), Factors: factors, Repeat: plan.Cell.GetRepeat(), TurnIndex: score.TurnIndex,
			Role: score.GetRole(), Evaluator: score.GetEvaluator(), Dimension: score.GetDimension(), Confidence: score.Confidence,
			Mind: score.GetProvenance().GetMind(), Model: score.GetProvenance().GetModel(),
		}
		if value := score.GetValue(); value != nil {
			number := value.GetNumber()
			row.Value, row.Label = &number, value.GetLabel()
		} else {
			row.Missing = enumname.Of(score.GetMissing().GetReason())
		}
		out = append(out, row)
	}
	return out
}
