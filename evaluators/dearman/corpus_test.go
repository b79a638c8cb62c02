package dearman

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/vignette-sim/vignette/evaluators/utterance"
)

// The corpus that the models are trained on (corpus/README.md). A file has situations:
//
//	= h1 ask The speaker wants the flatmate to take the bins down when it is her week.
//	<! I'm busy, you know.
//	2000122 d2 It takes four minutes, I timed it. | n1c1 There might be some other way, I suppose.
//
// A line with < is what the other said, to which the utterances below it answer; with <! it pushes back, alone there is nothing
// before. An utterance has the levels of the seven skills, then its sentences with what each shows, or x. A situation that begins
// with == is a conversation: whatever stands in it above an utterance was said before.
func readCorpus(t testing.TB) []*lesson {
	t.Helper()
	corpusOnce.Do(func() { corpusLessons = readCorpusFiles(t, "corpus/*.txt") })
	return slices.Clone(corpusLessons)
}

// The corpus is read once for all tests, which takes seconds.
var (
	corpusOnce    sync.Once
	corpusLessons []*lesson
)

func readCorpusFiles(t testing.TB, pattern string) []*lesson {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	slices.Sort(files)
	var all []*lesson
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var at situation
		for n, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
			switch {
			case line == "":
			case strings.HasPrefix(line, "="):
				at = readSituation(t, name, n+1, line)
			case strings.HasPrefix(line, "<"):
				at.hear(line)
			default:
				all = append(all, readLesson(t, name, n+1, line, &at))
			}
		}
	}
	return all
}

// situation is what an utterance of the corpus stands in.
type situation struct {
	name, statement string
	conversation    bool // each utterance is said after those above it
	pushes          bool // the other pushes back in what was said last; not known of conversations
	before          []said
}

func readSituation(t testing.TB, file string, n int, line string) situation {
	t.Helper()
	fields := strings.SplitN(line, " ", 4)
	if len(fields) != 4 || fields[0] != "=" && fields[0] != "==" || fields[2] != "ask" && fields[2] != "refuse" {
		t.Fatalf("%s:%d: a situation has a name, ask or refuse, and a statement", file, n)
	}
	return situation{name: fields[1], statement: fields[3], conversation: fields[0] == "=="}
}

// hear takes a line of what the other said.
func (at *situation) hear(line string) {
	words, pushes := strings.CutPrefix(line, "<!")
	words = strings.TrimSpace(strings.TrimPrefix(words, "<"))
	if at.pushes = pushes; !at.conversation {
		at.before = nil
		if pushes {
			at.before = []said{{"speaker", "About this, I wanted to say something."}}
		}
	}
	if words != "" {
		at.before = append(at.before, said{"other", words})
	}
}

// part is a piece of an utterance of the corpus: its end in code points and how far it shows each strategy or speaks against each state.
type part struct {
	end   int
	shows [skills]int
}

func readLesson(t testing.TB, file string, n int, line string, at *situation) *lesson {
	t.Helper()
	l := &lesson{set: "corpus", writer: writerOf(strings.TrimSuffix(filepath.Base(file), ".txt")), group: at.name, weight: olderWeight}
	if strings.HasPrefix(filepath.Base(file), "varied-") {
		l.weight = 1
	}
	levels, rest, ok := strings.Cut(line, " ")
	if !ok || len(levels) != int(skills) || strings.Trim(levels, "-012") != "" {
		t.Fatalf("%s:%d: an utterance begins with the levels of seven skills: %q", file, n, line)
	}
	for s := range skills {
		l.want[s] = utterance.Level(strings.IndexByte("-012", levels[s])) - 1
	}
	if !at.conversation && at.pushes != (l.want[negotiate] != utterance.NotApplicable) {
		t.Fatalf("%s:%d: Negotiate has a level where the other pushes back, and only there", file, n)
	}
	text, parts := readParts(t, file, n, rest)
	l.hear(t, rated{Objective: at.statement, Role: "speaker", Text: text, Context: slices.Clone(at.before)})
	if at.conversation {
		at.before = append(at.before, said{"speaker", text})
	}
	for i, s := range l.said.sentences {
		l.sentences[i] = shownIn(parts, s.Tokens[0].Start, s.Tokens[len(s.Tokens)-1].End)
	}
	return l
}

// shownIn is what is shown in the parts that lie more than half within a stretch of an utterance, or that have its middle: of people who
// set no full stops, several parts are one sentence.
func shownIn(parts []part, start, end int) (shows [skills]int) {
	begin := 0
	for _, p := range parts {
		middle, own := (begin+p.end)/2, (start+end)/2
		if start <= middle && middle < end || begin <= own && own < p.end {
			for s := range skills {
				shows[s] = max(shows[s], p.shows[s])
			}
		}
		begin = p.end
	}
	return shows
}

// readParts reads "d2a1 Three times in May. | x Anyway."
func readParts(t testing.TB, file string, n int, line string) (string, []part) {
	t.Helper()
	var text strings.Builder
	var parts []part
	for _, each := range strings.Split(line, " | ") {
		tags, words, ok := strings.Cut(each, " ")
		if !ok {
			t.Fatalf("%s:%d: %q is a part without words", file, n, each)
		}
		if text.Len() > 0 {
			text.WriteByte(' ')
		}
		text.WriteString(words)
		p := part{end: utf8.RuneCountInString(text.String())}
		if tags != "x" && !p.read(tags) {
			t.Fatalf("%s:%d: a part shows d, e, a, r, n, m or c with 1 or 2, or x, not %q", file, n, tags)
		}
		parts = append(parts, p)
	}
	return text.String(), parts
}

// read reads tags: letters of skills, each with a level.
func (p *part) read(tags string) bool {
	for ; len(tags) >= 2; tags = tags[2:] {
		s := strings.IndexByte(skillLetters, tags[0])
		if s < 0 || tags[1] != '1' && tags[1] != '2' {
			return false
		}
		p.shows[s] = max(p.shows[s], int(tags[1]-'0'))
	}
	return tags == ""
}

// readSentences reads what the sentences of labelled utterances show, by set and id: "blind/third t03-01 2e1 3a2" says that the second
// expresses weakly and the third asserts strongly. Sentences that show nothing are left out.
func readSentences(t testing.TB) map[string][]string {
	t.Helper()
	data, err := os.ReadFile("testdata/sentences.txt")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for line := range strings.Lines(string(data)) {
		fields := strings.Fields(line)
		all[fields[0]+" "+fields[1]] = fields[2:]
	}
	return all
}

// mark puts the labels of sentences to them: "3a2".
func (l *lesson) mark(t testing.TB, tags []string) {
	t.Helper()
	for _, tag := range tags {
		at := strings.IndexAny(tag, skillLetters)
		i, err := strconv.Atoi(tag[:max(at, 0)])
		p := part{}
		if err != nil || i < 1 || i > len(l.sentences) || !p.read(tag[at:]) {
			t.Fatalf("%q does not mark one of the %d sentences of %q", tag, len(l.sentences), l.said.text)
		}
		for s := range skills {
			l.sentences[i-1][s] = max(l.sentences[i-1][s], p.shows[s])
		}
	}
}
