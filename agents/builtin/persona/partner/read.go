package partner

import (
	"slices"

	"github.com/vignette-sim/vignette/agents/builtin/persona/scene"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// cue is something a partner notices in what is said to them.
type cue int

const (
	cueRequest cue = iota
	cueWish
	cueStands
	cueNo
	cueProposal
	cueFeelsBad
	cueFeelsGood
	cueReason
	cueHearsMe
	cueAsksNeeds
	cueAsksView
	cueBlame
	cueJudges
	cueAccuses
	cueUltimatum
	cueThreat
	cueInsult
	cueSarcasm
	cueDemand
	cueSorry
	cueThanks
	cueAccepts
	cueWithdraws
	cueYields
	cueTakesQuestion
	cueComesBack
	cueHint
	cueGreets
	cueBye
	cues // how many there are
)

var (
	phrases *language.Phrases
	cueOf   []cue
)

func init() {
	var patterns []string
	for c := cue(0); c < cues; c++ {
		for _, pattern := range noticed[c] {
			patterns, cueOf = append(patterns, pattern), append(cueOf, c)
		}
	}
	phrases = language.NewPhrases(patterns...)
}

// reading is what one turn said to the partner.
type reading struct {
	// has counts cues.
	has [cues]int
	// facts counts plain statements about the matter that are news.
	facts int
	// met is for each interest how far the turn meets it, 0-1.
	met []float64
	// gains counts statements of what the partner would gain.
	gains int
	// stray counts statements that have nothing to do with the matter.
	stray int
	// asked says that something about the matter was asked for, in a sentence of its own; plainly, that it was not only
	// wished for.
	asked, plainly bool
	// asking are the stems of the sentences that ask.
	asking language.Stems
	// repeats says that it is asked for in the words of an earlier time.
	repeats bool
	// onTopic says that at least one sentence is about the matter.
	onTopic bool
	// coherent is the share of sentences that are sentences, 0-1.
	coherent float64
	// echo says that the turn hands the partner's own last words back and adds nothing.
	echo bool
	// reflects says that the turn takes up what the partner said and goes on.
	reflects bool
	// validates says that it shows the partner's view to have been understood: words of understanding about what the
	// partner really said.
	validates bool
	// sentences counts them.
	sentences int
	// question is the form of the last question, if any.
	question language.QuestionForm
	// content are the stems of its content words.
	content language.Stems
	// silent says that nothing was said.
	silent bool
}

func (r *reading) attacks() bool {
	return r.has[cueBlame]+r.has[cueAccuses]+r.has[cueThreat]+r.has[cueUltimatum]+r.has[cueInsult]+r.has[cueSarcasm] > 0
}

// presses says whether there is pressure in it that is no attack yet.
func (r *reading) presses() bool { return r.has[cueDemand]+r.has[cueJudges] > 0 }

// threatens says whether it holds out something bad.
func (r *reading) threatens() bool { return r.has[cueThreat]+r.has[cueUltimatum] > 0 }

// offers says whether something was proposed that bears on the matter.
func (r *reading) offers() bool {
	return r.has[cueProposal] > 0 && r.onTopic
}

// reader knows what a partner knows when reading.
type reader struct {
	stance *vignettev1.Stance
	// topic are the stems of what the matter is about.
	topic []language.Stems
	// interests are the words that meet each interest, as stems.
	interests [][][]string
	// objections are the stems of each objection.
	objections []language.Stems
	// names are what the others are called, the counterpart too.
	names []string
	// mine are the stems of what the partner said last.
	mine language.Stems
	// known are stems the counterpart has used before.
	known language.Stems
	// clear says that it is known what is asked for.
	clear bool
	// wondering says that the partner has just asked what is wanted: whatever is asked for then is the matter.
	wondering bool
	// asked are the stems of requests heard before.
	asked []language.Stems
}

// read reads one turn.
func (rd *reader) read(line *scene.Line) *reading {
	r := &reading{met: make([]float64, len(rd.stance.GetInterests())), content: language.Stems{}, asking: language.Stems{}}
	r.silent = len(line.Sentences) == 0 || line.Kind == vignettev1.ActionKind_ACTION_KIND_SILENT
	news := 0
	for i := range line.Sentences {
		if rd.sentence(r, &line.Sentences[i]) {
			news++
		}
	}
	if r.sentences > 0 {
		r.coherent /= float64(r.sentences)
	}
	shared := r.content.Shared(rd.mine)
	r.echo = shared >= echoWords && news == 0 && r.content.Overlap(rd.mine) >= echoShare && r.has[cueAsksNeeds] == 0 // who asks what I need adds something
	r.reflects = !r.echo && shared >= 2 && news > 0 && !r.asked
	r.validates = !r.echo && !r.attacks() && (r.reflects || r.validates)
	for _, before := range rd.asked {
		r.repeats = r.repeats || r.asked && r.asking.Overlap(before) >= sameAsking && before.Overlap(r.asking) >= sameAsking
	}
	return r
}

// sentence adds one sentence to a reading and says whether it is news: coherent, and not the partner's own words.
func (rd *reader) sentence(r *reading, sentence *language.Sentence) bool {
	r.sentences++
	stems := language.StemsOf(sentence.Tokens)
	for stem := range stems {
		r.content[stem] = struct{}{}
	}
	matches := phrases.Find(sentence.Tokens)
	var has [cues]int
	for _, match := range matches {
		c := cueOf[match.Pattern]
		if negatable[c] && language.Negated(sentence.Tokens, match.First) {
			continue
		}
		has[c]++
	}
	rd.overtones(sentence, &has)
	form := language.FormOf(sentence.Tokens)
	if form != language.NoQuestion {
		r.question = form
	}
	coherent := isSentence(sentence.Tokens, len(matches))
	if coherent {
		r.coherent++
	}
	for c, n := range has {
		// Skill words count in sentences only; an insult needs no grammar.
		if cue(c) == cueProposal && !rd.onTopic(stems) && stems.Shared(rd.known) == 0 {
			continue // "I could say something" proposes nothing
		}
		if cue(c) == cueAccepts && rd.namesOther(sentence.Tokens) {
			continue // a yes to somebody else
		}
		if coherent || relational[c] {
			r.has[c] += n
		}
	}
	copied := len(stems) >= 2 && stems.Overlap(rd.mine) >= echoShare
	r.validates = r.validates || has[cueHearsMe] > 0 && coherent && stems.Shared(rd.mine) > 0
	if !coherent || copied {
		return false
	}
	if rd.clear && has[cueStands] > 0 {
		r.onTopic, r.asked, r.plainly = true, true, true // it points back at the request
	}
	if rd.onTopic(stems) || rd.wondering && has[cueRequest] > 0 && has[cueGreets] == 0 && len(stems) > 0 {
		r.onTopic = true
		rd.asks(r, stems, has)
	}
	if form == language.NoQuestion {
		rd.statement(r, sentence, stems, has)
	}
	return len(stems) > 1 // "I understand." is polite, and no news
}

// overtones hears what is said between the words of a sentence: an ultimatum in two halves, a reproach that calls itself
// a feeling.
func (rd *reader) overtones(sentence *language.Sentence, has *[cues]int) {
	if conditions.In(sentence.Tokens) && consequences.In(sentence.Tokens) {
		has[cueUltimatum]++
	}
	if has[cueAccuses] == 0 {
		return
	}
	for i, token := range sentence.Tokens {
		if kindWords[token.Norm] && !language.Negated(sentence.Tokens, i) {
			has[cueAccuses] = 0
		}
	}
	if has[cueAccuses] > 0 {
		has[cueFeelsBad], has[cueFeelsGood] = 0, 0 // it tells of the other, not of oneself
	}
}

// asks takes in a sentence about the matter that asks for it, unless it attacks in the same breath.
func (rd *reader) asks(r *reading, stems language.Stems, has [cues]int) {
	if has[cueRequest]+has[cueWish]+has[cueStands] == 0 || has[cueBlame]+has[cueAccuses]+has[cueInsult]+has[cueThreat]+has[cueUltimatum] > 0 {
		return
	}
	r.asked = true
	r.plainly = r.plainly || has[cueRequest]+has[cueStands] > 0
	for stem := range stems {
		r.asking[stem] = struct{}{}
	}
}

// bears says whether a sentence has to do with the matter: by its words, by what has been said about it before, or by
// pointing back at somebody in it.
func (rd *reader) bears(tokens []language.Token, stems language.Stems) bool {
	if rd.onTopic(stems) || stems.Shared(rd.known) > 0 {
		return true
	}
	for _, token := range tokens {
		switch token.Norm {
		case "he", "him", "his", "she", "her", "they", "them", "their", "he's", "she's", "they're":
			return len(rd.known) > 0
		}
	}
	return false
}

// namesOther says whether a sentence is addressed to somebody else by name.
func (rd *reader) namesOther(tokens []language.Token) bool {
	for _, token := range tokens {
		for _, name := range rd.names {
			if token.Norm == name {
				return true
			}
		}
	}
	return false
}

// statement reads what a plain statement gives the partner to think about.
func (rd *reader) statement(r *reading, sentence *language.Sentence, stems language.Stems, has [cues]int) {
	proposal := has[cueProposal] > 0
	words := stemsInOrder(sentence.Tokens)
	for i, wanted := range rd.interests {
		hits := countHits(words, wanted)
		if hits == 0 || !proposal && has[cueRequest]+has[cueWish] > 0 { // what is asked for gives nothing
			continue
		}
		level := oneHit
		if hits > 1 {
			level = 1
		}
		if !proposal {
			level *= statedOnly
		}
		r.met[i] = max(r.met[i], level)
	}
	social := has[cueRequest] + has[cueWish] + has[cueNo] + has[cueFeelsBad] + has[cueFeelsGood] + has[cueHearsMe] + has[cueSorry] + has[cueThanks] + has[cueHint] + has[cueDemand]
	fresh := stems.Overlap(rd.known) < staleShare
	switch {
	case !fresh || len(stems) < 2:
	case addressesGain(sentence.Tokens) && has[cueRequest]+has[cueFeelsBad]+has[cueFeelsGood]+has[cueNo] == 0:
		r.gains++
	case proposal || social > 0 || has[cueJudges] > 0:
	case rd.bears(sentence.Tokens, stems):
		r.facts++
	case len(stems) > 2:
		r.stray++
	}
}

// onTopic says whether any of some stems is about the matter. What the others are called is about nothing.
func (rd *reader) onTopic(stems language.Stems) bool {
	for stem := range stems {
		if slices.Contains(rd.names, stem) {
			continue
		}
		for _, topic := range rd.topic {
			if _, ok := topic[stem]; ok {
				return true
			}
		}
		for _, phrases := range rd.interests {
			for _, phrase := range phrases {
				if slices.Contains(phrase, stem) {
					return true
				}
			}
		}
	}
	return false
}

// about are the interests a text of the author's is about, by their words.
func (rd *reader) about(text string) []int {
	var about []int
	words := stemsInOrder(language.Tokens(text))
	for i, wanted := range rd.interests {
		if countHits(words, wanted) >= minAbout {
			about = append(about, i)
		}
	}
	return about
}

// stemsInOrder are the stems of all words of a sentence, grammar words too.
func stemsInOrder(tokens []language.Token) []string {
	stems := make([]string, 0, len(tokens))
	for _, token := range tokens {
		if token.IsWord() {
			stems = append(stems, language.Stem(token.Norm))
		}
	}
	return stems
}

// countHits counts how many of an interest's phrases, each of one or more stems, occur. Forms of one word count once.
func countHits(words []string, wanted [][]string) int {
	hits := 0
	for _, phrase := range wanted {
		if occurs(words, phrase) {
			hits++
		}
	}
	return hits
}

func occurs(words, phrase []string) bool {
	for i := 0; len(phrase) > 0 && i+len(phrase) <= len(words); i++ {
		if slices.Equal(words[i:i+len(phrase)], phrase) {
			return true
		}
	}
	return false
}

// phrasesOf are the words of an interest as stems, each once.
func phrasesOf(interest *vignettev1.Interest) [][]string {
	var phrases [][]string
	for _, word := range interest.GetWords() {
		phrase := stemsInOrder(language.Tokens(word))
		known := slices.ContainsFunc(phrases, func(other []string) bool { return slices.Equal(other, phrase) })
		if !known {
			phrases = append(phrases, phrase)
		}
	}
	return phrases
}

// addressesGain says whether a statement tells the partner what they would have: "you" before a word of what would be.
func addressesGain(tokens []language.Token) bool {
	for i, token := range tokens {
		switch token.Norm {
		case "you'd", "you'll":
			return true
		case "you", "others", "we":
			if i+1 < len(tokens) && (tokens[i+1].Norm == "would" || tokens[i+1].Norm == "will" || tokens[i+1].Norm == "can" || tokens[i+1].Norm == "wouldn't" || tokens[i+1].Norm == "won't" || tokens[i+1].Norm == "stay") {
				return true
			}
		case "we'd", "we'll":
			return true
		}
	}
	return false
}

// isSentence tells a sentence from words in a heap: there is grammar between the content words, they do not pile up, and
// it is not made of signal words only.
func isSentence(tokens []language.Token, signals int) bool {
	words, grammar, joints, run, longest, verb := 0, 0, 0, 0, 0, false
	for i, token := range tokens {
		if !token.IsWord() {
			run = 0
			continue
		}
		words++
		if joins[token.Norm] {
			joints++
		}
		verb = verb || language.IsAuxiliary(token.Norm) || language.IsVerb(token.Norm) || isVerbForm(token.Norm)
		if language.IsStopWord(token.Norm) || language.IsAuxiliary(token.Norm) {
			grammar++
			run = 0
			continue
		}
		if i == 0 || token.Quote == token.Norm {
			run++ // names do not pile up: "Mill Road" is one thing
		}
		longest = max(longest, run)
	}
	switch {
	case words == 0:
		return false
	case words <= shortSentence:
		return longest <= 2
	}
	question := language.FormOf(tokens) != language.NoQuestion // held together by its order
	if words >= longSentence && !question && float64(joints) < leastJoints*float64(words) {
		return false
	}
	return verb && longest <= longestRun && float64(grammar) >= leastGrammar*float64(words) && float64(signals) <= mostSignals*float64(words)
}

// joins are the words that hold a longer sentence together: articles, possessives, prepositions, the copula.
var joins = map[string]bool{
	"the": true, "a": true, "an": true, "my": true, "your": true, "his": true, "her": true, "its": true, "our": true, "their": true, "this": true, "that": true, "any": true, "every": true, "no": true,
	"to": true, "of": true, "in": true, "on": true, "at": true, "by": true, "for": true, "from": true, "with": true, "about": true, "into": true, "between": true, "until": true, "after": true, "without": true,
	"before": true, "over": true, "under": true, "through": true, "as": true, "which": true, "where": true, "while": true, "since": true, "all": true, "me": true, "him": true, "us": true, "them": true,
	"and": true, "or": true, "but": true, "if": true, "when": true, "who": true, "so": true, "than": true, "not": true, "it": true, "there": true, "is": true, "are": true, "was": true, "were": true, "be": true, "been": true, "it's": true, "that's": true, "i'm": true,
}

func isVerbForm(norm string) bool {
	if _, ok := language.BaseOfPast(norm); ok {
		return true
	}
	_, ok := language.BaseOfThird(norm)
	return ok || len(norm) > 3 && (norm[len(norm)-3:] == "'ll" || norm[len(norm)-3:] == "'re" || norm[len(norm)-3:] == "'ve") || len(norm) > 2 && (norm[len(norm)-2:] == "'d" || norm[len(norm)-2:] == "'m" || norm[len(norm)-2:] == "'s")
}
