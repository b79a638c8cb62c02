package partner

import "github.com/vignette-sim/vignette/internal/language"

// noticed are the phrases by which a partner notices a cue; see language.NewPhrases for the notation. The list is the
// partner's own ear: nobody else reads by it.
var noticed = [cues][]string{
	cueRequest: {
		"i'd like", "i would love to", "i want to ask", "i want you to", "i need you to", "i'm asking you", "i am asking you",
		"could|can i", "may i", "could|would|can|will you ?please", "would you mind", "would it be possible", "is it possible", "would you be willing",
		"i'd appreciate it if", "i would be grateful if", "i need to leave|take|go|have", "let me leave|take|have|go", "please", "i was hoping to|you|for|that", "i wanted to ask",
	},
	cueWish: {
		"i wish", "i was wondering if|whether", "any chance", "is there any|a way|chance", "it would be great|good|lovely if", "it would help me|us if", "would you consider", "would it be okay|alright|fine if", "would it be all right if",
		"is it okay if", "i hope you'd|you'll|you|to", "i want to", "do you think i|we could", "would you have anything against",
	},
	cueStands: {"my request", "what i'm asking", "asking for the same", "still asking", "that's still what", "i'm asking for", "it would still mean", "the same thing as before"},
	cueNo: {
		"i'm not going to", "i won't", "i can't lend|do|give|agree|help|take|come", "my answer is no", "my answer's no", "the answer is no", "answer is still no", "i have to say no", "i'm saying no",
		"it's a no", "still a no", "no from me", "i've decided not to", "i'd rather not", "i don't want to lend|give|do", "saying no", "my no", "stays no", "it won't work", "no means no", "i just can't", "it will stay no",
	},
	cueProposal: {
		"i could", "we could", "i can offer|do|take|help|bring|come|ring", "i'll", "we'll", "how about", "what about", "what if", "i'm willing to", "i'm happy to", "i'd be willing|happy", "you could have", "in return", "in exchange",
		"let's", "would it help if", "i'd be ready to", "instead i", "has said", "i've asked",
	},
	cueFeelsBad: {
		"i feel|felt bad|torn|sad|anxious|uneasy|left|hurt|guilty|alone|lonely|scared|stuck|frustrated|worn|tired|overwhelmed|ashamed", "i'm ?a ?bit ?really ?so ?very worried|torn|afraid|scared|nervous|anxious|sad|upset|hurt|exhausted|frustrated|stressed",
		"it hurts ?me", "it worries me", "it scares me", "makes me sad|anxious|nervous", "i'm sad", "weighs on me", "keeps me awake",
	},
	cueFeelsGood: {
		"i feel|felt proud|glad|happy|good|hopeful|excited|relieved", "i'm ?really ?so ?very excited|proud|glad|happy|hopeful|grateful", "i'd be ?so glad|happy|relieved|grateful", "it means a lot|much", "would mean a lot",
	},
	cueReason: {"because", "that's why", "so that", "the reason"},
	cueHearsMe: {
		"i understand", "i hear ?what you|that", "i can see", "i see why|that|how|your", "you're right", "that's a fair ?point|question", "i know ?that ?how you|it's|this|how", "you need", "you have to", "you're worried|afraid|thinking|saying",
		"i take that seriously", "it makes sense", "i get that", "i'm glad you", "i'm glad to hear",
	},
	cueAsksNeeds: {
		"what would you need", "what do you need", "what would make", "what would it take", "what would help you", "what matters most", "what worries you", "what would work", "what would have to", "what are you worried", "what's the hardest|biggest",
	},
	cueAsksView: {
		"would that work", "would that help", "how does that sound", "could you live with", "what do you think", "does that help", "would you be okay|all with", "is that something", "could that work", "what do you say", "how would that be",
	},
	cueBlame: {
		"you always", "you never", "you've never", "your fault", "because of you", "you only think|ever|care|come", "you don't care", "you couldn't care", "you don't even", "you just don't", "thanks to you", "typical of you", "you made me", "you're the one who|that",
		"that's you all over", "you people", "you've got some nerve", "it's always about you", "you find a reason", "nobody else makes", "you could if you wanted",
		"you don't listen", "you're not listening", "you don't get it", "how could you", "you should be ashamed", "what's wrong with you", "you ruin|ruined", "you're to blame", "you owe me", "you lied", "you're lying", "i'm sick|tired of you|your|this",
	},
	cueJudges: {
		"not very understanding|nice|kind|fair|helpful|well", "such a big deal", "such a thing of it", "so complicated", "that's my problem", "thought of that earlier", "a bit much to ask", "other people wouldn't|would", "anybody else would", "not my problem", "getting at me", "asked for nothing", "knew you'd",
		"how hard can it", "it's not fair", "that's not fair", "not asking for much",
	},
	cueAccuses: {
		"i feel|felt ?that|like|as ?if ?though you|you're|you've|you'd|your", "i feel|felt ?so ?completely attacked|manipulated|betrayed|used|cheated|bullied|ignored|abandoned|disrespected ?by",
	},
	cueUltimatum: {
		"either you", "last chance", "or i'm gone|leaving|off|out", "or i leave|quit|go", "or i'll leave|quit|go|tell|stop", "now or never", "it's me or",
	},
	cueThreat: {
		"or else", "you'll be sorry", "you'll regret", "i'll make sure", "don't expect", "we're done", "you'll see", "don't come", "i'll tell everybody|everyone", "last time i", "that's the end of", "don't be surprised if", "i won't forget this", "then don't",
	},
	cueInsult: {
		"selfish", "idiot", "pathetic", "heartless", "coward", "liar", "cold-hearted", "shut up", "you're ?so ?just ?being ?really stupid|useless|ridiculous|unreasonable|mean|petty|hopeless|impossible", "how petty|stupid|mean",
		"don't be ?so stupid|ridiculous|mean|petty", "that's|it's|this is ?just ridiculous|pathetic|nonsense|stupid|petty", "just an excuse", "just excuses", "you're a joke", "what a joke",
	},
	cueSarcasm: {"oh great", "oh wonderful", "oh sure", "how kind of you", "how generous", "thanks a lot for nothing", "thanks for nothing", "big surprise", "what a surprise", "lucky me", "of course you"},
	cueDemand: {
		"you have to agree|let|give|say|do", "you must", "you'd better", "i'm not asking ?you ?for", "i'm telling you", "whether you like it", "just say yes", "you're going to have to", "end of story", "end of discussion", "i insist", "i demand", "take it or leave it", "there's nothing to discuss",
	},
	cueSorry:         {"sorry", "i apologise|apologize", "my apologies", "forgive me", "i don't want to bother", "i don't want to be a nuisance", "i don't want to make trouble", "i shouldn't have asked"},
	cueThanks:        {"thank you", "thanks", "i appreciate", "i'm grateful"},
	cueAccepts:       {"that works for me", "let's do that", "i can live with that", "i'd take that", "i'll take that", "it's a deal", "we're agreed", "i accept", "sounds good to me", "i'm happy with that", "let's leave it at that", "that would be enough"},
	cueWithdraws:     {"never mind", "forget it", "forget i", "forget about it", "it's not that important", "it doesn't matter", "i'll manage", "i'll leave it", "i shouldn't have asked", "i'll drop it", "don't worry about it", "it's fine really"},
	cueYields:        {"okay i'll do it", "all right i'll do it", "if you really need it", "okay you win", "i'll lend", "i'll do it", "you can have it", "i suppose i can", "i suppose i could", "fine i'll", "i give in", "i'll give it to you"},
	cueTakesQuestion: {"fair|good question", "glad you ask", "good that you ask", "asked myself the same", "since you ask", "to answer you|that|your", "no ready answer", "can't answer that"},
	cueComesBack:     {"one thing i brought up", "come back to it|that|this|what", "a different matter", "that's another matter", "not what i came|asked", "talk about that another|later", "stay with"},
	cueHint:          {"it's hard to say", "the whole situation", "it's all a bit", "i was just wondering", "it's just that", "it's probably nothing", "sort of", "kind of", "i don't know how to", "anyway", "you know how it is", "it's a bit", "i've been meaning to", "this thing", "it would be nice if", "some people get", "not that i", "so yeah"},
	cueGreets:        {"can|could|may i talk|speak|bring|ask|have", "i'd like to talk|speak|discuss|bring", "something i'd like to", "hi", "hello", "hey", "good morning", "good evening", "have you got a minute", "do you have a minute", "can we talk", "there's something"},
	cueBye:           {"goodbye", "bye", "see you later|soon|tomorrow|around", "i'd better go|get", "i have to go", "good night", "take care", "talk later", "talk soon"},
}

