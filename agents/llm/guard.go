package llm

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/internal/language"
	"github.com/vignette-sim/vignette/internal/pattern"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// finding is what is wrong with an answer: a word for prompts and for the books. It reads the form of an answer, not its
// worth; what a helper's talk in a client's mouth sounds like is for evaluators.
type finding string

const (
	sound finding = ""
	// wordless: an action that needs words has none.
	wordless finding = "wordless"
	// outOfFiction: it speaks of being a program, or of this being made up.
	outOfFiction finding = "fiction"
	// roleFlip: it begins as somebody else's line.
	roleFlip finding = "role flip"
	// severalVoices: it has lines for several people.
	severalVoices finding = "script"
	// narration: it has stage directions, its own name in front, or quotation marks around everything.
	narration finding = "narration"
	// diagram: a client uses words of the trade, or describes its own style.
	diagram finding = "diagram"
	// echo: it repeats the last turn, or its own.
	echo finding = "echo"
	// goodbye: it takes leave before there was a conversation.
	goodbye finding = "goodbye"
)

// guard reads answers of one role in one turn. It keeps nothing.
type guard struct {
	client bool
	name   string
	// own and foreign are labels that lines may begin with, normalised.
	own, foreign map[string]bool
	// before are the turns that must not be repeated: the last of each other, and one's own last. heard is all that others said.
	before []string
	heard  string
	// early says that nobody may want to go yet.
	early bool
}

const (
	// briefly is how many turns make no conversation yet, longWay how many must be left for a goodbye to be early. Chosen.
	briefly = 6
	longWay = 4
)

func guardOf(obs *vignettev1.Observation) *guard {
	self := obs.GetSelf()
	g := &guard{
		client: self.GetKind() == vignettev1.AgentKind_AGENT_KIND_CLIENT, name: nameOf(self),
		own: map[string]bool{}, foreign: map[string]bool{},
		early: len(obs.GetTurns()) < briefly && obs.GetTurnsLeft() > longWay,
	}
	for _, label := range foreignLabels {
		g.foreign[label] = true
	}
	for _, other := range obs.GetOthers() {
		addNames(g.foreign, other.GetName(), other.GetId())
		for _, label := range kindLabels[other.GetKind()] {
			g.foreign[label] = true
		}
	}
	addNames(g.own, nameOf(self), self.GetPersona().GetName(), self.GetId())
	for _, label := range kindLabels[self.GetKind()] {
		g.own[label] = true
	}
	for label := range g.own {
		delete(g.foreign, label)
	}
	g.listen(obs)
	return g
}

// listen takes in what was said before.
func (g *guard) listen(obs *vignettev1.Observation) {
	last := map[string]string{}
	var heard strings.Builder
	for _, turn := range obs.GetTurns() {
		action := turn.GetAction()
		spoken := action.GetKind() == vignettev1.ActionKind_ACTION_KIND_SPEAK || action.GetKind() == vignettev1.ActionKind_ACTION_KIND_LEAVE
		if spoken {
			last[turn.GetRole()] = action.GetText()
		}
		if turn.GetRole() == obs.GetSelf().GetId() {
			continue
		}
		heard.WriteString(normal(action.GetText()) + "\n")
		if action.GetKind() == vignettev1.ActionKind_ACTION_KIND_LEAVE || spoken && takesLeave(action.GetText()) {
			g.early = false
		}
	}
	for _, text := range last {
		g.before = append(g.before, text)
	}
	g.heard = heard.String()
}

// addNames adds names, and first names.
func addNames(set map[string]bool, names ...string) {
	for _, name := range names {
		name = normal(name)
		if name == "" {
			continue
		}
		set[name] = true
		if first, _, more := strings.Cut(name, " "); more && len([]rune(first)) > 2 && !titles[strings.Trim(first, ".")] {
			set[first] = true
		}
	}
}

// look returns the first thing that is wrong with an action.
func (g *guard) look(action *vignettev1.Action) finding {
	text, kind := action.GetText(), action.GetKind()
	speaks := kind == vignettev1.ActionKind_ACTION_KIND_SPEAK || kind == vignettev1.ActionKind_ACTION_KIND_LEAVE
	leaves := kind == vignettev1.ActionKind_ACTION_KIND_LEAVE
	switch {
	case kind == vignettev1.ActionKind_ACTION_KIND_SILENT:
		return sound
	case text == "" && !leaves:
		return wordless
	case breaksFiction().MatchString(normal(text)):
		return outOfFiction
	case g.foreign[label(firstLine(text))]:
		return roleFlip
	case g.severalSpeak(text):
		return severalVoices
	case speaks && g.narrates(text):
		return narration
	case g.client && g.tradeTalk(text):
		return diagram
	case speaks && g.repeats(text):
		return echo
	case g.early && (leaves || takesLeave(text)):
		return goodbye
	}
	return sound
}

