package mi

// code is one of MISC 2.5 (Houck, Moyers, Miller, Glynn, Hallgren 2010), by its abbreviation.
type code string

// Codes of counselors. What AnnoMI tells apart beyond them has codes of its own here: options and negotiation.
const (
	openQuestion     code = "OQ"
	closedQuestion   code = "CQ"
	simpleReflection code = "SR"
	complexReflect   code = "CR"
	information      code = "GI"
	advicePermitted  code = "ADP"
	advice           code = "ADW"
	concernPermitted code = "RCP"
	concern          code = "RCW"
	direct           code = "DI"
	warn             code = "WA"
	confront         code = "CO"
	affirm           code = "AF"
	emphasizeControl code = "EC"
	support          code = "SU"
	structure        code = "ST"
	facilitate       code = "FA"
	filler           code = "FI"
)

// miscCodes are the codes of MISC 2.5 that are told apart here, in its order. Reframe (RF) is coded as complex reflection.
var miscCodes = []code{
	advicePermitted, advice, affirm, confront, direct, emphasizeControl, facilitate, filler, information, openQuestion, closedQuestion,
	concernPermitted, concern, simpleReflection, complexReflect, support, structure, warn,
}

// mitiCodes are the behaviour counts of MITI 4.2.1 (Moyers, Manuel, Ernst 2014), in its order.
var mitiCodes = []string{"GI", "Persuade", "Persuade with Permission", "Q", "SR", "CR", "AF", "Seek", "Emphasize", "Confront"}

// mitiOf is what MITI 4.2.1 calls a code of MISC 2.5; what it does not count is not in it. Seek has no code in MISC and is told
// by [seek].
var mitiOf = map[code]string{
	information: "GI", advice: "Persuade", direct: "Persuade", concern: "Persuade", warn: "Confront", advicePermitted: "Persuade with Permission",
	concernPermitted: "Persuade with Permission", openQuestion: "Q", closedQuestion: "Q", simpleReflection: "SR", complexReflect: "CR",
	affirm: "AF", emphasizeControl: "Emphasize", confront: "Confront",
}

// adherent and nonAdherent are MITI 4.2.1's: what the share of MI-adherent behaviour is made of.
var (
	adherent    = map[string]bool{"AF": true, "Seek": true, "Emphasize": true}
	nonAdherent = map[string]bool{"Persuade": true, "Confront": true}
)

// consistent and inconsistent are MISC 2.5's: what is in the spirit of motivational interviewing, and what is against it.
var (
	consistent   = map[code]bool{affirm: true, advicePermitted: true, emphasizeControl: true, concernPermitted: true, support: true, openQuestion: true, simpleReflection: true, complexReflect: true}
	inconsistent = map[code]bool{advice: true, confront: true, direct: true, concern: true, warn: true}
)

// Behaviours of AnnoMI (Wu et al. 2022), in the order of the labels.
const (
	question = iota
	reflection
	input
	other
)

// behaviourOf is where a code goes in AnnoMI's scheme; the rest is other.
var behaviourOf = map[code]int{
	openQuestion: question, closedQuestion: question,
	simpleReflection: reflection, complexReflect: reflection,
	information: input, advicePermitted: input, advice: input, concernPermitted: input, concern: input, direct: input, warn: input, confront: input,
}

func (c code) behaviour() int {
	if b, ok := behaviourOf[c]; ok {
		return b
	}
	return other
}

// Kinds of input of AnnoMI.
const (
	givesInformation = iota
	givesAdvice
	givesOptions
	negotiates
)
