package client

import "github.com/vignette-sim/vignette/internal/language"

// subjectOf is what a question of the counselor is about.
type subjectOf uint8

const (
	aboutNothing subjectOf = iota
	aboutOpening
	aboutFeelings
	aboutThoughts
	aboutBehavior
	aboutHistory
	aboutBeliefs
	aboutStrength
	aboutEvidence
	aboutRisk
	aboutChange
	aboutNext
	aboutScale
	aboutSleep
	aboutAppetite
	aboutPaper
	aboutExercise
	aboutFamily
	aboutSupport
	aboutGoal
	aboutDuration
	aboutGood
	aboutWeek
	aboutBody
	aboutMore
	aboutSession
	aboutLeave
)

// topicCue says that a question with one of these phrases is about a subject. The first that fits holds.
type topicCue struct {
	subject subjectOf
	phrases *language.Phrases
}

// The client's own ear for what it is told and asked. These lists are used by nobody else.
var topicCues = []topicCue{
	{aboutRisk, language.NewPhrases("suicid~", "kill|killing|hurt|hurting|harm|harming yourself", "end|ending your life", "ending it ?all", "not be|being alive", "better off dead",
		"wish|wishing you were dead", "take|taking your ?own life", "are you safe", "thoughts of death|dying", "not wanting to live|be")},
	{aboutScale, language.NewPhrases("scale of|from", "from 0|1|zero|one to 10|100|ten", "out of 10|ten", "0-10", "1-10", "0 to 100")},
	{aboutStrength, language.NewPhrases("how much|strongly|firmly do you ?still believe", "how true", "how convinced", "how sure|certain are you", "believe that thought", "percent", "how much of you believes")},
	{aboutChange, language.NewPhrases("leaving it as", "for|against|about changing", "the other hand say", "stay the same", "want to do it differently", "do it differently", "how would you go about", "if you decided", "gets in the way", "how ready")},
	{aboutEvidence, language.NewPhrases("evidence", "what speaks for|against", "what makes you think|believe|say|so", "how do you know", "another way to|of", "other way to|of", "other explanation~",
		"what would you say|tell to ?a friend", "tell a friend", "is it ?really true", "does it fit", "facts", "the other side", "look at it differently", "any exception~")},
	{aboutLeave, language.NewPhrases("anything else|more before we", "before we stop|finish|end|close", "what will you take", "what are you taking", "take away from", "take from today|this", "what stood out", "remember from", "how are you now", "how was this|today|it for you|talking")},
	{aboutGoal, language.NewPhrases("what would you like ?to", "what do you want|hope|need|wish", "what are you hoping", "hope to get", "goal~", "how can i help", "how can i be", "what would help",
		"what would be helpful", "miracle", "if things|it were|got|went better", "what would be different", "would you like|want to work on", "what matters ?most", "what is important", "looking for")},
	{aboutNext, language.NewPhrases("next step~", "small step", "first step", "one thing you could", "what could you", "what might you", "what will you", "what can you do", "try this|before|next", "plan", "this coming week",
		"between now", "could you try", "willing to try", "are you willing", "would you be willing", "ready to")},
	{aboutChange, language.NewPhrases("change~", "what would it take", "what makes it hard|difficult", "what holds|keeps you", "what gets in the way", "differently", "reasons to", "what if you did", "pros and cons", "good things about", "worth it", "part of you")},
	{aboutSleep, language.NewPhrases("sleep~", "energy", "rest at night")},
	{aboutPaper, language.NewPhrases("questionnaire~", "form|forms", "homework", "thought record")},
	{aboutAppetite, language.NewPhrases("appetite", "eating", "eat properly|enough|well|regularly")},
	{aboutExercise, language.NewPhrases("exercise", "hobbies|hobby", "sport|sports", "get out enough", "go out at all")},
	{aboutFamily, language.NewPhrases("told your family|wife|husband|partner|parents", "family know~", "does your family")},
	{aboutSupport, language.NewPhrases("who do you have", "who else", "who could", "who is", "beside you", "told your", "got friends", "have friends", "call somebody|someone", "people who love", "anyone|anybody|someone you", "talk to anyone|anybody", "told anyone|anybody", "support", "who knows", "by your side", "on your side", "lean on", "turn to", "who supports")},
	{aboutDuration, language.NewPhrases("how long", "since when", "when did", "how often", "when was the last time")},
	{aboutGood, language.NewPhrases("think of an exception", "a day when", "what helps", "what has helped", "strength~", "good at", "proud of", "better days", "good day", "easier", "times when it", "a time when", "enjoy", "what went well", "used to like|love", "got you through",
		"coped before", "kept you going", "keeps you going")},
	{aboutBody, language.NewPhrases("in your body", "body", "physically", "where do you feel", "notice it")},
	{aboutHistory, language.NewPhrases("childhood", "growing up", "grew up", "when you were young|younger|little|a|small", "as a child|kid", "past", "family", "parent~", "mother", "father", "mom|mum|dad", "where does that|it|this come|comes from", "taught you", "who taught", "came before", "looking back", "look back",
		"come|comes from", "go back to", "learn|learned to|that|it", "remind|reminds you of", "earlier in your life", "history", "how far back", "before all this", "background")},
	{aboutBehavior, language.NewPhrases("what do|did you do", "have you tried so", "tried so far", "worked for you", "how do|did you cope|handle|deal|manage|react|respond", "what do you usually", "do then", "do when", "do about", "cope|coping", "deal with", "handle it|that", "get through", "your day", "spend your|the day|time", "what did that make you do", "react")},
	{aboutThoughts, language.NewPhrases("what goes|went|was going|is going|runs|ran through your mind|head", "through your mind|head", "thought~", "thinking", "think about|of yourself|that", "tell|telling yourself", "say to yourself", "what do|did you think", "in your mind|head", "worst", "afraid would|might|will happen")},
	{aboutFeelings, language.NewPhrases("feel", "feeling~", "felt", "emotion~", "mood", "like for you", "what is|was that like", "what was it like", "how was that", "how is|are that for you", "how hard", "hurt~", "affect you", "how badly", "hit|hits you", "do to you", "does to you")},
	{aboutBeliefs, language.NewPhrases("mean about you", "say|says about you", "what does that|it|this mean", "mean to|for you", "see yourself", "think of yourself", "belief~", "believe about", "rule|rules", "expect of yourself", "kind of person", "deep down", "underneath", "at the bottom")},
	{aboutWeek, language.NewPhrases("this week", "past week", "last few days", "how are you ?doing|today", "how have you been", "how is|are things", "how is it going", "how has your")},
	{aboutOpening, language.NewPhrases("what brings|brought you", "bring|brought you here|in", "what is|was ?been on your mind", "on your mind", "where would you like to|us start|begin", "what would you like to talk", "what has been going on|happening", "what is|has been going on",
		"what happened", "what is the matter", "what is wrong", "what is|has been happening", "what is troubling|bothering", "tell me what", "why are you here", "what made you come", "the problem", "most pressing", "what troubles")},
	{aboutMore, language.NewPhrases("tell me more", "say more", "more about", "go on", "what else", "can you describe", "could you describe", "an example", "help me understand", "walk me through", "how so", "in what way")},
	{aboutSession, language.NewPhrases("is it|that okay|ok|alright", "would it be okay|ok|alright", "do you mind", "may i", "can i", "could i", "shall we", "did i get that|it|this right", "is that right", "have i understood", "did i understand", "am i right", "does that fit|sound")},
}

