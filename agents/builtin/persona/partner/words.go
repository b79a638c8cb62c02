package partner

import (
	"github.com/vignette-sim/vignette/agents/builtin/persona/scene"
	"github.com/vignette-sim/vignette/internal/language"
)

// asks tell that a position asks the other for something.
var asks = language.NewPhrases("i need you to", "i'd like you to", "can|could|would|will you", "lend me", "give me", "help me", "i want to ask you", "let me have")

var agreeing = language.NewPhrases(
	"we'll do it", "i'm fine with it", "you have my yes", "let's try it", "let's do it", "that's fine with me", "i'm for it", "you can have it", "i agree",
)

// soundsAgreed says whether somebody else's line says yes, with no "but" after it.
func soundsAgreed(line *scene.Line) bool {
	if !agreeing.Asserted(line.Tokens) {
		return false
	}
	for _, token := range line.Tokens {
		if token.Norm == "but" || token.Norm == "?" || token.Norm == "still" {
			return false
		}
	}
	return true
}

// What partners say around their author's sentences. "Asker" words are for a partner who asks and is told no.
var (
	openings = []string{"You wanted to talk to me. What is it?", "So, what's on your mind?", "Come in. What can I do for you?"}

	invitations = []string{"Of course. What is it?", "Sure, go ahead.", "Yes, what's on your mind?"}
	clarify     = []string{
		"What is it that you'd like from me?", "And what would you need from me?", "What are you asking me for, then?", "So what is it you're asking?", "What would you like me to do about it?", "And where do I come in?",
	}
	clarifyPlainly = []string{
		"You'll have to tell me straight what it is you want.", "I still don't know what you're asking me.", "Just say what you need, and I can give you an answer.",
		"I can't say yes or no as long as I don't know to what.", "Please, get to the point.", "I'm lost. What do you actually want me to do?",
	}
	askerClarify = []string{
		"So is that a yes or a no?", "I can't tell whether that's a no.", "Just tell me, will you or won't you?", "I need to know where I stand.", "Does that mean you won't?",
	}

	onFact         = []string{"I see.", "Okay, that I understand.", "All right, I hear that.", "Okay, I can follow that.", "I take your point."}
	onBadFeeling   = []string{"I can tell this isn't easy for you.", "I can hear that it weighs on you.", "I'm sorry it's like that for you."}
	onGoodFeeling  = []string{"I can see how much it means to you.", "I can tell that you really want this."}
	onGain         = []string{"That may be so.", "I suppose there's something in that.", "Perhaps, yes."}
	onMetGain      = []string{"That would help, I admit.", "That's a point in your favour.", "Well, that would make a difference."}
	onProposal     = []string{"I can see you're trying to meet me halfway.", "You've thought about it, I'll give you that.", "That's a fair offer."}
	onGoodProposal = []string{
		"That would take care of part of it.", "Now that's something I can work with.", "That's more like it.", "I hadn't thought of that.",
	}
	factAbout   = []string{"I take the point about %s.", "I hear what you say about %s.", "I didn't know that about %s.", "I see what you mean about %s."}
	goodAbout   = []string{"The part about %s would help.", "What you say about %s makes a difference.", "When it comes to %s, that's a real help."}
	maybeAbout  = []string{"As for %s, perhaps.", "I heard the part about %s.", "I'd have to think about the bit with %s.", "About %s, maybe."}
	viewNoAbout = []string{"As far as %s goes, perhaps, but it isn't enough.", "When it comes to %s, yes, but not as a whole."}
	onCool      = []string{"Maybe.", "That's easy to say now.", "A bit late for that.", "You could have begun with that.", "I'd believe it more if the rest hadn't been said.", "Perhaps."}
	onRepair    = []string{"All right. Thank you for saying that.", "Let's leave that behind us, then.", "I'm glad you've said that, it did sting.", "Good. Then let's go on from there."}
	onGrovel    = []string{"Stop apologising, please.", "You don't have to say sorry all the time.", "I haven't bitten anybody yet."}

	contrast         = []string{"But ", "Still, ", "The thing is, ", "All the same, ", "But look, "}
	contrastQuestion = []string{"But ", "But then, ", "And "}
	onItsOwn         = []string{"Look, ", "The thing is, ", "What bothers me is this: ", "Well, ", "And then, "}
	allTheSame       = []string{"I know you've told me, but ", "I heard your answer to that, and still, ", "You'll say we've been through this, and yet, "}
	interestLeads    = []string{"What it comes down to is this: ", "To be honest, ", "What really matters to me: ", "You see, "}
	afterQuestion    = []string{"Well, ", "Honestly, ", "Since you ask, "}

	guiltTrips = []string{
		"You know how much I've got on my plate as it is.", "So in the end it's me who has to sort it out.", "I thought you of all people would see what this does to me.", "I've always been there when you needed something.", "Nobody asks how I'm supposed to manage.",
	}
	askerGuiltTrips = []string{
		"I'd do it for you, you know that.", "I thought I could count on you.", "So I'm on my own with it, then.", "I never thought I'd have to beg you.",
	}
	deflections = []string{
		"This isn't really the moment for it.", "Can't it wait?", "That isn't only up to me.", "We'll see about that another day.", "You're making more of it than there is.",
	}
	askerDeflections = []string{
		"Don't give me an answer now, sleep on it.", "You're making more of it than there is.", "Let's not be so serious about it.", "You'll think differently about it tomorrow.",
	}
	sidetracks = []string{
		"By the way, there's something else I wanted to talk about.", "While we're at it, I've got a bone to pick with you about something else.", "That reminds me, we never finished that other conversation.",
	}
	interruptions = []string{"Hang on, let me stop you there.", "Wait, wait, not so fast.", "Let me just say something."}
	cavings       = []string{"All right, all right, have it your way.", "Fine, you win, if that's what it takes.", "Okay, do what you want, I don't want this."}

	onUltimatum = []string{"I won't have a gun put to my head.", "If you put it like that, you can have your answer now, and it's no.", "So that's how you want to do this?"}
	onAccused   = []string{"That's not a feeling, that's a reproach.", "Don't dress it up, you're attacking me.", "So now I'm the bad one."}

	onDemand     = []string{"You can't just tell me how it's going to be.", "That's not how you ask for something.", "I don't like being told what I have to do."}
	onJudged     = []string{"I don't think that's fair to me.", "I'm trying to understand, you know.", "I don't see it that way.", "It's not as simple as that."}
	onSorry      = []string{"There's no need to apologise.", "You don't have to be sorry about it."}
	onRepeat     = []string{"I know what you're asking.", "I heard you the first time.", "You've said that.", "Saying it again doesn't change anything."}
	onReflection = []string{"Yes, exactly that.", "That's right.", "Yes, that's what I mean."}
	viewYes      = []string{"As far as it goes, yes.", "It goes some way, yes.", "Partly, yes."}
	viewNo       = []string{"Not on its own.", "I'm not there yet.", "Not quite."}
	whispers     = []string{"I think we can say yes to this, you know.", "Come on, I'm fine with it, what about you?", "I've heard enough, I'm fine with it."}
	asides       = []string{"There's something else for me.", "I've got another worry, though.", "Can I say something, too?", "It's a bit different for me."}

	onAskerFact         = []string{"I hear that.", "I can't argue with that.", "I know it's not simple for you.", "Fair enough."}
	onAskerBadFeeling   = []string{"I can see you don't like saying it.", "I don't want you to feel bad.", "I can tell this isn't nice for you either."}
	onAskerMetGain      = []string{"Okay, that's true.", "I'd want that, too.", "That matters to me, you're right there."}
	onAskerGain         = []string{"Maybe that's true.", "You may be right about that.", "I suppose so."}
	onAskerProposal     = []string{"That's good of you.", "Well, that's nice of you.", "I know you mean well."}
	onAskerGoodProposal = []string{"That would help a bit, I'll give you that.", "I wasn't expecting that, thanks.", "Okay, that's something.", "I'd take you up on that."}
	onAskerDemand       = []string{"All right, you don't have to be so harsh about it.", "You don't have to put it like that.", "I'm only asking."}
	onNo                = []string{"So that's a no.", "I was hoping you'd say something else.", "You're serious about this.", "I heard you.", "Just like that?"}

	onBlame   = []string{"That's not fair, and you know it.", "I don't think I've deserved that.", "Now you're making it about me.", "That's simply not true."}
	onInsult  = []string{"There's no need to get personal.", "Don't talk to me like that.", "That was uncalled for.", "I won't be called names."}
	onThreat  = []string{"Is that supposed to be a threat?", "Threatening me won't get you anywhere.", "I don't respond to threats.", "Pressure doesn't work on me."}
	onSarcasm = []string{"You can leave the sarcasm out.", "I don't find that funny.", "Very helpful."}
	limits    = []string{
		"If you go on like this, we can stop here.", "I'm not having this conversation in that tone.", "I'll talk about it when we can do it calmly.", "This is getting us nowhere.",
	}
	notThisWay = []string{"You won't change my mind like this.", "That makes it harder to say yes, not easier.", "I'd listen if you talked to me properly.", "That doesn't help anybody."}
	walkOuts   = []string{"I'm not going to be spoken to like this. We're finished here for today.", "That's enough. I'm going."}

	offerLeads      = []string{"Here's what I could do.", "Let me suggest something.", "Maybe there's a middle way."}
	askerOfferLeads = []string{"Okay, listen.", "Then let me ask you something smaller.", "Look, it doesn't have to be everything."}

	softening = []string{
		"You've nearly talked me round.", "I'm not far from a yes.", "Give me one more reason, and I'm with you.", "I could get used to the idea.",
	}
	unmoved = []string{
		"I've told you what worries me, and it still does.", "I don't see how that changes it.", "I'm not convinced.", "It's the same problem as before.",
	}
	askerUnmoved = []string{
		"I really thought you'd say yes.", "I don't know who else to ask.", "That doesn't solve it for me.", "I'm still in the same spot.",
	}

	refusals    = []string{"I've listened, and my answer is no.", "No, I'm sorry, I can't say yes to this.", "I've thought it over while you were talking, and it's a no.", "The answer is no, I'm afraid."}
	refusalsMet = []string{
		"I can see how far you've come to meet me, and I still can't bring myself to say yes.", "You've answered everything I brought up, I know, and my answer is no all the same.", "It's not your reasons, they're good ones, but my answer is no.",
	}
	refusalsAgain = []string{"I've said no, and I mean it.", "It stays a no for now.", "You've had my answer.", "My answer hasn't changed."}
	askerRefusals = []string{"Then I've had my answer.", "Forget it, then, I'll sort it out myself.", "Then there's nothing more to say about it."}

	confirms      = []string{"Good, then that's what we'll do.", "Fine, then we have a deal.", "Right, let's leave it at that."}
	askerConfirms = []string{"Okay, thanks, that helps me already.", "That's a relief, thank you."}
	lettingDrop   = []string{"All right, if you say so. You know where to find me.", "Okay. If it comes up again, just tell me."}
	winning       = []string{"Thank you, really. You don't know what that means to me.", "You're a lifesaver, thank you."}
	closings      = []string{"Good, I'm glad we've talked about it.", "Fine, and thanks for being open with me.", "Good that you came and asked."}
	askerClosings = []string{"It's all right, honestly. We're fine.", "No hard feelings.", "I'm glad we can talk like this."}

	echoes     = []string{"You're only saying back what I said.", "Yes, that's what I just said.", "I know what I said. What do you say?", "Is there an echo in here?"}
	confusions = []string{"Sorry, I don't follow.", "I don't understand a word of that.", "You've lost me there.", "What are you trying to say?"}
	prompts    = []string{"You've gone quiet.", "Say something.", "What are you thinking?", "Well?"}

	fillers = []string{"I've nothing to add to that.", "I've said what I have to say.", "I'd have to think about that.", "Let me think about it for a moment.", "I don't know what else to say.", "Well, there we are."}
)

// intents say in words what each act means to do.
var intents = map[string]string{
	actWhisper:  "put in a word with somebody who is not won yet",
	actOpen:     "begin the conversation",
	actPosition: "say where I stand",
	actClarify:  "find out what is really wanted",
	actObject:   "push back with what worries me",
	actInterest: "say what I really care about",
	actSoften:   "say how far I have come",
	actOffer:    "offer something I could live with",
	actAgree:    "say yes",
	actConfirm:  "confirm what we agreed on",
	actRefuse:   "say a last no",
	actUpset:    "defend myself against the attack",
	actWalkOut:  "leave because of how I am treated",
	actDropped:  "let the matter drop",
	actWon:      "thank for the yes I got",
	actEcho:     "show that I notice my words coming back",
	actConfused: "say that I do not follow",
	actPrompt:   "get the other to speak",
	actClose:    "close the matter",
	actGoodbye:  "say goodbye",
	actWait:     "wait and see",
	actReact:    "answer what was said",

	actDeflect:   "get out of it for now",
	actGuilt:     "make them feel bad about it",
	actSidetrack: "talk about something else",
	actInterrupt: "cut in before it goes on",
	actCave:      "give in so that it stops",
}
