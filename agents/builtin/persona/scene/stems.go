package scene

import (
	"sync"
	"sync/atomic"

	"github.com/vignette-sim/vignette/internal/language"
)

// stemsKept bounds how many of the authors' sentences are kept read.
const stemsKept = 4096

var (
	stemsRead  sync.Map // string to language.Stems
	stemsCount atomic.Int64
)

// Stems returns the stems of a sentence of an author, read once for the life of the process: scenarios are played
// thousands of times. It is for scenario text only, never for what is said. The result must not be changed.
func Stems(text string) language.Stems {
	if stems, ok := stemsRead.Load(text); ok {
		return stems.(language.Stems)
	}
	stems := language.StemsOf(language.Tokens(text))
	if stemsCount.Load() < stemsKept {
		if _, loaded := stemsRead.LoadOrStore(text, stems); !loaded {
			stemsCount.Add(1)
		}
	}
	return stems
}