// conditions and consequences make an ultimatum of a sentence when both are in it.
var (
	conditions   = language.NewPhrases("if you don't|won't|refuse|can't", "if you say no", "if it's a no", "unless you")
	consequences = language.NewPhrases("i'll quit|leave|go|stop|tell|report|never|make", "i'm leaving|gone|done|out|quitting|off", "we're done|finished|over|through", "you'll be sorry|alone", "you'll regret|see|lose", "don't expect", "you can forget")
)

// kindWords turn "I feel that you ..." into the opposite of a reproach.
var kindWords = map[string]bool{
	"kind": true, "fair": true, "right": true, "good": true, "understand": true, "listen": true, "listened": true, "listening": true, "help": true, "helped": true, "care": true, "patient": true, "honest": true,
	"important": true, "generous": true, "welcome": true, "trust": true, "worried": true, "tired": true, "stressed": true, "deserve": true,
}

// relational are cues that count in any words, sentence or not.
var relational = [cues]bool{
	cueBlame: true, cueThreat: true, cueInsult: true, cueSarcasm: true, cueSorry: true, cueThanks: true, cueUltimatum: true, cueAccepts: true, cueWithdraws: true, cueYields: true,
	cueGreets: true, cueBye: true, cueAsksView: true, cueAsksNeeds: true,
}

// negatable are cues that a negation before them takes away.
var negatable = [cues]bool{
	cueFeelsBad: true, cueFeelsGood: true, cueInsult: true, cueProposal: true, cueAccepts: true, cueYields: true, cueHearsMe: true, cueRequest: true, cueWish: true, cueThanks: true,
}
