package classify

import (
	"bufio"
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// form is the first line of a file.
const form = "vignette linear model 1"

// Text writes the model: a line that says what it is, labels, order, cuts, then a line for each feature with its weights, sorted by name.
// Columns are separated by tabs.
func (m *Model) Text() []byte {
	var out strings.Builder
	fmt.Fprintf(&out, "%s\nlabels\t%s\nordered\t%t\ncuts", form, strings.Join(m.Labels, "\t"), m.ordered)
	writeNumbers(&out, m.cuts)
	for i, name := range m.names {
		out.WriteString(name)
		writeNumbers(&out, m.rows[i])
	}
	return []byte(out.String())
}

func writeNumbers(out *strings.Builder, numbers []float64) {
	for _, x := range numbers {
		out.WriteByte('\t')
		out.WriteString(strconv.FormatFloat(x, 'f', -1, 64))
	}
	out.WriteByte('\n')
}

// Parse reads what [Model.Text] wrote. An error says which line is wrong.
func Parse(text []byte) (*Model, error) {
	m := &Model{}
	if _, err := eachLine("linear model", text, m.line); err != nil {
		return nil, err
	}
	if m.cuts == nil {
		return nil, fmt.Errorf("linear model: it ends before its weights; train it again")
	}
	m.index()
	if m.found.size != len(m.names) {
		return nil, fmt.Errorf("linear model: two features have one key; rename a family and train it again")
	}
	return m, nil
}

// eachLine hands the lines of a file to read, with their numbers from 1 and cut at tabs, and says how many there were.
func eachLine(what string, text []byte, read func(n int, fields []string) error) (int, error) {
	lines, n := bufio.NewScanner(bytes.NewReader(text)), 0
	for lines.Scan() {
		n++
		if err := read(n, strings.Split(lines.Text(), "\t")); err != nil {
			return n, fmt.Errorf("%s, line %d: %w; train it again", what, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return n, fmt.Errorf("%s: %w", what, err)
	}
	return n, nil
}

// MustParse is [Parse] for what is embedded.
func MustParse(text []byte) *Model {
	m, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return m
}

func (m *Model) line(n int, fields []string) (err error) {
	switch n {
	case 1:
		if fields[0] != form {
			return fmt.Errorf("it begins with %q, where %q was expected", fields[0], form)
		}
	case 2:
		if m.Labels = fields[1:]; fields[0] != "labels" || len(m.Labels) < 2 {
			return fmt.Errorf("two labels or more were expected")
		}
	case 3:
		if fields[0] != "ordered" || len(fields) != 2 {
			return fmt.Errorf("%q was expected", "ordered")
		}
		m.ordered, err = strconv.ParseBool(fields[1])
		return err
	case 4:
		want := len(m.Labels)
		if m.ordered {
			want--
		}
		if fields[0] != "cuts" {
			return fmt.Errorf("%q was expected", "cuts")
		}
		m.cuts, err = numbers(fields[1:], want)
		return err
	default:
		row, err := numbers(fields[1:], m.columns())
		if err != nil {
			return err
		}
		if k := len(m.names); k > 0 && m.names[k-1] >= fields[0] {
			return fmt.Errorf("%q is out of order", fields[0])
		}
		m.names, m.rows = append(m.names, fields[0]), append(m.rows, row)
	}
	return nil
}

func numbers(fields []string, want int) ([]float64, error) {
	if len(fields) != want {
		return nil, fmt.Errorf("%d numbers where %d were expected", len(fields), want)
	}
	out := make([]float64, len(fields))
	for i, field := range fields {
		x, err := strconv.ParseFloat(field, 64)
		if err != nil || x != x {
			return nil, fmt.Errorf("%q is no number", field)
		}
		out[i] = x
	}
	return slices.Clip(out), nil
}
