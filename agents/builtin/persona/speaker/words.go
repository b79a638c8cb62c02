package speaker

// What speakers say around their author's sentences. "No" lists are for one who refuses. In lists that are passed through
// byName, %s is where ", Name" goes when several are present.
var (
	confident = []string{"I've thought about this carefully.", "I've given this a lot of thought, and I'm sure about it.", "I know what I want to say, so here it is."}

	stillAsking = []string{"My request stands.", "That's still what I'm asking for.", "I'm asking for the same thing as before.", "It would still mean a great deal to me."}
	askBegins   = []string{"I'd like to ", "I would like to ", "I want to "}
	askFrames   = []string{"All I'm asking is to %s.", "I'd still like to %s.", "I'm asking you again, and I mean it kindly: let me %s.", "It's simply that I need to %s.", "I'd like you to think about letting me %s."}
	stillNo     = []string{"My answer stays the same.", "It's still a no.", "I'm staying with my no.", "Whatever else we find, on this my answer is no."}
	noBegins    = []string{"I'm not going to ", "I am not going to ", "I won't "}
	noFrames    = []string{"I want to be straight with you: I won't %s.", "I know it's hard to hear, but I'm not going to %s, whatever we talk about.", "I can't %s, and I won't pretend I could."}

	noToThat = []string{"I have to say no to that, too.", "That's still a no from me.", "No, not that either.", "I'd rather give you a clear no than a half yes."}

	understanding = []string{
		"I understand why you say that%s.", "I hear what you're saying%s.", "I can see that this matters to you%s.", "I can see why that's on your mind%s.", "I take that seriously%s.", "You've got a point there%s.", "I know it isn't simple for you%s.",
	}
	understandingNo = []string{
		"I know it isn't easy to ask.", "I hear you.", "I can see how much is hanging on this for you.", "I know it's hard right now.", "I know you don't ask lightly.", "I can hear that you're under pressure.", "I get that.",
	}
	understandingOf   = []string{"I hear you about %noun%s.", "I can see what you mean about %noun%s.", "I know how much hangs on %noun for you%s.", "I understand that you have to think of %noun%s."}
	understandingOfNo = []string{"I hear you about %noun.", "I know how much hangs on %noun for you.", "I can see what you mean about %noun.", "I understand that you're thinking of %noun."}

	fairQuestions = []string{"That's a fair question%s.", "I've thought about that, too.", "I'm glad you ask%s.", "Yes, I asked myself the same thing."}
	openQuestions = []string{"I can't answer that yet%s.", "I don't know that yet%s, I'd have to find out.", "I have no ready answer to that%s."}
	gladOfThat    = []string{"I'm glad to hear that%s.", "That helps to know%s.", "Thank you for saying that%s."}

	needs = []string{"What would you need to be able to say yes%s?", "What worries you most about it%s?", "What would make it work for you%s?"}
	views = []string{"Would that help%s?", "How does that sound%s?", "Could you live with that%s?", "Would that work for you%s?"}

	thanksForOffer = []string{"Thank you for thinking about it%s.", "I appreciate that you're looking for a way%s.", "That's good of you%s."}
	accepting      = []string{"Yes, I can live with that%s.", "Let's do that%s.", "That works for me%s.", "I'll take that%s, gladly."}
	thanks         = []string{"Thank you%s, that's a real weight off my mind.", "Thank you%s, I'm really relieved.", "Thanks%s, that means a lot to me."}
	confirming     = []string{"I'll stick to what we've said.", "If it doesn't work out, come and tell me straight away.", "Then that's settled."}

	thanksForAcceptance = []string{"Thank you for taking it like that%s.", "I'm glad we can be honest with each other%s.", "Thanks for not holding it against me%s."}
	confirmingNo        = []string{"You can still count on me for other things.", "You're important to me, and that hasn't changed."}

	calming   = []string{"I don't want to fight with you%s.", "I didn't come to argue%s.", "I can see you're annoyed%s, and that's not what I want.", "Let's not get into that%s."}
	returning = []string{"We can talk about that another time%s.", "That's a different matter%s, and I'll come back to it.", "I'd like to stay with the one thing I brought up%s."}

	notAshamed   = []string{"I know it's a lot for you%s, and I don't want to make it harder.", "I can hear that you feel left alone with it%s.", "I see what you do%s, and I'm grateful for it."}
	notAshamedNo = []string{"I know you feel let down by me.", "I haven't forgotten what you've done for me.", "You can count on me, only not for this."}
	takingBack   = []string{"I'm sorry%s, that came out wrong.", "You're right%s, that wasn't fair of me, and I'm sorry.", "I apologise%s, I shouldn't have put it like that."}

	insisting   = []string{"I'd rather talk about it now%s, while we're both here.", "I know it's not the best moment%s, and it does matter to me.", "It may look small%s, but it isn't to me.", "I won't take long%s, but I do want to settle it."}
	insistingNo = []string{"I don't want to leave you waiting for something else than a no.", "I'd think the same tomorrow.", "I'd rather be clear with you now than let you hope."}

	respecting   = []string{"I'd hoped for another answer%s, but I respect it.", "Okay, I accept that it's a no for now.", "Thank you for hearing me out%s, even so."}
	hearingNo    = []string{"I hear that it's a no as things stand%s, and there's one more thing I could do.", "Okay%s, I hear your no, so let me put one last thing to you.", "I take that in%s, and I'd like to add one thing before we leave it."}
	respectAnger = []string{"I'm sorry you're disappointed.", "I understand that you're annoyed with me.", "I know that's not what you wanted to hear."}
	grumbling    = []string{"Great. So I asked for nothing.", "I knew you'd say no.", "Well, that's that, then."}
	outOfWords   = []string{"I think I've said all I can say about it.", "You've heard everything I have to say."}
	outOfWordsNo = []string{"I've told you everything I can.", "There isn't more I can say about it."}

	// The faults of little skill.
	hints      = []string{"I don't really know how to say this, it's probably nothing.", "It's about something I've been meaning to bring up for a while.", "So, you know how things are for me at the moment.", "It's hard to say, it's the whole situation."}
	hintsNo    = []string{"Oh. That's quite a lot you're asking, isn't it?", "I'd have to see, it's all a bit complicated right now.", "Hm, I don't know, it's a bad time.", "Isn't there anybody else you could ask first?"}
	hedges     = []string{"I mean, I don't know.", "It's just, well.", "Maybe I'm wrong about this.", "I guess it's kind of difficult."}
	trailing   = []string{"So, yeah.", "So it's all a bit much, that's all.", "Anyway, you know how it is.", "I just thought I'd mention it."}
	trailingNo = []string{"I'd have to think about it, maybe.", "It's all a bit tight, you know.", "I'm not sure what to say."}
	judging    = []string{"Honestly, that's not very understanding.", "Other people wouldn't make such a thing of it.", "It isn't such a big deal.", "I don't see why it's always so complicated with you."}
	judgingNo  = []string{"You should have thought of that earlier.", "Honestly, that's not very well planned.", "It's a bit much to ask, don't you think?", "I don't see why that's my problem."}
	defending  = []string{"I'm only saying how it is.", "I didn't do anything wrong.", "Why are you getting at me now?"}
	blunt      = []string{"But I need it.", "I really do need a yes.", "Well, I want it anyway.", "Can't you just say yes?"}
	bluntNo    = []string{"I just can't.", "No means no.", "It won't work, I've told you.", "Stop asking, please."}

	excuses      = []string{"I'm sorry, I know I'm going on about it.", "Sorry, sorry, I'm explaining it all wrong.", "I'm sorry to keep on, I really am.", "I'm so sorry about all this."}
	excusesEnd   = []string{"I wouldn't ask if it wasn't like that, honestly, I never ask for anything.", "I hope you don't think I'm taking advantage, I'd hate that.", "I just want you to understand why, that's all."}
	excusesEndNo = []string{"I'd do it if I could, I hope you believe me, I really would.", "I hope you don't think badly of me, I'd hate that.", "I just want you to understand why, that's all."}

	// The passive.
	apologies           = []string{"Sorry.", "I'm sorry, I don't want to make trouble.", "Sorry, I feel bad even saying it.", "I'm sorry, I know it's awkward."}
	meekFrames          = []string{"Well, only if it's no trouble, but %s.", "It's just, if it's at all possible, %s.", "I was sort of hoping, I mean, %s."}
	meekFramesNo        = []string{"I'm really sorry, but I think %s.", "Please don't be cross, but %s."}
	agreeing            = []string{"You're right, of course.", "Yes, I know, I see that.", "I suppose you're right.", "I know, it's a lot to ask."}
	agreeingNo          = []string{"I know, I know.", "I can see that you need it.", "Yes, I see that.", "I wish I could."}
	yielding            = []string{"Never mind, it's not that important.", "Forget I said anything, I'll manage somehow.", "Okay, I'll leave it. Sorry to have bothered you."}
	yieldingNo          = []string{"Okay, I'll do it, if you really need it.", "All right, I'll do it somehow. Don't worry about it.", "I suppose I can, if there's no other way. I'll do it."}
	acceptingMeekly     = []string{"Okay, whatever suits you, I'll take that.", "That would be enough, really. Thank you, and sorry again."}
	openingBlame        = []string{"We need to talk, because you never think of me when you make your plans.", "You always decide things without asking me."}
	blaming             = []string{"You always find a reason to say no.", "You never once think about what this is like for me.", "You don't care how I manage.", "It's always about you."}
	blamingNo           = []string{"You only ever come to me when you want something.", "You never think further than the next week.", "You always make your problems mine.", "You've got some nerve asking me."}
	insulting           = []string{"Don't be so selfish.", "That's just an excuse.", "That's ridiculous.", "You're being completely unreasonable."}
	threats             = []string{"Then don't expect me to help out the next time you need something.", "If it's a no, you'll be sorry.", "Don't be surprised if I stop making an effort."}
	threatsNo           = []string{"If you ask me once more, we're done.", "Then don't expect me to pick up the phone again.", "Go on like this and you'll regret it."}
	demands             = []string{"And I'm not asking, I'm telling you.", "You're going to have to agree to it.", "There's nothing to discuss.", "So just say yes.", "I insist on it."}
	demandsNo           = []string{"End of story.", "There's nothing to discuss.", "You must stop this now.", "Take it or leave it."}
	stormingOff         = []string{"Whatever. I'm done talking.", "Fine. Have it your way."}
	grudging            = []string{"Well, finally.", "That took long enough."}
	acceptingGrudgingly = []string{"Fine, I'll take that, if I must.", "It's not what I wanted, but I'll take that."}
)

// planFrames word a compromise anew; %who is "I" or "we", %rest what could be done.
var planFrames = []string{"What %who could do is %rest", "Maybe %who could %rest", "How about this, %who could %rest", "Suppose %who could %rest"}

// hesitations begin what somebody nervous says.
var hesitations = []string{"Um, ", "Well, um, ", "So, er, ", "Er, well, "}

// leadsTo lead in to an author's sentence by what it is for; leadsFirst only where nothing stands before it.
var (
	leadsTo = map[string][]string{
		actDescribe:  {"You see, ", "It's like this: "},
		actExpress:   {"To be open with you, ", "What goes on in me is this: ", "And honestly, "},
		actReinforce: {"And think of it like this: ", "What it would give you: ", "There's something in it for you, too: "},
		actNegotiate: {"And one more thing: ", "Let me offer you something: "},
	}
	leadsFirst = map[string][]string{
		actDescribe:  {"Just so that you know, "},
		actReinforce: {"It would be good for you as well: "},
	}
)
