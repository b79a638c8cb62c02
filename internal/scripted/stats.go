package scripted

import (
	"encoding/hex"
	"maps"
	"sync"
)

// Stats are what an endpoint has seen and done.
type Stats struct {
	// Requests for answers and embeddings that came; each is one of those counted below, or still on its way.
	Requests int `json:"requests"`
	// Answered counts whole answers with nothing wrong in them.
	Answered int `json:"answered"`
	// Rejected counts requests that were refused because of what they were or when they came, by status.
	Rejected map[int]int `json:"rejected"`
	// Faults counts what went wrong on order, by kind.
	Faults map[Fault]int `json:"faults"`
	// Abandoned counts requests whose client went before a good answer was out.
	Abandoned int `json:"abandoned"`
	// Questions tells for each distinct question, named as by [Question], how often it came and was answered. Rejected requests
	// are not in it.
	Questions map[string]Tally `json:"questions,omitempty"`
	// PromptTokens and CompletionTokens are those of all that was said, broken answers included, as a provider would bill them.
	PromptTokens     int64 `json:"prompt_tokens"`
	CompletionTokens int64 `json:"completion_tokens"`
	// PeakConcurrency is the largest number of requests that were there at once.
	PeakConcurrency int `json:"peak_concurrency"`
}

// Tally is how often a question came, and how often it was answered: whole and with nothing wrong. Who keeps answers never
// has Answered above 1, but for one that came and was lost with its process before it was kept. An answer counts from just before
// its last byte is sent, so that whoever has it finds it counted.
type Tally struct {
	Asked    int `json:"asked"`
	Answered int `json:"answered"`
}

// AnsweredAgain returns the questions that were answered more than once.
func (s Stats) AnsweredAgain() []string {
	var again []string
	for question, tally := range s.Questions {
		if tally.Answered > 1 {
			again = append(again, question)
		}
	}
	return again
}

// books keep the statistics.
type books struct {
	mu        sync.Mutex
	stats     Stats // without Questions
	questions map[digest]*Tally
	present   int
}

func newBooks() *books {
	return &books{
		stats:     Stats{Rejected: map[int]int{}, Faults: map[Fault]int{}},
		questions: map[digest]*Tally{},
	}
}

func (b *books) enter() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stats.Requests++
	b.present++
	b.stats.PeakConcurrency = max(b.stats.PeakConcurrency, b.present)
}

func (b *books) leave() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.present--
}

// ask notes that a question came and returns how often it had come before.
func (b *books) ask(q digest) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	tally := b.questions[q]
	if tally == nil {
		tally = new(Tally)
		b.questions[q] = tally
	}
	tally.Asked++
	return tally.Asked - 1
}

func (b *books) answered(q digest) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stats.Answered++
	b.questions[q].Answered++
}

func (b *books) rejected(status int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stats.Rejected[status]++
}

func (b *books) failed(f Fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stats.Faults[f]++
}

func (b *books) abandoned() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stats.Abandoned++
}

func (b *books) tokens(u usage) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stats.PromptTokens += int64(u.prompt)
	b.stats.CompletionTokens += int64(u.completion)
}

func (b *books) read() Stats {
	b.mu.Lock()
	defer b.mu.Unlock()
	stats := b.stats
	stats.Rejected = maps.Clone(b.stats.Rejected)
	stats.Faults = maps.Clone(b.stats.Faults)
	stats.Questions = make(map[string]Tally, len(b.questions))
	for q, tally := range b.questions {
		stats.Questions[hex.EncodeToString(q[:])] = *tally
	}
	return stats
}
