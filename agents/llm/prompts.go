package llm

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io"

	"github.com/vignette-sim/vignette/internal/prompt"
)

//go:embed prompts
var files embed.FS

// load reads templates from prompts/, the first with those it calls.
func load(names ...string) *prompt.Template {
	for i := range names {
		names[i] = "prompts/" + names[i]
	}
	return prompt.Must(files, names...)
}

// The messages a model reads.
var (
	systemPrompt = load("system.tmpl", "person.tmpl", "trait.tmpl", "client.tmpl", "counselor.tmpl", "character.tmpl", "objective.tmpl", "counseling.tmpl", "speaking.tmpl")
	beginPrompt  = load("begin.tmpl")
	heardPrompt  = load("heard.tmpl")
	nowPrompt    = load("now.tmpl", "standing.tmpl", "gate.tmpl")
	wordsPrompt  = load("words.tmpl", "standing.tmpl", "gate.tmpl")
	againPrompt  = load("again.tmpl")
	probePrompt  = load("probe.tmpl", "gate.tmpl", "far.tmpl", "answer.tmpl")
	bidPrompt    = load("bid.tmpl")
	readerPrompt = load("reader.tmpl")
	readPrompt   = load("read.tmpl")
)

// hashWith names all the words of a question: what every question holds, the task, and the form of the answer.
func hashWith(task *prompt.Template, form string) string {
	sum := sha256.New()
	for _, part := range []string{systemPrompt.Hash(), beginPrompt.Hash(), heardPrompt.Hash(), againPrompt.Hash(), task.Hash(), form} {
		io.WriteString(sum, part+"\n")
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// hashed adds the words of a strategy to the hash of a question that it tells something.
func (t *turn) hashed(hash string) string {
	if t.told == "" {
		return hash
	}
	sum := sha256.Sum256([]byte(hash + "\n" + templates[t.strategy.name].Hash()))
	return hex.EncodeToString(sum[:])
}
