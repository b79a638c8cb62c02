package agreement

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// csvRow is a row under its header.
type csvRow struct {
	line  int
	cells map[string]string
}

// csvRows reads a CSV with a header that has the needed columns. Space around cells does not matter.
func csvRows(data []byte, name string, needed ...string) ([]csvRow, error) {
	in := csv.NewReader(bytes.NewReader(data))
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, Problems{{File: name, Message: "the file is empty", Hint: "give a CSV with the columns " + strings.Join(needed, ", ")}}
	}
	if err != nil {
		return nil, notCSV(name, err)
	}
	there := map[string]bool{}
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
		there[header[i]] = true
	}
	for _, column := range needed {
		if !there[column] {
			return nil, Problems{{File: name, Line: 1, Column: 1, Message: fmt.Sprintf("there is no column %s", column), Hint: "give a CSV with the columns " + strings.Join(needed, ", ")}}
		}
	}
	var rows []csvRow
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, notCSV(name, err)
		}
		line, _ := in.FieldPos(0)
		row := csvRow{line: line, cells: map[string]string{}}
		for i, column := range header {
			row.cells[column] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, row)
	}
}

func notCSV(name string, err error) error {
	problem := Problem{File: name, Message: "this is no CSV: " + err.Error(), Hint: "fields with commas or line breaks stand in quotation marks, and quotation marks in them twice"}
	var broken *csv.ParseError
	if errors.As(err, &broken) {
		problem.Line, problem.Column, problem.Message = broken.Line, broken.Column, "this is no CSV: "+broken.Err.Error()
	}
	return Problems{problem}
}
