package judging

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Choice is which text of an anchor is better.
type Choice string

// Choices.
const (
	A   Choice = "a"
	B   Choice = "b"
	Tie Choice = "tie"
)

// worth is what a choice gives to the text a: 1, 0, or .5 for a tie.
func (c Choice) worth() float64 { return map[Choice]float64{A: 1, Tie: 0.5}[c] }

// Anchor is a pair of texts with people's choice between them.
type Anchor struct {
	// ID names it within its file.
	ID string `json:"id"`
	// Question is what "better" means here; empty means [UsualQuestion]. Context is what came before.
	Question string `json:"question"`
	Context  string `json:"context"`
	A        string `json:"a"`
	B        string `json:"b"`
	// Label is people's choice.
	Label Choice `json:"label"`
	// ByA and ByB are who wrote the texts, models as they are named to --model; empty where it is not known.
	ByA string `json:"by_a"`
	ByB string `json:"by_b"`
	// Stratum groups anchors that are alike hard ("unanimous", "split"): judges err together on hard ones without colluding.
	Stratum string `json:"stratum"`
}

// UsualQuestion is asked of anchors without a question of their own.
const UsualQuestion = "Which text is the better response?"

// Anchors are those of a file. SHA256 is the hex digest of its bytes: two readings are of the same anchors when it is the same.
type Anchors struct {
	File   string
	SHA256 string
	List   []*Anchor
}

// Bounds of a file of anchors. Chosen.
const (
	mostBytes   = 64 << 20
	mostAnchors = 20_000
)

// Read reads anchors, one JSON object a line; the name of the file is for messages. Errors name every mistake with its line.
func Read(in io.Reader, file string) (*Anchors, error) {
	text, err := io.ReadAll(io.LimitReader(in, mostBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(text) > mostBytes {
		return nil, fmt.Errorf("%s: it is larger than %d MB; give a part of it", file, mostBytes>>20)
	}
	sum := sha256.Sum256(text)
	out := &Anchors{File: file, SHA256: hex.EncodeToString(sum[:])}
	seen, number := map[string]bool{}, 0
	var wrong []error
	for raw := range bytes.Lines(text) {
		if number++; len(bytes.TrimSpace(raw)) == 0 {
			continue
		}
		anchor, err := readAnchor(raw)
		switch {
		case err != nil:
			wrong = append(wrong, fmt.Errorf("%s:%d: %w", file, number, err))
		case seen[anchor.ID]:
			wrong = append(wrong, fmt.Errorf("%s:%d: id %q is there already; give each anchor one of its own", file, number, anchor.ID))
		default:
			seen[anchor.ID] = true
			out.List = append(out.List, anchor)
		}
		if len(wrong) == 20 {
			wrong = append(wrong, fmt.Errorf("%s: what comes after was not read", file))
			break
		}
	}
	switch {
	case len(wrong) > 0:
		return nil, errors.Join(wrong...)
	case len(out.List) == 0:
		return nil, fmt.Errorf("%s: there are no anchors in it", file)
	case len(out.List) > mostAnchors:
		return nil, fmt.Errorf("%s: it has %d anchors; at most %d are read", file, len(out.List), mostAnchors)
	}
	return out, nil
}

func readAnchor(raw []byte) (*Anchor, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	anchor := &Anchor{}
	if err := decoder.Decode(anchor); err != nil {
		return nil, fmt.Errorf("no anchor: %w", err)
	}
	switch {
	case anchor.ID == "":
		return nil, errors.New("id is missing")
	case strings.TrimSpace(anchor.A) == "" || strings.TrimSpace(anchor.B) == "":
		return nil, errors.New("a or b is missing: an anchor has two texts")
	case anchor.A == anchor.B:
		return nil, errors.New("a and b are the same text")
	case anchor.Label != A && anchor.Label != B && anchor.Label != Tie:
		return nil, fmt.Errorf(`label is %q; it must be "a", "b" or "tie"`, anchor.Label)
	}
	return anchor, nil
}
