package interview

import "strings"

func refusing(a Answers) bool { return a.One("kind") == "refuse" }

func isHard(a Answers) bool { return a.One("kind") == "ask" || refusing(a) }

func isSession(a Answers) bool { return !isHard(a) }

// Situation is the form for a conversation somebody has before them: they ask somebody for something, or say no. It becomes
// a scenario with that partner, their objective, and three difficulties of the partner.
func Situation() *Form {
	questions := []Question{
		{ID: "kind", Short: "ask for something, or refuse", Ask: always("Do you want to ask somebody for something, or to say no to them?"), Choices: []string{"ask", "refuse"}, Default: fixed("ask")},
		{ID: "who", Short: "the other: a name, and who they are to you", Ask: always("Who is the other? Give a name, and who they are to you."), Example: "Gwen, my manager"},
		{ID: "me", Short: "what they call you", Ask: always("What do they call you?"), Default: fixed("Alex")},
		{ID: "where", Short: "where and when it will be", Ask: always("Where and when will you talk?"), Example: "In her office, Friday after closing.", Optional: true},
	}
	questions = append(questions, matter(false)...)
	return &Form{
		Name: "situation", id: func(a Answers) string { return slug(situationTitle(a)) },
		Questions: questions,
		write:     func(a Answers) ([]byte, error) { return writeTalk(a, situationTitle(a), true) },
	}
}

func situationTitle(a Answers) string {
	if refusing(a) {
		return "Saying no to " + personOf(a.One("who")).Name
	}
	return "Asking " + personOf(a.One("who")).Name
}

// What is asked for and refused in the example.
const (
	exampleRequest = "I'd like to have the big room on Mondays."
	exampleRefusal = "I can't take your shift on Saturday."
)

// matter are the questions about what is asked for or refused. withDefaults gives answers for somebody who wants to begin
// from an example; they hold together, so whoever wants something else is proposed none of the rest.
func matter(withDefaults bool) []Question {
	example := func(ask, refuse string) func(Answers) []string {
		if !withDefaults {
			return nil
		}
		return func(a Answers) []string {
			proposed, want := ask, exampleRequest
			if refusing(a) {
				proposed, want = refuse, exampleRefusal
			}
			if own := a.One("want"); own != "" && own != want {
				return nil
			}
			return []string{proposed}
		}
	}
	return []Question{
		{ID: "want", Short: "the request or the refusal, as it will be said", When: isHard,
			Ask:     either(refusing, "What is your no? Write it as you would say it to them.", "What do you want? Write it as you would say it to them."),
			Example: "I'd like to leave at two on Tuesdays.", Default: example(exampleRequest, exampleRefusal)},
		{ID: "say", Short: "what they will say, as they would", When: isHard, Many: true,
			Ask:     either(refusing, "What will they say? First what they ask of you, then what they say to a no.", "What will they say? Their first answer first, the hardest last."),
			Example: "I need everybody here in the afternoons.", Default: example("The big room is for customers.", "I need you to take my shift on Saturday.")},
		{ID: "matters", Short: "what matters to them in this, as they would say it", When: isHard, Many: true, Optional: true,
			Ask: always("What matters to them in this? Write it as they would say it."), Example: "I have to be able to plan the week.", Default: example("I don't want to look for a room on the day.", "I don't want to let the team down.")},
		{ID: "facts", Short: "what is so, without judgement", When: isHard, Many: true, Optional: true,
			Ask: always("What are the facts, without judging anybody?"), Example: "My father can't drive any more.", Default: example("On the last four Mondays the big room was empty.", "I have worked the last three Saturdays.")},
		{ID: "feelings", Short: "what you feel about it", When: isHard, Many: true, Optional: true,
			Ask: always("What do you feel about it? Write it as you would say it."), Example: "I feel torn about it.", Default: example("I feel cramped where we are.", "I feel bad about saying no.")},
		{ID: "gain", Short: "what they would have of it", When: isHard, Many: true, Optional: true,
			Ask: always("What would they have of it?"), Example: "You could plan the rota weeks ahead.", Default: example("You would have the answers by noon.", "You would know that my yes is a yes.")},
		{ID: "give", Short: "what you could give, or live with instead", When: isHard, Many: true, Optional: true,
			Ask: always("What could you give, or live with instead?"), Example: "I could make up the hours on Mondays.", Default: example("I could book it a week ahead.", "I could take your shift on Sunday week.")},
	}
}

