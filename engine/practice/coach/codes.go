package coach

// The dimensions whose codes are skills here.
const (
	codesOfMISC    = "mi.misc"
	codesOfSupport = "support.strategies"
)

// code is a code of an evaluator as a skill.
type code struct {
	skill, title, means, why string
	against                  bool
}

var (
	opens    = code{skill: "mi.open_question", title: "Open question", means: "Asks, and leaves the answer open.", why: "An open question lets the other say what matters to them."}
	reflects = code{skill: "mi.complex_reflection", title: "Complex reflection", means: "Says back what was said, with its meaning or feeling.",
		why: "Whoever hears what they meant goes on telling, and feels understood."}
	permits = code{skill: "mi.advise_with_permission", title: "Advice with permission", means: "Asks before it advises, or was asked.",
		why: "Advice that was asked for, or allowed, leaves the choice where it belongs."}
	affirms = code{skill: "mi.affirm", title: "Affirmation", means: "Names a strength or an effort.", why: "Naming what the other has managed gives them ground to stand on."}
)

// codes are MISC's (mi.misc) and those of support strategies, by label.
var codes = map[string]code{
	"OQ":  opens,
	"CR":  reflects,
	"ADP": permits,
	"AF":  affirms,
	"CQ":  {skill: "mi.closed_question", title: "Closed question", means: "Asks what a few words answer."},
	"SR":  {skill: "mi.simple_reflection", title: "Simple reflection", means: "Says back what was said."},
	"EC":  {skill: "mi.emphasize_control", title: "Emphasises choice", means: "Says that the choice is the other's."},
	"SU":  {skill: "mi.support", title: "Support", means: "Shows sympathy."},
	"GI":  {skill: "mi.information", title: "Information", means: "Says how things are."},
	"ST":  {skill: "mi.structure", title: "Structure", means: "Says what comes next."},
	"RCP": {skill: "mi.concern_with_permission", title: "Concern with permission", means: "Says what worries the helper, allowed to."},
	"ADW": {skill: "mi.advise_without_permission", title: "Advice unasked", means: "Says what to do without having been asked.", against: true},
	"RCW": {skill: "mi.concern_without_permission", title: "Concern unasked", means: "Says what worries the helper without having been asked.", against: true},
	"CO":  {skill: "mi.confront", title: "Confrontation", means: "Disagrees, blames, argues or shames.", against: true},
	"DI":  {skill: "mi.direct", title: "Direction", means: "Gives an order.", against: true},
	"WA":  {skill: "mi.warn", title: "Warning", means: "Threatens with what will come.", against: true},

	"question":                    {skill: "support.question", title: "Question", means: "Asks about what happened or what is felt."},
	"restatement":                 {skill: "support.restatement", title: "Restatement", means: "Says back what was said in own words."},
	"reflection_of_feelings":      {skill: "support.reflection_of_feelings", title: "Reflection of feelings", means: "Names what the other feels."},
	"self_disclosure":             {skill: "support.self_disclosure", title: "Self-disclosure", means: "Tells of something alike of one's own."},
	"affirmation_and_reassurance": {skill: "support.affirmation_and_reassurance", title: "Affirmation", means: "Names strengths, reassures."},
	"providing_suggestions":       {skill: "support.providing_suggestions", title: "Suggestion", means: "Says what could be done."},
	"information":                 {skill: "support.information", title: "Information", means: "Says how things are."},
}

// whySpeaker says what each skill of DEAR MAN does for whoever uses it.
var whySpeaker = map[string]string{
	"dear_man.describe":  "Facts that both can agree on are ground to stand on.",
	"dear_man.express":   "What you feel cannot be argued with, and it tells the other why it matters.",
	"dear_man.assert":    "Nobody can grant what they have not clearly heard.",
	"dear_man.reinforce": "Say what the other gains: a yes must be worth something to them too.",
	"dear_man.negotiate": "Where something stands against it, an offer keeps the conversation going.",
	"dear_man.mindful":   "Come back to what you want, whatever else is brought up.",
	"dear_man.confident": "Said plainly, without an apology for it, it is easier to take seriously.",
}
