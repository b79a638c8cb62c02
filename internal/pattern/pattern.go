// Package pattern has regular expressions that are compiled when they are first matched. Long ones take milliseconds, which every command
// would pay as it starts, also those that never read a word.
package pattern

import (
	"regexp"
	"sync"
)

// Of gives the regular expression of a text. A text that is none panics when it is first asked for, so whoever writes one tests it.
func Of(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}
