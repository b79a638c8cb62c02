package mi

import (
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Ids of the dimensions.
const (
	// Of a counselor's turns, in AnnoMI's scheme.
	Main       = "mi.main"
	Behaviours = "mi.behaviours"
	Question   = "mi.question"
	Reflection = "mi.reflection"
	Input      = "mi.input"
	// Of a counselor's turns, as codes of the manuals.
	MISC = "mi.misc"
	MITI = "mi.miti"
	Peer = "mi.peer"
	// Of a client's turns.
	Client     = "mi.client"
	ClientMISC = "mi.misc_client"
	// Of episodes.
	ReflectionToQuestion = "mi.reflection_to_question"
	ComplexShare         = "mi.complex_share"
	OpenShare            = "mi.open_share"
	AdherentShare        = "mi.adherent_share"
	ConsistentShare      = "mi.consistent_share"
	ChangeShare          = "mi.change_share"
)

// Where the definitions come from.
const (
	annomi = "Wu et al. (2022), Anno-MI: A dataset of expert-annotated counselling dialogues; wording ours"
	misc   = "Houck, Moyers, Miller, Glynn, Hallgren (2010), Motivational Interviewing Skill Code (MISC) 2.5; wording ours"
	miti   = "Moyers, Manuel, Ernst (2014), Motivational Interviewing Treatment Integrity 4.2.1; wording ours"
	miti3  = "Moyers, Martin, Manuel, Miller, Ernst (2010), Motivational Interviewing Treatment Integrity 3.1.1; wording ours"
	peers  = "Shah et al. (2022), modeling motivational interviewing strategies on an online peer-to-peer counseling platform (CSCW); wording ours"
	ratios = "Magill et al. (2018), change talk among client language (Journal of Consulting and Clinical Psychology 86); wording ours"
)

// mostToQuestion is the end of the range of reflections to questions: twice what is good. More counts as that.
const mostToQuestion = 4

// clientCodes are MISC 2.5's codes of client language: commitment, desire, ability, reason, need, taking steps and other, each
// towards change (+) and away from it (-).
var clientCodes = []string{"C+", "C-", "D+", "D-", "A+", "A-", "R+", "R-", "N+", "N-", "TS+", "TS-", "O+", "O-"}

// counselorDimensions are those of a counselor's turns.
func counselorDimensions() []*vignettev1.DimensionSpec {
	return []*vignettev1.DimensionSpec{
		{
			Id: Main, Title: "Main behaviour", Scale: vignettev1.Scale_SCALE_NOMINAL, Labels: []string{"question", "reflection", "therapist_input", "other"}, Max: 3, Turn: true, Source: annomi,
			Definition: "What the utterance mostly does. Question: asks for an answer. Reflection: says back what the client said, meant or feels. Therapist input: brings in what is the counselor's: " +
				"information, advice, options, what is to be agreed on. Other: greetings, nods, thanks, praise, sympathy, what comes next.",
		},
		{
			Id: Behaviours, Title: "Behaviours", Scale: vignettev1.Scale_SCALE_CODES, Labels: []string{"question", "reflection", "therapist_input"}, Max: 3, Turn: true, Source: annomi,
			Definition: "All of question, reflection and therapist input that the utterance holds, as codes; none where it holds none.",
		},
		{
			Id: Question, Title: "Question", Scale: vignettev1.Scale_SCALE_NOMINAL, Labels: []string{"closed", "open"}, Max: 1, Turn: true, Source: annomi,
			Definition: "How the utterance asks. Open: the answer may be anything (also \"tell me about\"). Closed: yes or no, a number, a time, a place or a name. Open where it asks both ways. Not applicable where nothing is asked.",
		},
		{
			Id: Reflection, Title: "Reflection", Scale: vignettev1.Scale_SCALE_NOMINAL, Labels: []string{"simple", "complex"}, Max: 1, Turn: true, Source: annomi,
			Definition: "How the utterance reflects. Simple: stays with what the client said. Complex: adds meaning, a feeling, a link or a picture. Complex where it does both. Not applicable where nothing is reflected.",
		},
		{
			Id: Input, Title: "Therapist input", Scale: vignettev1.Scale_SCALE_NOMINAL, Labels: []string{"information", "advice", "options", "negotiation"}, Max: 3, Turn: true, Source: annomi,
			Definition: "What the counselor brings in. Information: how things are. Advice: what to do. Options: several things to choose from. Negotiation: a goal or plan to agree on. The kind with most words. Not applicable where nothing is brought in.",
		},
		{
			Id: MISC, Title: "MISC codes", Scale: vignettev1.Scale_SCALE_CODES, Labels: names(miscCodes), Max: float64(len(miscCodes)), Turn: true, Source: misc,
			Definition: "Codes of counselor behaviour, one for each sentence: " +
				"ADP and ADW advise with and without permission, AF affirm, CO confront, DI direct, EC emphasize control, FA facilitate, FI filler, GI give information, OQ and CQ open and closed question, " +
				"RCP and RCW raise concern with and without permission, SR and CR simple and complex reflection, SU support, ST structure, WA warn. Reframe is coded as complex reflection.",
		},
		{
			Id: MITI, Title: "MITI behaviour counts", Scale: vignettev1.Scale_SCALE_CODES, Labels: mitiCodes, Max: float64(len(mitiCodes)), Turn: true, Source: miti,
			Definition: "Behaviours that MITI counts: giving information, persuade, persuade with permission, question, simple and complex reflection, affirm, seek collaboration, emphasize autonomy, confront. MI-adherent are AF, Seek and Emphasize; non-adherent Persuade and Confront.",
		},
		{
			Id: Peer, Title: "Peer support codes", Scale: vignettev1.Scale_SCALE_CODES, Labels: peerCodes, Max: float64(len(peerCodes)), Turn: true, Source: peers,
			Definition: "What a peer supporter does: questions, reflection, affirm, support, emphasize autonomy, information, persuade with or without permission, confront; and beside it " +
				"self-disclosure (has been there too), introduction (greets, says who one is), chit-chat (talk that is not about what brought the other), inappropriate (insults, flirts, asks for contact).",
		},
	}
}

// clientDimensions are those of a client's turns.
func clientDimensions() []*vignettev1.DimensionSpec {
	return []*vignettev1.DimensionSpec{
		{
			Id: Client, Title: "Client talk", Labels: []string{"sustain", "neutral", "change"}, Min: -1, Max: 1, Turn: true, Source: annomi,
			Definition: "Where the utterance leads. Change (1): towards changing what is talked about: wants it, can, has reasons, needs to, commits to it, has taken steps. Sustain (-1): towards going on as it is. Neutral (0): neither.",
		},
		{
			Id: ClientMISC, Title: "Client language", Scale: vignettev1.Scale_SCALE_CODES, Labels: clientCodes, Max: float64(len(clientCodes)), Turn: true, Source: misc,
			Definition: "Codes of client language: C commitment, D desire, A ability, R reason, N need, TS taking steps, O other, each towards change (+) or going on as it is (-).",
		},
	}
}

// episodeDimensions are the summary measures.
func episodeDimensions() []*vignettev1.DimensionSpec {
	return []*vignettev1.DimensionSpec{
		{
			Id: ReflectionToQuestion, Title: "Reflections to questions", Max: mostToQuestion, Episode: true, Source: miti,
			Definition: "Reflections divided by questions, sentence by sentence; more than 4 counts as 4. MITI 4.2.1: fair from 1, good from 2. Not applicable without a question.",
		},
		{
			Id: ComplexShare, Title: "Complex reflections", Max: 1, Episode: true, Source: miti,
			Definition: "Share of complex among all reflections, 0-1. MITI 4.2.1: fair from .40, good from .50. Not applicable without a reflection.",
		},
		{
			Id: OpenShare, Title: "Open questions", Max: 1, Episode: true, Source: miti3,
			Definition: "Share of open among all questions, 0-1. MITI 3.1.1: beginning proficiency from .50, competency from .70; MITI 4.2.1 has no threshold. Not applicable without a question.",
		},
		{
			Id: AdherentShare, Title: "MI-adherent", Max: 1, Episode: true, Source: miti,
			Definition: "Share of MI-adherent (affirm, seek, emphasize) among adherent and non-adherent (persuade, confront) behaviours, 0-1. MITI 4.2.1 has no threshold. Not applicable without either.",
		},
		{
			Id: ConsistentShare, Title: "MI-consistent", Max: 1, Episode: true, Source: misc,
			Definition: "Share of MI-consistent codes of MISC (AF, ADP, EC, RCP, SU, OQ, SR, CR) among those and the inconsistent ones (ADW, CO, DI, RCW, WA), 0-1. Not applicable without either.",
		},
		{
			Id: ChangeShare, Title: "Change talk", Max: 1, Episode: true, Source: ratios,
			Definition: "Share of change among change and sustain utterances of the client, 0-1; for a counselor, of the clients who took part. Not applicable where there is neither.",
		},
	}
}

func names(codes []code) []string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = string(c)
	}
	return out
}
