package risk

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vignette-sim/vignette/internal/language"
	"github.com/vignette-sim/vignette/internal/language/classify"
)

// featuresOf is what the model goes by: words and runs of them, what they are about (themes) with whoever they are about, and who is
// spoken of. Words in quotation marks are somebody else's and are kept apart.
func featuresOf(text string) *classify.Bag {
	bag := classify.NewBag()
	quoted := quotedIn(text)
	whole := language.Read(text)
	for _, sentence := range whole.Sentences {
		own, theirs := apart(sentence.Tokens, quoted)
		words := spelled(own)
		bag.Words("w", words, 2)
		bag.WordsWorth("quoted", spelled(theirs), 1, 1)
		bag.Letters("c", own, 4, 5)
		themed(bag, words, language.IsQuestion(sentence.Quote))
	}
	cues(bag, text, whole)
	return bag
}

// topicsOf is what the kind of danger is told by: words and themes.
func topicsOf(text string) *classify.Bag {
	bag := classify.NewBag()
	words := spelled(language.Tokens(text))
	bag.Words("w", words, 2)
	themed(bag, words, false)
	return bag
}

// cues are what is seen of the whole text.
func cues(bag *classify.Bag, text string, whole *language.Text) {
	if span, ok := Asks(text); ok {
		bag.Add("cue:asks", 1, span.Start, span.End)
	}
	self, other, asked := 0, 0, 0
	for _, sentence := range whole.Sentences {
		switch first := firstPerson(spelled(sentence.Tokens)); {
		case language.IsQuestion(sentence.Quote):
			asked++
		case first == "I":
			self++
		case first != "":
			other++
		}
	}
	for name, n := range map[string]int{"cue:self": self, "cue:other": other, "cue:question": asked} {
		if n > 0 {
			bag.Add(name, 1, 0, 0)
		}
	}
	if self > 0 && other+asked == 0 {
		bag.Add("cue:only_self", 1, 0, 0)
	}
}

// themed puts in what a sentence is about: runs of themes and of the small words between them, by themselves and with the person that
// the sentence begins with; pairs of themes that are not far apart; and each theme with the person that was named last before it, and
// whether it is denied.
func themed(bag *classify.Bag, words []language.Token, question bool) {
	themes := make([]language.Token, len(words))
	about := make([]bool, len(words))
	for i, word := range words {
		themes[i] = word
		if theme, ok := themeOf[word.Norm]; ok {
			themes[i].Norm, about[i] = theme, true
		}
	}
	bag.WordsWorth("t", themes, 3, 1)
	of := "of " + firstPerson(words)
	if question {
		of += "?"
	}
	bag.WordsWorth(of, themes, 2, 1)
	who := "-"
	for i, theme := range themes {
		if !about[i] {
			continue
		}
		if slices.Contains(persons, theme.Norm) {
			who = theme.Norm
		} else {
			name := "who:" + who + ">" + theme.Norm
			if language.Negated(words, i) {
				name = "who:" + who + ">not>" + theme.Norm
			}
			if question {
				name += "?"
			}
			bag.Add(name, 1, theme.Start, theme.End)
		}
		for k := i + 1; k < min(len(themes), i+8); k++ {
			if about[k] {
				bag.Add("near:"+theme.Norm+" "+themes[k].Norm, 1, theme.Start, themes[k].End)
			}
		}
	}
}

// firstPerson is the theme of the first person that is named, empty where nobody is.
func firstPerson(words []language.Token) string {
	for _, word := range words {
		if theme := themeOf[word.Norm]; slices.Contains(persons, theme) {
			return theme
		}
	}
	return ""
}

// apart parts tokens by whether they stand in quotation marks.
func apart(tokens []language.Token, quoted []language.Span) (own, theirs []language.Token) {
	for _, token := range tokens {
		if slices.ContainsFunc(quoted, func(q language.Span) bool { return q.Start <= token.Start && token.End <= q.End }) {
			theirs = append(theirs, token)
		} else {
			own = append(own, token)
		}
	}
	return own, theirs
}

// quotedIn are the spans in quotation marks.
func quotedIn(text string) []language.Span {
	plain := straight.Replace(text)
	var spans []language.Span
	for _, marked := range []*regexp.Regexp{quoted(), single()} {
		for _, at := range marked.FindAllStringIndex(plain, -1) {
			start := utf8.RuneCountInString(plain[:at[0]])
			spans = append(spans, language.Span{Start: start, End: start + utf8.RuneCountInString(plain[at[0]:at[1]])})
		}
	}
	return spans
}