// normal is a text in lower case with straight apostrophes and single spaces.
func normal(text string) string {
	return strings.Join(strings.Fields(language.Normalise(text)), " ")
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// longestLabel is how many code points stand before a colon at most when they name a speaker.
const longestLabel = 60

// label is who a line says it belongs to: what stands before its colon, without marks and remarks. "**Ruth** (softly): well".
func label(line string) string {
	i := strings.IndexAny(line, ":：")
	if i < 0 || len([]rune(line[:i])) > longestLabel {
		return ""
	}
	return strings.Trim(normal(remark.ReplaceAllString(line[:i], "")), `*_"'“”„[] `)
}

// severalSpeak says whether a line after the first begins with somebody's name, or the same line goes on as another's.
func (g *guard) severalSpeak(text string) bool {
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if l := label(line); i > 0 && (g.own[l] || g.foreign[l]) {
			return true
		}
	}
	return false
}

var (
	remark = regexp.MustCompile(`[(（\[][^()（）\[\]]*[)）\]]`)
	// starred is text between single asterisks; bracketed is text in brackets.
	starred   = regexp.MustCompile(`\*+([^*\n]{1,160})\*+`)
	bracketed = regexp.MustCompile(`[(（\[【]([^()（）\[\]【】\n]{1,160})[)）\]】]`)
	// gesture is how stage directions begin in English.
	gesture = pattern.Of(`^(?:(?:a |an |the |long |short |brief |another |slight )*(?:pause|silence|sigh|nod|smile|shrug|laugh|beat)|(?:\p{L}+ly )?(?:\p{L}{2,}(?:s|es|ing)))\b`)
)

// narrates says whether a text tells what is done instead of saying something.
func (g *guard) narrates(text string) bool {
	return g.own[label(firstLine(text))] || wrapped(text) != text || len(directions(text)) > 0 || g.ownStory(text)
}

// directions are the stage directions of a text, as spans of bytes.
func directions(text string) [][]int {
	var found [][]int
	for _, m := range starred.FindAllStringSubmatchIndex(text, -1) {
		inner := strings.TrimSpace(text[m[2]:m[3]])
		if strings.ContainsAny(inner, " \t") && !emphasised(text, m) || alone(text, m) {
			found = append(found, m[:2])
		}
	}
	for _, m := range bracketed.FindAllStringSubmatchIndex(text, -1) {
		inner := normal(text[m[2]:m[3]])
		if gesture().MatchString(inner) && !asides[strings.SplitN(inner, " ", 2)[0]] || strings.TrimSpace(text[:m[0]]) == "" && len(strings.Fields(inner)) <= 4 {
			found = append(found, m[:2])
		}
	}
	return found
}

// alone says whether a marked piece stands between sentences, not in one.
func alone(text string, m []int) bool {
	before, after := strings.TrimRight(text[:m[0]], " \t"), strings.TrimLeft(text[m[1]:], " \t")
	begins := before == "" || strings.ContainsAny(lastRune(before), ".!?…。！？\n\"”")
	goesOn := after != "" && strings.ContainsRune(",;:.!?", []rune(after)[0])
	return begins && !goesOn
}

// emphasised says whether several marked words belong to the sentence around them: "that is *not my fault* at all".
func emphasised(text string, m []int) bool {
	before := strings.TrimRight(text[:m[0]], " \t")
	if before == "" || strings.ContainsAny(lastRune(before), ".!?…。！？,\n") {
		return false
	}
	return !gesture().MatchString(normal(text[m[2]:m[3]]))
}

func lastRune(text string) string {
	runes := []rune(text)
	return string(runes[len(runes)-1:])
}

// ownStory says whether a text begins by telling about its speaker in the third person: "Ruth looks down."
func (g *guard) ownStory(text string) bool {
	rest, found := strings.CutPrefix(text, g.name)
	if !found {
		first, _, _ := strings.Cut(g.name, " ")
		if rest, found = strings.CutPrefix(text, first); !found || first == "" {
			return false
		}
	}
	words := strings.Fields(rest)
	if len(words) == 0 || !strings.HasPrefix(rest, " ") || introducing[normal(strings.Trim(words[0], ".,!"))] {
		return false
	}
	return unicode.IsLower([]rune(words[0])[0]) && words[0] == strings.TrimRight(words[0], ".,!?")
}

// quotes are pairs of quotation marks.
var quotes = [][2]string{{`"`, `"`}, {"“", "”"}, {"„", "“"}, {"„", "”"}, {"«", "»"}, {"»", "«"}, {"「", "」"}, {"『", "』"}, {"‘", "’"}, {"'", "'"}}

