package natsrpc

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxNameBytes is the longest agent name, in bytes of UTF-8. NATS limits a whole subject to about 4 KB.
const MaxNameBytes = 512

const upperHex = "0123456789ABCDEF"

// EncodeName turns an agent name into one subject token. ASCII letters, digits, '_' and '-' stand for themselves; every
// other byte of the name's UTF-8 becomes '%' and two upper-case hexadecimal digits, as in a URL:
//
//	builtin-client  ->  builtin-client
//	my.agent v2     ->  my%2Eagent%20v2
//	Zoë             ->  Zo%C3%AB
//
// Different names have different tokens and [DecodeName] gives the name back. Names are compared byte by byte: no case
// folding, no Unicode normalisation. A name that is empty, longer than [MaxNameBytes] or not UTF-8 is an error.
func EncodeName(name string) (string, error) {
	switch {
	case name == "":
		return "", errors.New("agent name is empty")
	case len(name) > MaxNameBytes:
		return "", fmt.Errorf("agent name has %d bytes, at most %d are allowed", len(name), MaxNameBytes)
	case !utf8.ValidString(name):
		return "", fmt.Errorf("agent name %q is not UTF-8", name)
	}
	var token strings.Builder
	for i := range len(name) {
		if c := name[i]; isPlain(c) {
			token.WriteByte(c)
		} else {
			token.Write([]byte{'%', upperHex[c>>4], upperHex[c&15]})
		}
	}
	return token.String(), nil
}

// DecodeName is the inverse of [EncodeName]. It refuses every token that EncodeName would not have written, so that a
// name has exactly one token.
func DecodeName(token string) (string, error) {
	name := make([]byte, 0, len(token))
	for i := 0; i < len(token); i++ {
		c := token[i]
		switch {
		case isPlain(c):
			name = append(name, c)
		case c == '%' && i+2 < len(token):
			high, low := strings.IndexByte(upperHex, token[i+1]), strings.IndexByte(upperHex, token[i+2])
			if high < 0 || low < 0 || isPlain(byte(high<<4|low)) {
				return "", fmt.Errorf("subject token %q: %q at byte %d is not an escape", token, token[i:i+3], i)
			}
			name = append(name, byte(high<<4|low))
			i += 2
		default:
			return "", fmt.Errorf("subject token %q: unexpected %q at byte %d", token, c, i)
		}
	}
	if _, err := EncodeName(string(name)); err != nil {
		return "", fmt.Errorf("subject token %q: %w", token, err)
	}
	return string(name), nil
}

// CheckNamespace says whether a namespace may be the first token of a subject: one or more ASCII letters, digits, '_'
// or '-'.
func CheckNamespace(namespace string) error {
	if namespace == "" {
		return errors.New("namespace is empty")
	}
	for i := range len(namespace) {
		if !isPlain(namespace[i]) {
			return fmt.Errorf("namespace %q: %q is not allowed, use letters, digits, '_' and '-'", namespace, namespace[i])
		}
	}
	return nil
}

func isPlain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-'
}