// straight turns marks of quotation into plain ones, one code point for one.
var straight = strings.NewReplacer("’", "'", "‘", "'", "“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`)

// spelled are tokens with contractions taken apart and with what people write in haste spelled out; "any more" is one word.
func spelled(tokens []language.Token) []language.Token {
	out := make([]language.Token, 0, len(tokens)+4)
	for _, token := range tokens {
		norm := straight.Replace(token.Norm)
		if long, ok := haste[norm]; ok {
			norm = long
		}
		for _, word := range strings.Fields(norm) {
			first, second := language.Expand(word)
			for _, piece := range []string{first, second} {
				if piece != "" {
					next := token
					next.Norm = piece
					out = append(out, next)
				}
			}
		}
		if n := len(out); n > 1 && out[n-1].Norm == "more" && out[n-2].Norm == "any" {
			out[n-2].Norm, out[n-2].End = "anymore", out[n-1].End
			out = out[:n-1]
		}
	}
	return out
}

// haste is how words are written in haste, without what language.Expand knows.
var haste = map[string]string{
	"u": "you", "ur": "your", "ya": "you", "r": "are", "rn": "right now", "cuz": "because", "cos": "because", "coz": "because", "bc": "because", "abt": "about", "bout": "about", "enuf": "enough",
	"theres": "there is", "hes": "he is", "shes": "she is", "theyd": "they would", "theyll": "they will", "theyre": "they are", "whats": "what is", "youve": "you have", "aint": "is not", "id": "i would",
	"meself": "myself", "myslef": "myself", "mself": "myself", "tonite": "tonight", "2nite": "tonight", "2moro": "tomorrow", "tmrw": "tomorrow", "kms": "kill myself", "sumthing": "something", "wont": "will not", "havent": "have not",
	"hasnt": "has not", "arent": "are not", "werent": "were not", "hadnt": "had not", "dunno": "do not know", "wouldve": "would have", "shouldve": "should have", "couldve": "could have", "plz": "please", "thinkin": "thinking",
	"feelin": "feeling", "dyin": "dying", "livin": "living", "goin": "going", "imma": "i am going to", "lemme": "let me", "mom": "mum", "realise": "realize", "dissapear": "disappear", "unalived": "kill", "ooc": "out of character",
}

// persons are the themes that are people.
var persons = []string{"I", "YOU", "THEY", "KIN"}

// themeOf is what words are about, so that the model need not have seen each of them. Small words that are no theme stay as they are.
var themeOf = themes(map[string]string{
	"I":      "i me my myself mine",
	"YOU":    "you your yourself yours client clients patient patients caller callers",
	"THEY":   "he she they him her them his their hers someone somebody people person man woman boy girl guy neighbor neighbour colleague friend student roommate flatmate character himself herself themselves",
	"KIN":    "kids children child son sons boys girls daughter daughters mum mother dad father wife husband sister brother family parents boyfriend girlfriend partner friends nephew niece gran grandma grandpa grandfather grandmother uncle aunt cousin baby ex stepdad stepfather",
	"ALL":    "everyone everybody nobody anybody anyone noone world",
	"DIE":    "die dying dead death died dies suicide suicidal sucidal overdose overdosed funeral grave graves cemetery coffin corpse tombstone obituary obituaries heaven",
	"KILL":   "kill killing killed kills hang hanging shoot shooting stab strangle strangling murder jump jumping jumped unalive unaliving sewerslide drown drowning swerve",
	"SLEEP":  "sleep asleep wake waking woke woken bed sleeping",
	"END":    "end ending ended over finished finish done stop stopped quit enough finally last final forever permanently permanent",
	"LIVE":   "live living alive life lives exist existing existence breathe breathing born",
	"MEANS":  "pills pill tablets tablet meds medication medicine rope gun rifle shotgun pistol blade blades razor razors knife bridge bridges roof balcony train trains platform viaduct cliff river tracks track noose belt insulin morphine petrol railing ledge garage engine scissors lighter stash cliffs paracetamol bleach edge",
	"GO":     "goodbye goodbyes bye gone disappear disappearing vanish vanished farewell leave leaving goodnight away here around",
	"NOTE":   "letter letters note notes will passwords password envelopes envelope video videos insurance papers",
	"GIVE":   "gave given give giving selling sold",
	"TIRED":  "tired exhausted exhausting worn drained numb empty weary fight fighting",
	"HARM":   "cut cutting cuts burn burned burnt burning scratch scratching hit hits hitting hurt hurting hurts punch punches punched bruise bruises bleed bleeding blood bite starve starving choke choked harm harming harmed scars scar beat beats beating slap slaps slapped kick kicked kicks raped rape rapes threw touches touched relapsed",
	"NEG":    "not no never nothing without none neither nor",
	"WHEN":   "tonight tomorrow weekend monday tuesday wednesday thursday friday saturday sunday christmas year years month months week weeks today morning winter spring birthday",
	"BURDEN": "burden weight trouble useless worthless worse better kinder freer happier relieved ruin ruined deserve deserves",
	"WHY":    "reason reasons point future hope hopeless use sense purpose worth",
	"WANT":   "want wanted wanting wish wishing wished wishes hope hoping hoped hopes plan planning planned plans ready decide decided deciding decision rather tempted picked chosen",
	"THINK":  "think thinking thought thoughts think thinks picture picturing imagine imagining fantasise fantasize dream dreaming",
	"FEAR":   "afraid scared frightened terrified safe unsafe danger trust",
	"SAY":    "say says said saying tell tells told telling wrote writes write mentioned mention describe described calls called asked put puts hear heard hearing sounds sound feel feels feeling",
	"ROLE":   "exercise practice practise practising role roleplay scenario session script simulation training character",
	"MISS":   "miss missed notice noticed notices care cares cope find finds found alone lonely",
})

func themes(lists map[string]string) map[string]string {
	of := map[string]string{}
	for theme, list := range lists {
		for _, word := range strings.Fields(list) {
			if before, ok := of[word]; !ok || theme < before { // a word in two lists is of the first, whatever the order of a map
				of[word] = theme
			}
		}
	}
	return of
}
