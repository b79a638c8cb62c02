package dearman

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/vignette-sim/vignette/evaluators/utterance"
)

// The corpus that the models are trained on (corpus/README.md). A file has situations:
//
//	= h1 ask The speaker wants the flatmate to take the bins down when it is her week.
//	<! I'm busy, you know.
//	21 d2 It takes four minutes, I timed it. | n1 There might be some other way, I suppose.
//
// A line with < is what the other said, to which the utterances below it answer; with <! it pushes back, alone there is nothing
// before. An utterance has the levels of Mindful and Confident, then its parts with what each shows: d, e, a, r or n and a level, or x.
func readCorpus(t testing.TB) []*lesson {
	t.Helper()
	files, err := filepath.Glob("corpus/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	slices.Sort(files)
	var all []*lesson
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var group, statement, before string
		for n, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
			switch {
			case line == "":
			case strings.HasPrefix(line, "= "):
				fields := strings.SplitN(line, " ", 4)
				if len(fields) != 4 || fields[2] != "ask" && fields[2] != "refuse" {
					t.Fatalf("%s:%d: a situation has a name, ask or refuse, and a statement", name, n+1)
				}
				group, statement, before = fields[1], fields[3], ""
			case strings.HasPrefix(line, "<"):
				before = line
			default:
				all = append(all, readLesson(t, name, n+1, line, statement, before))
				all[len(all)-1].group = group
			}
		}
	}
	return all
}

// part is a piece of an utterance of the corpus: its end in code points and what it shows.
type part struct {
	end   int
	shows skill // skills where it shows none
	level utterance.Level
}

func readLesson(t testing.TB, file string, n int, line, statement, before string) *lesson {
	t.Helper()
	if len(line) < 4 || strings.Trim(line[:2], "012") != "" || line[2] != ' ' {
		t.Fatalf("%s:%d: an utterance begins with the levels of Mindful and Confident: %q", file, n, line)
	}
	l := &lesson{set: "corpus", weight: 0.2}
	var text strings.Builder
	var parts []part
	for _, each := range strings.Split(line[3:], " | ") {
		tag, words, ok := strings.Cut(each, " ")
		shows, level := skills, utterance.None
		if ok && tag != "x" {
			at := strings.Index("dearn", tag[:1])
			if len(tag) != 2 || at < 0 || tag[1] != '1' && tag[1] != '2' {
				t.Fatalf("%s:%d: a part shows d, e, a, r or n with 1 or 2, or x, not %q", file, n, tag)
			}
			shows, level = skill(at), utterance.Level(tag[1]-'0')
			l.want[shows] = max(l.want[shows], level)
		}
		if text.Len() > 0 {
			text.WriteByte(' ')
		}
		text.WriteString(words)
		parts = append(parts, part{utf8.RuneCountInString(text.String()), shows, level})
	}
	l.want[mindful], l.want[confident] = utterance.Level(line[0]-'0'), utterance.Level(line[1]-'0')
	r := rated{Objective: statement, Role: "speaker", Text: text.String()}
	other, pushes := strings.CutPrefix(before, "<!")
	if !pushes {
		l.want[negotiate] = utterance.NotApplicable
		other = strings.TrimPrefix(other, "<")
	} else {
		r.Context = append(r.Context, struct{ Role, Text string }{"speaker", "About this, I wanted to say something."})
	}
	if other = strings.TrimSpace(other); other != "" {
		r.Context = append(r.Context, struct{ Role, Text string }{"other", other})
	}
	l.hear(t, r)
	for _, s := range l.said.sentences {
		middle := (s.Tokens[0].Start + s.Tokens[len(s.Tokens)-1].End) / 2
		at := slices.IndexFunc(parts, func(p part) bool { return middle < p.end })
		l.sentences = append(l.sentences, l.labelsOf(parts[at]))
	}
	return l
}

// labelsOf are those of a sentence in a part of an utterance: how far it shows each strategy, and how far it speaks against the states.
// What speaks against Mindful is in parts that show no strategy, what speaks against Confident in those or in hints.
func (l *lesson) labelsOf(p part) (labels [skills]int) {
	if p.shows != skills {
		labels[p.shows] = int(p.level)
	} else {
		labels[mindful] = int(utterance.Strong - l.want[mindful])
	}
	if p.shows == skills || p.level == utterance.Weak && p.shows != describe && p.shows != express {
		labels[confident] = int(utterance.Strong - l.want[confident])
	}
	return labels
}
