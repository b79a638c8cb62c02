package foreign

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/vignette-sim/vignette/scenarios"
)

// maxColumns is the most columns of a table.
const maxColumns = 500

// ParseTable reads the rows of a CSV file with a header as records of texts, and the columns in their order. An error is
// [scenarios.Problems].
func ParseTable(data []byte, file string) (rows []Found, columns []string, err error) {
	if data, err = Clean(data, file); err != nil {
		return nil, nil, err
	}
	r := csv.NewReader(bytes.NewReader(data))
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, columns, nil
		}
		if err != nil {
			return nil, nil, notCSV(file, err)
		}
		line, _ := r.FieldPos(0)
		if columns == nil {
			columns = row
			if err := checkColumns(columns, file, line); err != nil {
				return nil, nil, err
			}
			continue
		}
		if len(rows) >= MaxRecords {
			return nil, nil, problem(file, line, fmt.Sprintf("the file has more than %d rows", MaxRecords), "split it")
		}
		record := Record{}
		for i, name := range columns {
			record[name] = row[i]
		}
		rows = append(rows, Found{record, line})
	}
}

func checkColumns(columns []string, file string, line int) error {
	if len(columns) > maxColumns {
		return problem(file, line, fmt.Sprintf("the file has %d columns; at most %d are read", len(columns), maxColumns), "leave out those that are not needed")
	}
	seen := map[string]bool{}
	for _, name := range columns {
		if seen[name] {
			return problem(file, line, fmt.Sprintf("the column %q is there twice", name), "give each column a name of its own")
		}
		seen[name] = true
	}
	return nil
}

// notCSV says what the reader of CSV found wrong, and where.
func notCSV(file string, err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return problem(file, parse.Line, "this is not CSV: "+parse.Err.Error(), "check the quotation marks, and that every row has as many columns as the first")
	}
	return problem(file, 0, "this is not CSV: "+err.Error(), "")
}

// EncodeTable writes records of texts as CSV. Columns that are not in order come after those that are, by name.
func EncodeTable(rows []Record, order []string) ([]byte, error) {
	there := map[string]bool{}
	for _, row := range rows {
		for name, v := range row {
			if _, ok := v.(string); !ok {
				return nil, scenarios.Problems{{Field: name, Message: "a table holds texts, and here is " + KindOf(v)}}
			}
			there[name] = true
		}
	}
	var columns []string
	for _, name := range order {
		if there[name] {
			columns = append(columns, name)
			delete(there, name)
		}
	}
	columns = append(columns, slices.Sorted(maps.Keys(there))...)
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	lines := [][]string{columns}
	for _, row := range rows {
		line := make([]string, len(columns))
		for i, name := range columns {
			line[i], _ = row[name].(string)
		}
		lines = append(lines, line)
	}
	if err := w.WriteAll(lines); err != nil {
		return nil, fmt.Errorf("write a table: %w", err)
	}
	return out.Bytes(), nil
}
