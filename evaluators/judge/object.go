package judge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// object reads a JSON object and nothing after it. A member that comes twice is an error: which of the two is meant?
func object(raw []byte) (map[string]json.RawMessage, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, errors.New("it is no JSON object")
	}
	members := map[string]json.RawMessage{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, fmt.Errorf("it is no JSON: %w", err)
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, fmt.Errorf("%v: it is no JSON: %w", name, err)
		}
		key := name.(string) // the decoder gives nothing else here
		if _, twice := members[key]; twice {
			return nil, fmt.Errorf("%q comes twice", key)
		}
		members[key] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, fmt.Errorf("it is no JSON: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("there is more after it")
	}
	return members, nil
}

// exactly says which members lack and which are too many.
func exactly(members map[string]json.RawMessage, names []string) error {
	var wrong []string
	for _, name := range names {
		if _, ok := members[name]; !ok {
			wrong = append(wrong, fmt.Sprintf("%q is missing", name))
		}
	}
	for name := range members {
		if !slices.Contains(names, name) {
			wrong = append(wrong, fmt.Sprintf("%q was not asked for", name))
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.Sort(wrong)
	return errors.New(strings.Join(wrong, ", "))
}

// pick reads one member of an object.
func pick(members map[string]json.RawMessage, name string, target any) error {
	return into(name, members[name], target)
}

// into reads one value. Null is not taken for an empty text.
func into(name string, raw json.RawMessage, target any) error {
	_, isText := target.(*string)
	if err := json.Unmarshal(raw, target); err != nil || isText && string(raw) == "null" {
		return fmt.Errorf("%s: %s is not what was asked for", name, clipTo(string(raw), 80))
	}
	return nil
}