// writeTalk writes a conversation in which something is asked for or refused.
func writeTalk(a Answers, title string, factors bool) ([]byte, error) {
	me, other := apart(personOf(a.One("me")), personOf(a.One("who")))
	if a.One("focal") != "" {
		me, other = apart(personOf(a.One("focal")), other)
	}
	return render("talk", map[string]any{
		"ID": slug(title), "Title": title, "Kind": a.One("kind"), "Me": me, "Other": other, "Where": a.One("where"),
		"Want": a.One("want"), "Position": a.One("say"), "Objections": a["say"][1:], "Matters": a["matters"],
		"Facts": a["facts"], "Feelings": a["feelings"], "Gain": a["gain"], "Give": a["give"], "Difficulties": factors,
		"Turns": orElse(a.One("turns"), "16"),
	}, false)
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// Scenario is the form for a scenario of any kind, to begin an own one from. Everything has an answer already.
func Scenario() *Form {
	questions := []Question{
		{ID: "title", Short: "a line for lists", Ask: always("What is it called? A line for lists and tables."), Default: fixed("My first scenario")},
		{ID: "kind", Short: "what the focal role tries: ask, refuse, understand, support, change",
			Ask:     always("What does the one who practises try to do: ask for something, refuse something, or as a counselor understand, support, or help to change?"),
			Choices: []string{"ask", "refuse", "understand", "support", "change"}, Default: fixed("ask")},
		{ID: "where", Short: "where and when it happens", Ask: always("Where and when does it happen? Everybody in it knows this."), Default: fixed("A quiet room, in the late afternoon.")},
		{ID: "focal", Short: "who practises: a name, and who they are to the other", Ask: always("Who practises? Give a name, and who they are to the other."), Default: fixed("Robin, a colleague"), When: isHard},
		{ID: "who", Short: "the other or the client: a name, and who they are",
			Ask: either(isHard, "Who is the other? Give a name, and who they are to the one who practises.", "Who comes? Give a name, and a few words about them."),
			Default: func(a Answers) []string {
				if isHard(a) {
					return []string{"Kim, your colleague"}
				}
				return []string{"Ruth Adler, a teacher in her forties"}
			}},
	}
	questions = append(questions, matter(true)...)
	questions = append(questions,
		Question{ID: "counselor", Short: "the counselor's name", Ask: always("What is the counselor called?"), Default: fixed("Jo Brandt"), When: isSession},
		Question{ID: "modality", Short: "how the counselor works: supportive, mi, cbt, directive", Ask: always("How does the counselor work?"), Choices: []string{"supportive", "mi", "cbt", "directive"}, When: isSession,
			Default: func(a Answers) []string {
				return []string{map[string]string{"change": "mi", "support": "supportive", "understand": "cbt"}[a.One("kind")]}
			}},
		Question{ID: "trouble", Short: "what troubles the client, as they would say it", Ask: always("What troubles them? Write it as they would say it, easy things first."), Many: true, When: isSession,
			Example: "I haven't slept through a night since spring.", Default: fixed("I haven't slept through a night since spring.", "I lie awake and think of everything I forgot.", "I'm afraid that everybody can see it.")},
		Question{ID: "target", Short: "what the client might change, as it goes after 'I could'", Ask: always("What might they change? Go on after 'I could'."), Default: fixed("work less in the evening"), When: isChange},
		Question{ID: "reasons", Short: "what speaks for the change", Ask: always("What speaks for it, in their words?"), Many: true, Default: fixed("I'd like to be there when the children go to bed."), When: isChange},
		Question{ID: "doubts", Short: "what speaks against it", Ask: always("What speaks against it, in their words?"), Many: true, Default: fixed("If I don't do it nobody does."), When: isChange},
		Question{ID: "turns", Short: "how many turns, both together", Ask: always("After how many turns does it end, both together?"), Default: fixed("16"), Number: true},
	)
	return &Form{
		Name: "scenario", Questions: questions, id: func(a Answers) string { return slug(a.One("title")) },
		write: func(a Answers) ([]byte, error) {
			if isHard(a) {
				return writeTalk(a, a.One("title"), false)
			}
			return writeSession(a)
		},
	}
}

func isChange(a Answers) bool { return a.One("kind") == "change" }

// writeSession writes a conversation between a counselor and a client.
func writeSession(a Answers) ([]byte, error) {
	counselor, client := apart(personOf(a.One("counselor")), personOf(a.One("who")))
	return render("session", map[string]any{
		"ID": slug(a.One("title")), "Title": a.One("title"), "Kind": a.One("kind"), "Where": a.One("where"),
		"Counselor": counselor, "Client": client, "Modality": a.One("modality"), "Trouble": a["trouble"],
		"Target": a.One("target"), "Reasons": a["reasons"], "Doubts": a["doubts"], "Turns": a.One("turns"),
	}, false)
}

// Persona is the form for a persona.
func Persona() *Form {
	styles := []string{"plain", "upset", "verbose", "reserved", "tangent", "pleasing"}
	return &Form{
		Name: "persona", id: func(a Answers) string { return slug(a.One("name")) },
		Questions: []Question{
			{ID: "name", Short: "what they are called", Ask: always("What are they called?"), Example: "Ruth Adler"},
			{ID: "introduction", Short: "what anybody who meets them can see", Ask: always("What can anybody see who meets them? A sentence or two."), Example: "A teacher in her forties who arrives out of breath.", Optional: true},
			{ID: "age", Short: "how old they are", Ask: always("How old are they?"), Optional: true},
			{ID: "occupation", Short: "what they do", Ask: always("What do they do?"), Optional: true},
			{ID: "life", Short: "what their days are like, as they would say it", Ask: always("What are their days like? Write it as they would say it."), Many: true, Optional: true},
			{ID: "remembers", Short: "what they remember, as they would tell it", Ask: always("What do they remember? Write it as they would tell it, what anybody may hear first."), Many: true, Optional: true},
			{ID: "believes", Short: "what they hold to be true of themselves at the bottom", Ask: always("For a client: what do they hold to be true of themselves at the bottom?"), Example: "I am a burden to everybody.", Many: true, Optional: true},
			{ID: "style", Short: "how they talk to a helper: " + strings.Join(styles, ", "), Ask: always("How do they talk to a helper?"), Choices: styles, Default: fixed("plain")},
		},
		write: func(a Answers) ([]byte, error) {
			memories := []map[string]any{}
			for i, text := range a["remembers"] {
				memories = append(memories, map[string]any{"Text": text, "Sensitivity": 0.2 + 0.6*float64(i)/float64(max(1, len(a["remembers"])-1))})
			}
			return render("persona", map[string]any{
				"ID": slug(a.One("name")), "Name": a.One("name"), "Introduction": a.One("introduction"), "Age": a.One("age"), "Occupation": a.One("occupation"),
				"Life": a["life"], "Memories": memories, "Believes": a["believes"], "Style": a.One("style"),
			}, true)
		},
	}
}

// Rubric is the form for a rubric with one dimension, to go on from in an editor.
func Rubric() *Form {
	units := []string{"turn", "episode", "span"}
	return &Form{
		Name: "rubric", id: func(a Answers) string { return slug(a.One("title")) },
		Questions: []Question{
			{ID: "title", Short: "what is rated, in a word or two", Ask: always("What is rated, in a word or two?"), Default: fixed("Warmth")},
			{ID: "definition", Short: "what it means", Ask: always("What does it mean? A sentence that a judge can go by."), Default: fixed("The speaker takes the other's side of it seriously and says so in words of their own.")},
			{ID: "unit", Short: "what is rated: " + strings.Join(units, ", "), Ask: always("What is rated: each turn, the whole episode, or spans of text?"), Choices: units, Default: fixed("turn")},
		},
		write: func(a Answers) ([]byte, error) {
			return render("rubric", map[string]any{
				"ID": plainID(a.One("title")), "Dimension": plainID(a.One("title")) + ".level", "Title": a.One("title"),
				"Definition": a.One("definition"), "Unit": a.One("unit"),
			}, false)
		},
	}
}

// varied is a factor that a study may have.
type varied struct {
	what, Text, Note string
	Chosen           bool
}

// factors are what the file of a study has by example, and one of them in use.
func factors(chosen string) []varied {
	all := []varied{
		{what: "skill", Text: "{role: focal, field: policy.skill, levels: [0.2, 0.9]}", Note: "of the rules, 0 to 1"},
		{what: "stimulus", Text: `{role: focal, field: policy.stimulus, levels: [{name: plain, clear: true}, {name: kind, value: Somebody is counting on you today.}]}`, Note: "models read it"},
		{what: "strategy", Text: "{role: focal, field: policy.strategy, levels: [plain, chain_of_thought]}", Note: "of models; docs/models.md lists them"},
		{what: "temperature", Text: "{role: focal, field: policy.temperature, levels: [0.2, 1]}", Note: "of models, 0 to 2"},
		{what: "identity", Text: "{role: focal, field: persona.identity.social, levels: [{name: with, keep: true}, {name: without, clear: true}]}", Note: "or .personal, .life_context"},
		{what: "model", Text: "{role: focal, field: policy.model, levels: [builtin, gpt-4o-mini]}"},
		{what: "persona", Text: "{role: manager, field: persona, levels: [{persona: gwen.yaml}, {persona: femi.yaml}], block: true}", Note: "block: varied, and not compared"},
		{what: "difficulty", Text: "{role: manager, field: stance.difficulty, levels: [0.2, 0.8], block: true}", Note: "of a partner with a stance"},
		{what: "judge", Text: "{field: judge, levels: [builtin, gpt-4o-mini]}", Note: "the same conversations, scored by each"},
	}
	for i := range all {
		all[i].Chosen = all[i].what == chosen
	}
	return all
}

// Study is the form for a study: one factor is in use, the others stand by as notes.
func Study() *Form {
	vary := []string{"skill", "stimulus", "strategy", "temperature", "identity"} // those that any scenario can have
	return &Form{
		Name: "study", id: func(a Answers) string { return slug(a.One("question")) },
		Questions: []Question{
			{ID: "question", Short: "what is asked, as a question", Ask: always("What do you want to know? Put it as a question."), Default: fixed("Does skill help, and in which situations?")},
			{ID: "hypothesis", Short: "what you expect", Ask: always("What do you expect? It is kept with the study."), Optional: true},
			{ID: "scenario", Short: "id of a scenario that ships", Many: true, Ask: always("In which situations? Ids of scenarios that ship; 'vignette scenarios' lists them. Files of your own are added in the file."),
				Default: fixed("ask-for-leave", "share-the-dishes", "repair-the-heating", "refuse-a-loan", "until-friday")},
			{ID: "vary", Short: "what is varied: " + strings.Join(vary, ", "), Ask: always("What is varied? More stands ready in the file."), Choices: vary, Default: fixed("skill")},
			{ID: "repeats", Short: "plays of each combination", Ask: always("How often is each combination played?"), Number: true, Default: fixed("5")},
		},
		write: func(a Answers) ([]byte, error) {
			return render("study", map[string]any{
				"ID": slug(a.One("question")), "Question": a.One("question"), "Hypothesis": a.One("hypothesis"), "Scenarios": a["scenario"],
				"Repeats": a.One("repeats"), "Factors": factors(a.One("vary")),
			}, false)
		},
	}
}

// plainID is an id in letters that ids of evaluators may have.
func plainID(title string) string {
	id := strings.Map(func(r rune) rune {
		if r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, slug(title))
	if id = strings.Trim(id, "-"); id == "" {
		return "rubric"
	}
	return id
}
