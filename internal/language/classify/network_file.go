package classify

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// networkForm is the first line of a network's file.
const networkForm = "vignette network 1"

// headLines is how many lines stand before those of the answers.
const headLines = 5

// Text writes the network: a line that says what it is, questions, labels, the hidden units' scales and biases, then a line for each answer
// (question, label, bias, a weight for each hidden unit), and one for each feature, sorted by name, with its grains in base64, a byte with a sign
// for each hidden unit. Columns are separated by tabs.
func (n *Network) Text() []byte {
	var out strings.Builder
	fmt.Fprintf(&out, "%s\nquestions\t%s\nlabels\t%s\nscales", networkForm, strings.Join(n.Questions, "\t"), strings.Join(n.Labels, "\t"))
	writeSingles(&out, n.scales)
	out.WriteString("biases")
	writeSingles(&out, n.biases)
	for k, offset := range n.offsets {
		out.WriteString(n.answer(k))
		writeSingles(&out, append([]float32{offset}, n.outputs[k*n.hidden():][:n.hidden()]...))
	}
	row := make([]byte, n.hidden())
	for i, name := range n.names {
		for h, grain := range n.grains[i*n.hidden():][:n.hidden()] {
			row[h] = byte(grain)
		}
		fmt.Fprintf(&out, "%s\t%s\n", name, base64.StdEncoding.EncodeToString(row))
	}
	return []byte(out.String())
}

// answer is how a line of an answer begins.
func (n *Network) answer(k int) string {
	return n.Questions[k/len(n.Labels)] + "\t" + n.Labels[k%len(n.Labels)]
}

func writeSingles(out *strings.Builder, numbers []float32) {
	for _, x := range numbers {
		out.WriteByte('\t')
		out.WriteString(strconv.FormatFloat(float64(x), 'g', -1, 32))
	}
	out.WriteByte('\n')
}

// ParseNetwork reads what [Network.Text] wrote. An error says which line is wrong.
func ParseNetwork(text []byte) (*Network, error) {
	n := &Network{}
	at, err := eachLine("network", text, n.line)
	if err != nil {
		return nil, err
	}
	if at < headLines || len(n.offsets) < len(n.Questions)*len(n.Labels) {
		return nil, fmt.Errorf("network: it ends before its weights; train it again")
	}
	n.index()
	if n.known.size() != len(n.names) {
		return nil, fmt.Errorf("network: two features have one key; rename a family and train it again")
	}
	return n, nil
}

// MustParseNetwork is [ParseNetwork] for what is embedded.
func MustParseNetwork(text []byte) *Network {
	n, err := ParseNetwork(text)
	if err != nil {
		panic(err)
	}
	return n
}

func (n *Network) line(at int, fields []string) (err error) {
	switch at {
	case 1:
		if fields[0] != networkForm {
			return fmt.Errorf("it begins with %q, where %q was expected", fields[0], networkForm)
		}
	case 2:
		n.Questions, err = namesHeaded(fields, "questions", 1)
	case 3:
		n.Labels, err = namesHeaded(fields, "labels", 2)
	case 4:
		n.scales, err = singlesHeaded(fields, "scales", 0)
	case headLines:
		n.biases, err = singlesHeaded(fields, "biases", len(n.scales))
	default:
		if len(n.offsets) < len(n.Questions)*len(n.Labels) {
			return n.answerLine(fields)
		}
		return n.featureLine(fields)
	}
	return err
}

func headed(fields []string, head string, least int) ([]string, error) {
	if fields[0] != head || len(fields) <= least {
		return nil, fmt.Errorf("%q with %d or more behind it was expected", head, least)
	}
	return fields[1:], nil
}

func namesHeaded(fields []string, head string, least int) ([]string, error) {
	names, err := headed(fields, head, least)
	if err != nil {
		return nil, err
	}
	return names, checkNames("name", names)
}

// singlesHeaded reads numbers; want 0 is as many as there are.
func singlesHeaded(fields []string, head string, want int) ([]float32, error) {
	rest, err := headed(fields, head, 1)
	if err != nil {
		return nil, err
	}
	if want == 0 {
		want = len(rest)
	}
	return singles(rest, want)
}

func singles(fields []string, want int) ([]float32, error) {
	read, err := numbers(fields, want)
	if err != nil {
		return nil, err
	}
	out := single(read)
	for i, x := range out {
		if math.IsInf(float64(x), 0) {
			return nil, fmt.Errorf("%q is no number of single precision", fields[i])
		}
	}
	return out, nil
}

func (n *Network) answerLine(fields []string) error {
	if begin := n.answer(len(n.offsets)); len(fields) < 2 || fields[0]+"\t"+fields[1] != begin {
		return fmt.Errorf("%q was expected", begin)
	}
	row, err := singles(fields[2:], 1+n.hidden())
	if err != nil {
		return err
	}
	n.offsets, n.outputs = append(n.offsets, row[0]), append(n.outputs, row[1:]...)
	return nil
}

func (n *Network) featureLine(fields []string) error {
	if len(fields) != 2 {
		return fmt.Errorf("a feature and its weights were expected")
	}
	if k := len(n.names); k > 0 && n.names[k-1] >= fields[0] {
		return fmt.Errorf("%q is out of order", fields[0])
	}
	row, err := base64.StdEncoding.DecodeString(fields[1])
	if err != nil {
		return fmt.Errorf("the weights of %q are no base64: %w", fields[0], err)
	}
	if len(row) != n.hidden() {
		return fmt.Errorf("%q has %d weights where %d were expected", fields[0], len(row), n.hidden())
	}
	n.names = append(n.names, fields[0])
	for _, b := range row {
		n.grains = append(n.grains, int8(b))
	}
	return nil
}
