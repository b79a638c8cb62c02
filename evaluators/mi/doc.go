// Package mi codes motivational interviewing by rules and trained weights: what counselors do and where clients' talk leads. English, offline,
// the same answer every time.
//
// # A turn of a counselor
//
// A turn is read sentence by sentence, as MISC parses utterances into thoughts; each sentence has one code of MISC 2.5 with the
// words that show it. Questions go by their form, nods, thanks, praise and sympathy by their words; every other sentence is a
// reflection or input, whichever has more points for it: whether it is about the other, opens as a guess, gives back what was
// just heard, gives facts, tells what to do. From the codes come those of MITI 4.2.1 and the scheme of AnnoMI: the main
// behaviour, the kinds of question, reflection and input. Words in no order of English have no code.
//
// Whether a question is open is decided, for the turn, by weights trained on questions of our own: in speech its form tells it badly.
//
// # A turn of a client
//
// Pieces of client language (commitment, desire, ability, reason, need, taking steps, and others) count towards change or
// towards going on as it is. In ten words or fewer that the rules read one way, that is the verdict; else weights trained on conversations of our own
// (corpus/) decide by the pieces, the words, the question that is answered, what a short yes says yes to, and what a sentence goes on with.
//
// # An episode
//
// MITI's summary measures, from all turns of the role: reflections to questions, shares of complex reflections, of open
// questions, of MI-adherent behaviour; and the share of change talk. The rationale says what a measure comes to by the manual's
// thresholds, which are for twenty minutes of a session.
//
// # What it is not
//
// No certified coder: MITI's global ratings need one. What the target of change is it is not told, so it takes wanting to stop
// drinking and wanting to stop therapy alike. docs/evaluators.md has how far it agrees with people.
//
// # Reading the code
//
// evaluator.go is the door, dimensions.go what is measured, codes.go the codes of both manuals. session.go follows a
// conversation, unit.go reads a turn; counselor.go codes it with question.go, polite.go and weigh.go, client.go does clients';
// told.go and asked.go weigh what they found by trained/, which fit_test.go makes of corpus/ (make weights); score.go makes scores. The package imports
// the contracts, internal/language and internal/language/classify, evaluators and evaluators/utterance only.
package mi
