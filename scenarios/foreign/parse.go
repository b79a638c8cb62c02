package foreign

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/vignette-sim/vignette/scenarios"
)

// Bounds on a file of records.
const (
	// MaxBytes is the largest file, 64 MiB.
	MaxBytes = 64 << 20
	// MaxRecords is the most records of a file.
	MaxRecords = 100_000
)

// Found is a record and where it stands.
type Found struct {
	Record
	// Line is the line it begins in, from 1; 0 when the file is one JSON value and lines say little.
	Line int
}

// Parse reads the records of a file without changing any value: a JSON list of them or a single one; in a file whose name
// ends in .jsonl or .ndjson, one a line. noun is what messages call a record. An error is [scenarios.Problems].
func Parse(data []byte, file, noun string) ([]Found, error) {
	values, err := ParseValues(data, file, noun)
	if err != nil {
		return nil, err
	}
	out := make([]Found, len(values))
	for i, v := range values {
		r, ok := v.Value.(map[string]any)
		switch {
		case v.Value == nil:
			return nil, problem(file, v.Line, fmt.Sprintf("%s %d is null", noun, i+1), "delete it")
		case !ok:
			return nil, problem(file, v.Line, fmt.Sprintf("this is not a list of %ss: %s %d is %s", noun, noun, i+1, KindOf(v.Value)), "write each as a group of fields in braces")
		}
		out[i] = Found{r, v.Line}
	}
	return out, nil
}

// Value is any JSON value and the line it begins in; 0 as in [Found].
type Value struct {
	Value any
	Line  int
}

// ParseValues does the same for records that are not groups of fields.
func ParseValues(data []byte, file, noun string) ([]Value, error) {
	data, err := Clean(data, file)
	if err != nil {
		return nil, err
	}
	var out []Value
	switch strings.ToLower(path.Ext(file)) {
	case ".jsonl", ".ndjson":
		out, err = parseLines(data, file, noun)
	default:
		out, err = parseWhole(data, file, noun)
	}
	for i := 0; err == nil && i < len(out); i++ {
		if out[i].Value, err = plain(out[i].Value); err != nil {
			err = scenarios.Problems{{File: filepath.Base(filepath.ToSlash(file)), Line: out[i].Line, Column: min(out[i].Line, 1),
				Field: fmt.Sprintf("%s %d", noun, i+1), Message: err.Error(), Hint: "put it in quotes"}}
		}
	}
	if err == nil && len(out) > MaxRecords {
		err = problem(file, 0, fmt.Sprintf("the file holds %d %ss; at most %d are read", len(out), noun, MaxRecords), "split it")
	}
	return out, err
}

// Clean holds a file to the bounds and to UTF-8, and takes a byte order mark off.
func Clean(data []byte, file string) ([]byte, error) {
	if len(data) > MaxBytes {
		return nil, problem(file, 0, fmt.Sprintf("the file has %d bytes; at most %d are read", len(data), MaxBytes), "split it")
	}
	if !utf8.Valid(data) {
		return nil, problem(file, 0, "the file is not in UTF-8", "save it again with the encoding UTF-8")
	}
	return bytes.TrimPrefix(data, []byte("\ufeff")), nil
}

func parseWhole(data []byte, file, noun string) ([]Value, error) {
	whole, err := decode(data)
	if err != nil {
		return nil, notJSON(data, file, 0, err)
	}
	switch whole := whole.(type) {
	case []any:
		out := make([]Value, len(whole))
		for i, v := range whole {
			out[i].Value = v
		}
		return out, nil
	case map[string]any:
		return []Value{{Value: whole}}, nil
	}
	return nil, problem(file, 0, fmt.Sprintf("this is not a list of %ss: it is %s", noun, KindOf(whole)), "write [ and ] around them")
}

func parseLines(data []byte, file, noun string) ([]Value, error) {
	var out []Value
	line := 0
	for row := range bytes.Lines(data) {
		line++
		if len(bytes.TrimSpace(row)) == 0 {
			continue
		}
		v, err := decode(row)
		if err != nil {
			return nil, notJSON(row, file, line-1, err)
		}
		out = append(out, Value{v, line})
		if len(out) > MaxRecords {
			return nil, problem(file, line, fmt.Sprintf("the file holds more than %d %ss", MaxRecords, noun), "split it")
		}
	}
	return out, nil
}

// decode reads one JSON value, numbers as they were written.
func decode(data []byte) (any, error) {
	if !json.Valid(data) {
		var v any
		return nil, json.Unmarshal(data, &v) // It says where.
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var v any
	err := decoder.Decode(&v)
	return v, err
}

// plain has numbers be float64, as in our files. A whole number of which that would lose digits is an error.
func plain(v any) (any, error) {
	var err error
	switch v := v.(type) {
	case json.Number:
		x, err := v.Float64()
		if err != nil {
			return nil, fmt.Errorf("the number %s is too large", v)
		}
		if exact, ok := new(big.Int).SetString(v.String(), 10); ok {
			if kept, _ := new(big.Float).SetFloat64(x).Int(nil); kept.Cmp(exact) != 0 {
				return nil, fmt.Errorf("the number %s has more digits than are kept", v)
			}
		}
		return x, nil
	case []any:
		for i := range v {
			if v[i], err = plain(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for name := range v {
			if v[name], err = plain(v[name]); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

// notJSON says why something cannot be read as JSON, and where; before is how many lines come before it.
func notJSON(data []byte, file string, before int, err error) error {
	p := scenarios.Problem{File: filepath.Base(filepath.ToSlash(file)), Message: "this cannot be read as JSON: " + err.Error(), Hint: "check commas, quotes and brackets"}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		read := data[:min(int(syntax.Offset), len(data))]
		p.Line = 1 + before + bytes.Count(read, []byte("\n"))
		p.Column = max(1, utf8.RuneCount(read[bytes.LastIndexByte(read, '\n')+1:]))
	}
	return scenarios.Problems{p}
}

// problem is one about a whole file, or a line of it.
func problem(file string, line int, message, hint string) error {
	p := scenarios.Problem{File: filepath.Base(filepath.ToSlash(file)), Line: line, Message: message, Hint: hint}
	if line > 0 {
		p.Column = 1
	}
	return scenarios.Problems{p}
}

// Encode writes JSON values as a list, indented, names sorted.
func Encode(values []any) ([]byte, error) {
	if values == nil {
		values = []any{}
	}
	return encode(values, "  ")
}

// EncodeLines writes JSON values one a line, names sorted.
func EncodeLines(values []any) ([]byte, error) {
	var out bytes.Buffer
	for _, v := range values {
		line, err := encode(v, "")
		if err != nil {
			return nil, err
		}
		out.Write(line)
	}
	return out.Bytes(), nil
}

func encode(v any, indent string) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("write records: %w", err)
	}
	return out.Bytes(), nil
}
