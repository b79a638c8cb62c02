package foreign

import (
	"strings"

	"google.golang.org/protobuf/proto"
)

// TextOf maps a text onto a text. A text without content is none. at may make what is not there.
func TextOf[M proto.Message](path string, at func(M) *string) Field[M] {
	return Field[M]{
		Paths: []string{path},
		Read: func(from Part, m M) error {
			s, err := Text(from, path)
			if err == nil && s != "" {
				*at(m) = s
			}
			return err
		},
		Write: func(m M, _, into Part) error {
			into[path] = *at(m)
			return nil
		},
	}
}

// LineOf maps a text onto a list that holds it as one entry: where a source writes running text, cutting it into sentences
// would be a guess. Several entries are written one in a line.
func LineOf[M proto.Message](path string, at func(M) *[]string) Field[M] {
	return Field[M]{
		Paths: []string{path},
		Read: func(from Part, m M) error {
			s, err := Text(from, path)
			if err == nil && s != "" {
				*at(m) = []string{s}
			}
			return err
		},
		Write: func(m M, _, into Part) error {
			into[path] = strings.Join(*at(m), "\n")
			return nil
		},
	}
}

// ListOf maps a list of texts onto a list.
func ListOf[M proto.Message](path string, at func(M) *[]string) Field[M] {
	return Field[M]{
		Paths: []string{path},
		Read: func(from Part, m M) error {
			list, err := Texts(from, path)
			if len(list) > 0 {
				*at(m) = list
			}
			return err
		},
		Write: func(m M, _, into Part) error {
			into[path] = List(*at(m))
			return nil
		},
	}
}
