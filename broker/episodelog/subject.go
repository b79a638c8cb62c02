package episodelog

import (
	"fmt"
	"strings"
)

// maxToken is the longest id of a run or episode, in bytes.
const maxToken = 64

// subjects writes and reads the subjects of the log.
type subjects struct{ prefix string } // <namespace>.log.

func (s subjects) all() []string {
	return []string{s.manifest("*"), s.prefix + "*.*." + string(KindPlay), s.prefix + "*.*." + string(KindNotes)}
}

func (s subjects) manifest(run string) string { return s.prefix + run + "." + string(KindManifest) }

func (s subjects) run(run string) (string, error) {
	return s.prefix + run + ".>", checkToken("run", run)
}

func (s subjects) episode(run, episode string, kind Kind) (string, error) {
	if err := checkToken("run", run); err != nil {
		return "", err
	}
	return s.prefix + run + "." + episode + "." + string(kind), checkToken("episode", episode)
}

// parse reads a subject into the entry's run, episode and kind.
func (s subjects) parse(subject string, e *Entry) error {
	tokens := strings.Split(strings.TrimPrefix(subject, s.prefix), ".")
	switch {
	case len(tokens) == 2 && Kind(tokens[1]) == KindManifest:
		e.Run, e.Kind = tokens[0], KindManifest
	case len(tokens) == 3 && (Kind(tokens[2]) == KindPlay || Kind(tokens[2]) == KindNotes):
		e.Run, e.Episode, e.Kind = tokens[0], tokens[1], Kind(tokens[2])
	default:
		return fmt.Errorf("unexpected subject")
	}
	return nil
}

// checkToken refuses ids that would be more than one token of a subject, or a pattern.
func checkToken(what, id string) error {
	if id == "" {
		return fmt.Errorf("%s id is empty", what)
	}
	if len(id) > maxToken {
		return fmt.Errorf("%s id %q has %d bytes, at most %d are allowed", what, id, len(id), maxToken)
	}
	for _, c := range id {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-') {
			return fmt.Errorf("%s id %q: %q is not allowed, use letters, digits, '_' and '-'", what, id, c)
		}
	}
	return nil
}