// wrapped is a text without the one pair of quotation marks that stands around all of it.
func wrapped(text string) string {
	for _, q := range quotes {
		inner, starts := strings.CutPrefix(text, q[0])
		inner, ends := strings.CutSuffix(inner, q[1])
		if starts && ends && inner != "" && !strings.Contains(inner, q[0]) && !closesWithin(inner, q) {
			return strings.TrimSpace(inner)
		}
	}
	return text
}

// closesWithin says whether a quotation ends inside; an apostrophe is no end.
func closesWithin(inner string, q [2]string) bool {
	return q[1] != "’" && q[1] != "'" && strings.Contains(inner, q[1])
}

// tradeTalk says whether a client speaks as its diagram does. Words that somebody else brought in may be used.
func (g *guard) tradeTalk(text string) bool {
	for _, found := range trade().FindAllString(normal(text), -1) {
		if !strings.Contains(g.heard, found) {
			return true
		}
	}
	return false
}

const (
	// alike is the similarity from which two turns are the same. Chosen: one word changed in a sentence of ten.
	alike = 0.85
	// fewLetters is how short a text may be and still come twice: "I don't know." Dense scripts say more with less.
	fewLetters, fewSigns = 20, 7
)

// repeats says whether a text is nearly one of those before.
func (g *guard) repeats(text string) bool {
	said := letters(text)
	few := fewLetters
	if strings.ContainsFunc(string(said), dense) {
		few = fewSigns
	}
	return len(said) >= few && slices.ContainsFunc(g.before, func(before string) bool { return similar(said, letters(before)) >= alike })
}

func dense(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// letters are the letters and digits of a text, in lower case.
func letters(text string) []rune {
	return slices.DeleteFunc([]rune(strings.ToLower(text)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// similar is the share of groups of three letters that two texts have in common (Dice), 0-1.
func similar(a, b []rune) float64 {
	if len(a) < 3 || len(b) < 3 {
		return 0
	}
	groups := map[[3]rune]int{}
	for i := range len(a) - 2 {
		groups[[3]rune(a[i:i+3])]++
	}
	both := 0
	for i := range len(b) - 2 {
		if group := [3]rune(b[i : i+3]); groups[group] > 0 {
			groups[group]--
			both++
		}
	}
	return 2 * float64(both) / float64(len(a)+len(b)-4)
}

// takesLeave says whether the last sentence of a text is a farewell.
func takesLeave(text string) bool {
	sentences := language.Sentences(text)
	if len(sentences) == 0 {
		return false
	}
	return farewell().MatchString(normal(sentences[len(sentences)-1].Quote))
}

// mend puts right what needs no thought: a name in front, quotation marks around everything, stage directions. What is left
// of words that were a gesture alone becomes that gesture, where gestures are allowed. Lines of others are left as they are:
// without their marks they would pass for one's own.
func (g *guard) mend(obs *vignettev1.Observation, action *vignettev1.Action) {
	if why := g.look(action); why == roleFlip || why == severalVoices {
		return
	}
	text := action.GetText()
	if g.own[label(firstLine(text))] {
		text = strings.TrimSpace(strings.TrimLeft(text[strings.IndexAny(text, ":："):], ":：*_"))
	}
	text = wrapped(text)
	switch action.GetKind() {
	case vignettev1.ActionKind_ACTION_KIND_NONVERBAL, vignettev1.ActionKind_ACTION_KIND_ACT:
		text = unwrapped(text)
	case vignettev1.ActionKind_ACTION_KIND_SPEAK, vignettev1.ActionKind_ACTION_KIND_LEAVE:
		words := wrapped(without(text, directions(text)))
		if words == "" && action.GetKind() == vignettev1.ActionKind_ACTION_KIND_SPEAK && agents.Allows(obs, vignettev1.ActionKind_ACTION_KIND_NONVERBAL) {
			action.Kind, words = vignettev1.ActionKind_ACTION_KIND_NONVERBAL, unwrapped(text)
		}
		text = words
	}
	action.Text = text
}

// unwrapped is a gesture without the marks around it.
func unwrapped(text string) string {
	return strings.TrimSpace(strings.Trim(text, "*_()（）[]【】 "))
}

// without cuts spans out of a text and closes the gaps.
func without(text string, spans [][]int) string {
	if len(spans) == 0 {
		return text
	}
	slices.SortFunc(spans, func(a, b []int) int { return a[0] - b[0] })
	var kept strings.Builder
	at := 0
	for _, span := range spans {
		if span[0] >= at {
			kept.WriteString(strings.TrimRight(text[at:span[0]], " \t"))
			kept.WriteByte(' ')
			at = span[1]
		}
	}
	kept.WriteString(strings.TrimLeft(text[at:], " \t"))
	return strings.TrimSpace(strings.ReplaceAll(kept.String(), "  ", " "))
}
