package builtin

import (
	"embed"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/vignette-sim/vignette/internal/language"
)

// sources are the minds as they stand: a list that is added to one of them is measured without anybody having to say so.
//
//go:embed client/*.go client/wording counselor/*.go counselor/wording persona/partner/*.go persona/speaker/*.go
var sources embed.FS

// Judge is an evaluator that reads words.
type Judge struct {
	Name string
	// Source holds its Go files.
	Source fs.FS
}

// Human is what people said, utterance by utterance: helpers and those they helped. Without any there is no reference.
type Human struct{ Helpers, Clients []string }

// Row says how far one side's ear knows the other side's words.
type Row struct {
	// Ear is who hears, Voice is whose words are searched.
	Ear, Voice string
	// Phrases is the number of phrases that the ear knows, Words that of the words searched.
	Phrases, Words int
	// InVoice says how much of the ear is found in the voice.
	InVoice Found
	// InHuman says the same for as many words of people, drawn at random; nil when there are fewer.
	InHuman *Found
	// InAllHuman says the same for all that people said, HumanWords words; nil when they said nothing.
	InAllHuman *Found
	HumanWords int
}

// Found is how much of an ear is found in a text.
type Found struct {
	// Share is the share of the ear's phrases that occur at all, 0-1.
	Share float64
	// Rate is how many are found in 1000 words.
	Rate float64
}

// ears are those of the minds.
var ears = []ear{
	{"client", sources, "client", nil}, {"counselor", sources, "counselor", nil},
	{"partner", sources, "persona/partner", []string{"noticed"}}, {"speaker", sources, "persona/speaker", nil},
}

// pair is an ear and a voice that meet in a conversation or in its scoring.
type pair struct {
	ear   ear
	voice string
	texts func() ([]string, error)
	human []string
}

// Overlap measures every ear against the voice it hears. Errors are about sources that cannot be read.
func Overlap(judges []Judge, human Human) ([]Row, error) {
	everybody := slices.Concat(human.Helpers, human.Clients)
	counselor := func() ([]string, error) { return framesIn(sources, "counselor/wording") }
	speaker := func() ([]string, error) { return linesIn(sources, "persona/speaker") }
	pairs := []pair{
		{ears[0], "counselor", counselor, human.Helpers},
		{ears[1], "client", func() ([]string, error) { return framesIn(sources, "client/wording") }, human.Clients},
		{ears[2], "speaker", speaker, everybody},
		{ears[3], "partner", func() ([]string, error) { return linesIn(sources, "persona/partner") }, everybody},
	}
	for _, judge := range judges {
		e := ear{judge.Name, judge.Source, ".", nil}
		pairs = append(pairs, pair{e, "speaker", speaker, everybody}, pair{e, "counselor", counselor, human.Helpers})
	}
	var rows []Row
	for _, p := range pairs {
		row, err := p.measure()
		if err != nil {
			return nil, fmt.Errorf("what %s hears of %s: %w", p.ear.name, p.voice, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (p pair) measure() (Row, error) {
	phrases, err := p.ear.phrases()
	if err != nil {
		return Row{}, err
	}
	texts, err := p.texts()
	if err != nil {
		return Row{}, err
	}
	tokens := joined(texts)
	row := Row{Ear: p.ear.name, Voice: p.voice, Phrases: len(phrases), Words: wordsOf(tokens), InVoice: look(phrases, tokens)}
	if sample, ok := sampleOf(p.human, row.Words); ok {
		found := look(phrases, sample)
		row.InHuman = &found
	}
	if all := joined(p.human); len(all) > 0 {
		found := look(phrases, all)
		row.InAllHuman, row.HumanWords = &found, wordsOf(all)
	}
	return row, nil
}

// look looks for phrases in a text.
func look(phrases []string, tokens []language.Token) Found {
	matches := language.NewPhrases(phrases...).Find(tokens)
	rate := 1000 * float64(len(matches)) / float64(wordsOf(tokens))
	// A long phrase hides those inside it, so what was found is left out and the rest looked for again.
	missing := phrases
	for len(matches) > 0 {
		found := map[int]bool{}
		for _, match := range matches {
			found[match.Pattern] = true
		}
		var rest []string
		for i, phrase := range missing {
			if !found[i] {
				rest = append(rest, phrase)
			}
		}
		missing, matches = rest, language.NewPhrases(rest...).Find(tokens)
	}
	return Found{Share: 1 - float64(len(missing))/float64(len(phrases)), Rate: rate}
}

// joined are the tokens of texts, one after the other; no phrase goes on from one to the next.
func joined(texts []string) []language.Token {
	return language.Tokens(strings.Join(texts, " .\n"))
}

func wordsOf(tokens []language.Token) int {
	n := 0
	for _, token := range tokens {
		if token.IsWord() {
			n++
		}
	}
	return n
}

// sampleOf draws utterances until there are so many words. The draw is always the same one.
func sampleOf(texts []string, words int) ([]language.Token, bool) {
	shuffled := slices.Clone(texts)
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	n := 0
	for i, text := range shuffled {
		if n += wordsOf(language.Tokens(text)); n >= words {
			return joined(shuffled[:i+1]), true
		}
	}
	return nil, false
}

// Print writes rows as a table for people.
func Print(w io.Writer, rows []Row) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "ear\tvoice\tphrases\twords\tin voice\tin as many of people\tin all\twords\thits in 1000 words\tof people\t")
	for i := range rows {
		row := &rows[i]
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%s\t%s\t%s\t%d\t%.0f\t%s\t\n", row.Ear, row.Voice, row.Phrases, row.Words,
			row.InVoice.share(), row.InHuman.share(), row.InAllHuman.share(), row.HumanWords, row.InVoice.Rate, row.InAllHuman.rate())
	}
	return table.Flush()
}

// share and rate show what was found; what was not looked for is a dash, never a zero.
func (f *Found) share() string {
	if f == nil {
		return "-"
	}
	return fmt.Sprintf("%.0f%%", 100*f.Share)
}

func (f *Found) rate() string {
	if f == nil {
		return "-"
	}
	return fmt.Sprintf("%.0f", f.Rate)
}

// Twins are phrases that two ears have word for word.
type Twins struct {
	// One is an evaluator, Other a mind.
	One, Other string
	Phrases    []string
	// Of is the number of phrases that the mind's ear knows.
	Of int
}

// Common lists, for every evaluator and every mind it may score, the phrases that both listen for. Everyday ones are in both
// by nature; a copied list would be there whole.
func Common(judges []Judge) ([]Twins, error) {
	var all []Twins
	for _, judge := range judges {
		judged, err := ear{judge.Name, judge.Source, ".", nil}.phrases()
		if err != nil {
			return nil, fmt.Errorf("the phrases of %s: %w", judge.Name, err)
		}
		for _, e := range ears {
			known, err := e.phrases()
			if err != nil {
				return nil, fmt.Errorf("the phrases of %s: %w", e.name, err)
			}
			twins := Twins{One: judge.Name, Other: e.name, Of: len(known)}
			for _, phrase := range known {
				if slices.Contains(judged, phrase) {
					twins.Phrases = append(twins.Phrases, phrase)
				}
			}
			all = append(all, twins)
		}
	}
	return all, nil
}
