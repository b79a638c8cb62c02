package language

import "strings"

// irregular lists base, past and participle of irregular verbs; one form in the middle stands for both.
const irregular = `smell hug rinse chew scrub pour fetch knit polish sweat faint stammer blush arise arose arisen|become became become|begin began begun|bend bent|bite bit bitten|bleed bled|blow blew blown|break broke broken|
bring brought|build built|burn burnt|buy bought|catch caught|choose chose chosen|cling clung|come came come|cost cost|creep crept|cut cut|deal dealt|dig dug|
do did done|draw drew drawn|drink drank drunk|drive drove driven|eat ate eaten|fall fell fallen|feed fed|feel felt|fight fought|find found|flee fled|fly flew flown|
forbid forbade forbidden|forget forgot forgotten|forgive forgave forgiven|freeze froze frozen|get got|give gave given|go went gone|grow grew grown|hang hung|
have had|hear heard|hide hid hidden|hit hit|hold held|hurt hurt|keep kept|know knew known|lay laid|lead led|leave left|lend lent|let let|lie lay lain|lose lost|
make made|mean meant|meet met|overcome overcame overcome|overeat overate overeaten|oversleep overslept|pay paid|put put|quit quit|read read|ride rode ridden|ring rang rung|rise rose risen|
run ran run|say said|see saw seen|seek sought|sell sold|send sent|set set|shake shook shaken|shut shut|sing sang sung|sink sank sunk|sit sat|sleep slept|speak spoke spoken|
spend spent|split split|spread spread|stand stood|steal stole stolen|stick stuck|strike struck|swear swore sworn|swim swam swum|take took taken|teach taught|tear tore torn|
tell told|think thought|throw threw thrown|undergo underwent undergone|understand understood|undo undid undone|wake woke woken|wear wore worn|weep wept|win won|
withdraw withdrew withdrawn|withhold withheld|write wrote written`

// regular are common verbs with regular forms: enough to tell a verb from a plural noun.
const regular = `accept ache achieve act add admit admire adopt advise afford agree allow amplify announce annoy answer anticipate apologise apologize appear appease apply appreciate approach
argue arrange arrive ask assume attack attempt attend avoid batter beg behave believe belittle belong blame block boast bother bottle brace brag breathe brood brush bully call calm cancel care carry catastrophise
catastrophize cause change charge chase chat cheat check clean clear climb close collapse collect comfort compare compensate complain complete comply concentrate conceal confide confront consider contact continue control
convince cook cope correct count cover crave crawl criticise criticize cry curse dare date decide defend delay demand deny depend deserve destroy dismiss disagree disappear disappoint discourage discover
discuss dislike distance distract disturb divorce dodge doubt downplay dread dream dress drop dwell earn embarrass emphasise encourage end endure enjoy enter escape exaggerate examine excuse exercise exhaust expect
explain explode express face fail fake fear feign fidget fill finish fire fix flinch focus follow forgo function gamble gather gain glance google gossip grab greet grieve grip groan guard guess guilt
handle happen harm hate help hesitate hope humiliate hurry ignore imagine impress improve include increase injure insist insult intend interpret interrupt invite isolate join joke judge jump justify kick kill kiss knock
lack laugh learn like limit linger list listen live lock long look love lower magnify maintain manage marry mask matter mention minimise minimize miss mistrust mock monitor moan mourn move mumble nag need neglect nod notice numb
obey object obsess offer open order overcompensate overthink overwork owe pace panic pass perform persuade phone pick plan play plead please point postpone practise practice praise pray predict prepare pretend prevent
procrastinate promise protect prove provoke pull punish push question quarrel raise reach react realise realize reassure rebel receive recall recheck refuse regret rehearse reject relate relax rely remain remember remind
repeat replay reply request resent resign resist resolve respond rest retire retreat return reveal review revise reward ruin ruminate rush sabotage sacrifice scan scare scold scratch scream scroll search seem separate share shield shop
shout shrug shun sigh skip slam slow smile smoke snap sneak sob socialise socialize start starve stare stay steer stifle stop strain stress stretch strive struggle study submit succeed suffer suggest
support suppose suppress surrender survive suspect switch talk tap tease tell tend test thank threaten tidy tire tolerate touch train trap travel treat tremble trust try turn type use visit vent vomit wait walk wander want warn
wash waste watch whine whisper wish wonder work worry worsen yell yield`

type verbForms struct{ past, participle string }

var (
	verbs         = map[string]verbForms{}
	irregularBase = map[string]string{}
)

func init() {
	for _, entry := range strings.Split(strings.ReplaceAll(irregular, "\n", ""), "|") {
		forms := strings.Fields(entry)
		base, past := forms[0], forms[1]
		participle := forms[len(forms)-1]
		verbs[base] = verbForms{past: past, participle: participle}
		for _, form := range []string{past, participle} {
			if _, taken := irregularBase[form]; !taken && form != base && verbs[form].past == "" {
				irregularBase[form] = base
			}
		}
	}
	for _, base := range strings.Fields(regular) {
		if _, listed := verbs[base]; listed {
			continue
		}
		past := regularPast(base)
		verbs[base] = verbForms{past: past, participle: past}
	}
	// "lay" and "felt", "left", "found" are read as the commoner verb.
	irregularBase["lay"], irregularBase["felt"], irregularBase["left"], irregularBase["found"] = "lie", "feel", "leave", "find"
}