var (
	hearGreeting    = language.NewPhrases("hello", "hi", "hey", "good morning|afternoon|evening", "welcome", "nice|good|glad to meet", "my name is", "thank|thanks ?you for coming", "glad you came|are")
	hearClosing     = language.NewPhrases("time is ?almost|nearly up", "out of time", "for today", "see you next|then|soon|tomorrow|again|in|on", "next time|session|week i|we|then|at|same", "take care", "goodbye|bye", "have to stop|end|finish", "need to stop|end|finish", "wrap|wrapping up", "come|coming to an end", "end of our", "before we stop|end|finish|close", "close for")
	hearFarewell    = language.NewPhrases("see you next|then|soon|tomorrow|again|in|on", "take care", "goodbye|bye", "until next time", "next time then", "same time next")
	hearApology     = language.NewPhrases("i apologize|apologise", "my apologies", "i am ?really|so|very sorry if|that i|for", "sorry, i|that", "i was too quick|fast|pushy", "i got ahead", "i rushed", "i should not have", "my mistake", "i misunderstood", "i did not listen")
	hearAffirmation = language.NewPhrases("takes|took|take ?a ?lot ?of courage|strength", "courage~", "brave", "i appreciate", "i admire", "impress~", "well done", "good job", "proud of you", "glad you told|shared|said", "thank you for telling|sharing|trusting|being", "strong of you", "you work|worked hard", "you care ?so ?deeply|about", "you have kept", "resilien~", "not giving up", "says a lot about how")
	hearValidation  = language.NewPhrases("makes ?perfect|complete|a|lot|so ?of|much sense", "understandable", "no wonder", "anyone|anybody would", "anyone|anybody in your", "of course you", "that sounds ?really|very|so|incredibly|like hard|difficult|painful|exhausting|heavy|tough|a", "must be|have been ?so|very|really hard|difficult|painful|exhausting|lonely|heavy|tough", "that is ?really|a|so|very|lot hard|heavy|painful|difficult|a lot", "natural to feel|that", "i can see why", "i can see how", "hard to carry", "a lot to carry")
	hearReassurance = language.NewPhrases("be fine", "will be okay|ok|alright", "going to be okay|ok|alright", "everything will", "cheer up", "look on the bright", "at least", "could be worse", "do not worry", "no need to worry", "everyone|everybody feels|goes|has", "it is not that bad", "it will pass", "time heals", "happens to everyone|everybody|a", "stay|think|be positive", "sure it will", "hang in there", "tomorrow is")
	hearAdvice      = language.NewPhrases("you should", "you ought", "you need to", "you have to", "you must", "you had better", "why do you not", "why do not you", "have you tried", "have you thought|considered", "you could always|just|try|start|make|write|go|call|take|talk|join|get", "i suggest|recommend ?that you|a|an", "i would recommend|suggest|advise ?that you|a|an", "my advice", "if i were you", "the best thing", "what you can do", "you might|may want to|consider|try", "it would be good|better|best|wise ?for ?you if|to", "i would encourage|urge you", "make sure that you", "what i would recommend|suggest", "another|one idea for you", "how about trying|going|making|taking")
	// hearOrder is advice at the beginning of a sentence; elsewhere the same words only tell what somebody does.
	hearOrder = language.NewPhrases("try to|a|some|going|writing|doing|taking|talking|it", "just try|do|go|make|take|write|call|talk", "make a|some|yourself", "start by|with|small", "stop doing|thinking|worrying", "go for|to|and", "take a|some", "get up|out|some", "write it|down|a", "call them|him|her|your", "talk to", "give yourself", "remember to", "keep a")
	// hearReported says that what looks like advice is what the client says to itself.
	hearReported      = language.NewPhrases("tell|telling|told yourself", "you think|believe|feel|said|say ?that you|i")
	hearPermission    = language.NewPhrases("would it be okay|ok|alright|all if i", "is it okay|ok|alright if", "may i", "can i share|suggest|offer|tell", "could i share|suggest|offer|tell", "would you like to hear", "with your permission", "if you like i", "do you mind if", "would you be interested", "would it be okay|ok if we", "shall we try", "would you be willing", "are you open to", "if you are open")
	hearConfrontation = language.NewPhrases("you are ?just|only|simply making excuses", "excuses", "you are not ?even ?really trying", "your own fault", "your fault", "you are lazy", "you are being", "you never listen|try|do|finish|change", "you always make|do|find|have", "pull yourself", "grow up", "get over it", "snap out", "stop complaining", "stop feeling sorry", "feel|feeling sorry for yourself", "what did you expect", "you brought this", "you chose", "that is ridiculous|nonsense|silly|irrational", "you are wrong", "you are exaggerating|overreacting", "you do not ?really want to change|get", "if you really wanted", "be honest with yourself", "you keep avoiding", "you are in denial", "admit",
		"you have|did brought|bring|done|do this|it|that ?all on|to yourself", "have yourself to blame", "only yourself to blame", "ashamed of yourself", "typical of you", "sick|tired of hearing|listening|you|your", "a fuss|drama", "what is wrong with you",
		"you do not ?even try|care|listen", "you could if you wanted", "you are impossible|hopeless|pathetic|weak|selfish|childish|ungrateful", "think|thinking about anyone|anybody but yourself", "think|thinking only of yourself", "you only ?ever think|complain|care|talk", "have|had it coming",
		"other people manage|cope", "anyone|anybody else would have", "a grown man|woman|person|adult", "an excuse", "somebody|someone else who has|had to pay")
	hearInformation = language.NewPhrases("research", "studies|study", "many people", "a lot of people", "it is common", "depression|anxiety is|can|often|makes", "works by", "in therapy", "cognitive", "what we know", "our minds|brains", "the brain")
	hearReflection  = language.NewPhrases("it sounds", "sounds like|as", "you are", "you feel", "you felt", "you sound|seem|look", "you have", "you were", "you think", "you want", "you worry", "you keep", "you lost", "part of you", "on the one hand", "i hear", "i am hearing", "what i hear", "so you", "and you", "so when", "so it", "so for you", "it seems", "seems like|as|to", "for you", "you said", "you told", "you mentioned", "if i understand|hear", "there is", "when you", "a part of you", "you would", "you do not", "you cannot", "you find", "like you", "your")
	// hearLeadIn are beginnings after which helpers say back what they heard, in words of their own too.
	hearLeadIn = language.NewPhrases("so|and|but|okay ?so ?now you|you are|it is|it was|there is|there are|for you|part of you|that|what", "so on ?the one hand", "it sounds", "sounds like|as", "i hear", "i am hearing", "what i hear", "you are saying|feeling|thinking|wondering|worried|afraid|hoping|trying|telling", "you feel|felt|want|wish|worry|wonder", "in other words", "it seems", "seems like", "if i understand|hear", "let me see if", "on the one hand", "part of you", "you would like|rather", "you have been|noticed|got")
	// hearYielding leaves it to somebody whether and what they tell.
	hearYielding = language.NewPhrases("up to you", "your choice|decision|call", "you decide|choose", "you do not ?really have|need to", "we do not ?really have|need to", "keep|leave that|it ?all to|for yourself", "put|leave|set that|it ?all aside", "leave that|it for|there|be", "no rush|hurry|pressure", "not in a|any hurry", "only if|when you want|like|feel", "when|whenever you are ready", "as much|little as you", "at your ?own pace", "take your time", "it is okay|ok|alright|fine not to", "not ?going to push|press|force")
	hearSummary  = language.NewPhrases("let me see if", "to sum|summarize|summarise", "so far", "if i put", "put together", "putting it|this|that together", "what i have heard", "let me pull", "taking it together", "let me gather", "all together", "looking back over")
)
