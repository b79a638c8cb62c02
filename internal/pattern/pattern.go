// Package pattern has regular expressions that are compiled when they are first matched: compiling a long one takes longer than
// many a command that never reads a word runs.
package pattern

import (
	"regexp"
	"sync"
)

// Of is the regular expression of a text that is right: it panics at the first match where it is not, so whoever writes one tests it.
func Of(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}