// IsVerb says whether a word is the base form of a common English verb. Be and the modal verbs are not among them.
func IsVerb(norm string) bool {
	_, ok := verbs[norm]
	return ok
}

// BaseOfThird returns the base form of a verb in the third person singular ("avoids" to "avoid"), and whether the word is
// the form of a common verb. Have and do are, be is not.
func BaseOfThird(norm string) (string, bool) {
	if norm == "has" {
		return "have", true
	}
	if !strings.HasSuffix(norm, "s") || strings.HasSuffix(norm, "ss") {
		return norm, false
	}
	candidates := []string{norm[:len(norm)-1]}
	if cut, ok := strings.CutSuffix(norm, "es"); ok {
		candidates = append(candidates, cut)
	}
	if cut, ok := strings.CutSuffix(norm, "ies"); ok {
		candidates = append(candidates, cut+"y")
	}
	for _, base := range candidates {
		if IsVerb(base) {
			return base, true
		}
	}
	return norm, false
}

// BaseOfPast returns the base form of a verb in the past or its participle ("lost", "avoided"), and whether it is one of a
// common verb. Words that look the same in base and past ("put", "read") are not reported.
func BaseOfPast(norm string) (string, bool) {
	if base, ok := irregularBase[norm]; ok {
		return base, true
	}
	return baseOfEnding(norm, "ed", func(base string) string { return regularPast(base) })
}

// BaseOfGerund returns the base form of a verb's -ing form ("thinking", "sitting"), and whether it is one of a common verb.
func BaseOfGerund(norm string) (string, bool) {
	if norm == "being" {
		return "be", true
	}
	return baseOfEnding(norm, "ing", Gerund)
}

// baseOfEnding tries the bases that a form with an ending may come from, and keeps one that gives the form again.
func baseOfEnding(norm, ending string, inflect func(string) string) (string, bool) {
	cut, ok := strings.CutSuffix(norm, ending)
	if !ok || len(cut) < 1 {
		return norm, false
	}
	candidates := []string{cut, cut + "e"}
	if n := len(cut); n > 2 && cut[n-1] == cut[n-2] {
		candidates = append(candidates, cut[:n-1])
	}
	if stem, ok := strings.CutSuffix(cut, "i"); ok {
		candidates = append(candidates, stem+"y")
	}
	if stem, ok := strings.CutSuffix(cut, "y"); ok {
		candidates = append(candidates, stem+"ie")
	}
	for _, base := range candidates {
		if IsVerb(base) && inflect(base) == norm {
			return base, true
		}
	}
	return norm, false
}

// Past returns the past form of a verb in its base form; for verbs it does not know, the regular form.
func Past(base string) string {
	switch base {
	case "be":
		return "was"
	case "have":
		return "had"
	}
	if forms, ok := verbs[base]; ok {
		return forms.past
	}
	return regularPast(base)
}

// Participle returns the past participle of a verb in its base form.
func Participle(base string) string {
	if base == "be" {
		return "been"
	}
	if forms, ok := verbs[base]; ok {
		return forms.participle
	}
	return regularPast(base)
}

// Gerund returns the -ing form of a verb in its base form.
func Gerund(base string) string {
	switch {
	case base == "be" || base == "see" || base == "flee" || base == "agree" || base == "free":
		return base + "ing"
	case strings.HasSuffix(base, "ie"):
		return base[:len(base)-2] + "ying"
	case strings.HasSuffix(base, "e"):
		return base[:len(base)-1] + "ing"
	case doubles(base):
		return base + base[len(base)-1:] + "ing"
	}
	return base + "ing"
}

// ThirdPerson returns the third person singular of a verb in its base form.
func ThirdPerson(base string) string {
	switch {
	case base == "be":
		return "is"
	case base == "have":
		return "has"
	case endsInAny(base, "s", "sh", "ch", "x", "z", "o"):
		return base + "es"
	case endsInY(base):
		return base[:len(base)-1] + "ies"
	}
	return base + "s"
}

func regularPast(base string) string {
	switch {
	case strings.HasSuffix(base, "e"):
		return base + "d"
	case endsInY(base):
		return base[:len(base)-1] + "ied"
	case doubles(base):
		return base + base[len(base)-1:] + "ed"
	}
	return base + "ed"
}

func endsInY(base string) bool {
	n := len(base)
	return n > 1 && base[n-1] == 'y' && !vowel(base[n-2])
}

func endsInAny(word string, endings ...string) bool {
	for _, ending := range endings {
		if strings.HasSuffix(word, ending) {
			return true
		}
	}
	return false
}

// doublingVerbs of more than one syllable are stressed on the last and double their consonant.
var doublingVerbs = set("admit begin forget regret submit withhold permit prefer refer occur forbid commit")

// doubles says whether a verb doubles its last consonant before -ing and -ed.
func doubles(base string) bool {
	n := len(base)
	if n < 3 || vowel(base[n-1]) || !vowel(base[n-2]) || vowel(base[n-3]) || strings.ContainsRune("wxyh", rune(base[n-1])) {
		return false
	}
	return doublingVerbs[base] && base != "withhold" || syllables(base) == 1
}

func vowel(c byte) bool { return strings.IndexByte("aeiou", c) >= 0 }

func syllables(word string) int {
	n, in := 0, false
	for i := 0; i < len(word); i++ {
		v := vowel(word[i]) || word[i] == 'y' && i > 0
		if v && !in {
			n++
		}
		in = v
	}
	return n
}
