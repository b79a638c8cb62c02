package mi

// Codes of peer support: those of motivational interviewing without its finer kinds, and what peers say beside it.
const (
	peerDisclosure    = "self_disclosure"
	peerIntroduction  = "introduction"
	peerChat          = "chit_chat"
	peerInappropriate = "inappropriate"
)

// peerCodes are all of them, in the order of the labels.
var peerCodes = []string{
	"open_question", "closed_question", "reflection", "affirm", "support", "emphasize_autonomy", "information", "persuade", "persuade_with_permission", "confront",
	peerDisclosure, peerIntroduction, peerChat, peerInappropriate,
}

// peerOf is what peer support calls a code of MISC; the rest has no name there.
var peerOf = map[code]string{
	openQuestion: "open_question", closedQuestion: "closed_question", simpleReflection: "reflection", complexReflect: "reflection", affirm: "affirm",
	support: "support", emphasizeControl: "emphasize_autonomy", information: "information", advice: "persuade", direct: "persuade", concern: "persuade",
	advicePermitted: "persuade_with_permission", concernPermitted: "persuade_with_permission", confront: "confront", warn: "confront",
}

var (
	introduces = phrasesOf(`hi; hello; hey; good morning|afternoon|evening; my name is; i am _ ?_ and|nice; i am|will be your|a listener|counselor|counsellor|peer|helper|supporter|volunteer; welcome; nice|good|great|lovely to meet|see you; how are you ?doing ?today ?feeling ?tonight; thanks|thank ?you for reaching|coming|joining|connecting; i am here to listen|help|support`)
	chats      = phrasesOf(`weather; raining|sunny outside|today|here; how was|is your weekend|day|week|trip|holiday|vacation|morning; weekend plans; any plans for; watch|watched|see|saw ?_ the ?_ game|match|movie|film|show; favorite|favourite; happy birthday|holidays|easter|christmas|halloween|new; merry christmas; lol; haha; lmao; where are you from; what time is it ?there; how old are|is; have a|any cat|cats|dog|dogs|pet|pets; what music|movies|books|food|sport|games; playing|play a|video games|game; had|having lunch|dinner|coffee; cool name`)
	offends    = phrasesOf(`send ?me ?a ?some pic|pics|picture|pictures|photo|photos|nudes; what is your ?phone number|snap|snapchat|instagram|address; give|tell me your ?phone number|address|snap|instagram; are you single|hot|sexy|naked|stupid|kidding|crazy; you are ?so ?really ?just ?a ?an ?such hot|sexy|stupid|pathetic|ridiculous|disgusting|idiot|loser|coward|liar|selfish|worthless|lazy; shut up; stop whining|crying|complaining; quit whining|crying|complaining; get over it|yourself; man up; suck it up; grow up; go away; kill yourself; nobody|no one cares ?about; i do not ?really care about|what|if; turn|turns|turned you|me on; what are you wearing; meet up alone|tonight; you deserve|deserved it|that|this; your ?own ?damn fault; wasting my time; what is wrong with you; you people; boo hoo; drama queen; fuck|screw you|off; damn you|it; bitch|slut|whore|moron`)
	discloses  = phrasesOf(`i have ?also been there|through; i ?also went through; i ?have ?also had|felt|feel|experienced|lost the|a|something|my ?very same|similar ?thing; i felt|feel the same; happened to me; when i was|had|lost|went; in my ?own case|experience|life; i ?also ?used to|struggled|struggle; i know ?exactly ?it ?what ?how from|it|that ?feels ?is like|myself|experience; me too; i too; same here; i can relate; i lost my; i am ?also ?a divorced|sober|recovering|widowed|parent|survivor`)
)

// asPeer is what a finding is in peer support; "" where it has no name. What nobody ought to say is that, whatever its form.
func asPeer(u *unit, f finding) string {
	switch {
	case offends.in(u):
		return peerInappropriate
	case discloses.in(u) && f.code.behaviour() != question:
		return peerDisclosure
	case introduces.begins(u) && u.words <= 14:
		return peerIntroduction
	case chats.in(u) && f.code.behaviour() != reflection:
		return peerChat
	}
	return peerOf[f.code]
}
