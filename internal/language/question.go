package language

import "strings"

// QuestionForm is the grammatical form of a question.
type QuestionForm uint8

// Forms of question.
const (
	// NoQuestion is a sentence that asks nothing.
	NoQuestion QuestionForm = iota
	// WhQuestion begins with a question word and leaves the answer open: "What happened?", "How was that?".
	WhQuestion
	// MeasureQuestion begins with a question word but asks for an amount, a time, a place, a name: "How many?", "When?", "Who?".
	MeasureQuestion
	// PolarQuestion can be answered with yes or no: "Did you call?", "You called?".
	PolarQuestion
	// TagQuestion is a statement with a question hung on: "You called, didn't you?".
	TagQuestion
)

// Auxiliaries are verbs that begin a question or carry "not".
var auxiliaries = set(`am is are was were do does did have has had can could will would shall should may might must
	isn't aren't wasn't weren't don't doesn't didn't haven't hasn't hadn't can't couldn't won't wouldn't shan't shouldn't mustn't ain't`)

var whWords = set("what why how which who whom whose when where what's how's who's where's why's when's what're how're what'd how'd who'd where'd when'd why'd what'll who'll how'll")

var measureWords = set("many much often long old far big soon early late likely bad strong strongly sure certain convinced")

var subjectPronouns = set("i you he she it we they there this that these those anyone anybody someone somebody")

// leadIns may stand before a question word without changing the form.
var leadIns = set("and so but or well ok okay then now right hmm um uh yeah yes no alright oh also just then because")

// IsAuxiliary says whether a normalised word is an auxiliary verb, negated or not.
func IsAuxiliary(norm string) bool { return auxiliaries[norm] }

// IsQuestion says whether a sentence asks something by its mark or its word order.
func IsQuestion(sentence string) bool { return FormOf(Tokens(sentence)) != NoQuestion }

// FormOf returns the form of the question that the tokens of one sentence make, or NoQuestion.
func FormOf(sentence []Token) QuestionForm {
	marked := questionMark(sentence)
	first, second := opening(sentence)
	switch {
	case marked && (first == "when" || first == "where") && second != "" && !auxiliaries[second]:
		return lastClauseForm(sentence)
	case whWords[first]:
		return whForm(first, second, marked)
	case marked && first != "" && tagged(sentence):
		return TagQuestion
	case auxiliaries[first] && (marked || subjectPronouns[second]):
		return PolarQuestion
	case marked:
		return lastClauseForm(sentence)
	}
	return NoQuestion
}

// IsOpen says whether a question leaves the answer open.
func (f QuestionForm) IsOpen() bool { return f == WhQuestion }

// IsClosed says whether a question asks for yes or no, an amount, a time, a place or a name.
func (f QuestionForm) IsClosed() bool {
	return f == PolarQuestion || f == MeasureQuestion || f == TagQuestion
}

// opening are the first two words of a clause, behind those that only lead in; empty where there are none.
func opening(clause []Token) (first, second string) {
	for i := range clause {
		switch word := clause[i].Norm; {
		case !clause[i].IsWord():
		case first == "" || leadIns[first]:
			first = word
		default:
			return first, word
		}
	}
	return first, ""
}

// whForm tells an open question from one for an amount, and both from a clause that only begins like one ("What I need is ...").
func whForm(opens, second string, marked bool) QuestionForm {
	first, _, contracted := strings.Cut(opens, "'")
	inverted := contracted || second == "" || auxiliaries[second]
	amount := first == "how" && measureWords[second]
	switch {
	case !marked && !inverted && !amount:
		return NoQuestion
	case !marked && exclaims(opens, second):
		return NoQuestion
	case amount, first == "who", first == "whom", first == "whose", first == "when", first == "where", first == "which":
		return MeasureQuestion
	}
	return WhQuestion
}

// exclaims says whether an unmarked clause is a statement with a wh-clause for subject ("What matters is ...", "When I ...").
func exclaims(first, second string) bool {
	return second == "" || (first == "when" || first == "where") && !auxiliaries[second]
}

// lastClauseForm reads a marked sentence that begins like a statement: the question may come after a comma
// ("If he asked, what would you say?").
func lastClauseForm(sentence []Token) QuestionForm {
	for i := len(sentence) - 1; i > 0; i-- {
		if sentence[i-1].Kind != Punct || sentence[i-1].Norm == "'" || sentence[i-1].Norm == "-" {
			continue
		}
		if first, second := opening(sentence[i:]); second != "" && whWords[first] {
			return whForm(first, second, true)
		}
	}
	return PolarQuestion
}

func questionMark(sentence []Token) bool {
	for i := len(sentence) - 1; i >= 0 && sentence[i].Kind == Punct; i-- {
		if sentence[i].Norm == "?" || sentence[i].Norm == "？" {
			return true
		}
	}
	return false
}

// tagged says whether a marked sentence ends with a comma, an auxiliary and a pronoun, or with "right?".
func tagged(sentence []Token) bool {
	comma := -1
	for i, token := range sentence {
		if token.Norm == "," || token.Norm == "-" || token.Norm == "–" {
			comma = i
		}
	}
	if comma < 2 {
		return false
	}
	tail := Words(sentence[comma:])
	switch len(tail) {
	case 1:
		return tail[0].Norm == "right" || tail[0].Norm == "yes" || tail[0].Norm == "no" || tail[0].Norm == "correct"
	case 2:
		return auxiliaries[tail[0].Norm] && subjectPronouns[tail[1].Norm]
	}
	return false
}
