package speaker

import (
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/agents/builtin/persona/draft"
	"github.com/vignette-sim/vignette/agents/builtin/persona/scene"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// pick returns the words of one who asks, or of one who refuses.
func (s *Speaker) pick(asking, refusing []string) []string {
	if s.refuses() {
		return refusing
	}
	return asking
}

// byName puts the name of the one answered into wordings where several are present; %s marks its place with its comma.
func (s *Speaker) byName(h heard, wordings []string) []string {
	name := ""
	if s.scene.Group() && h.role != "" {
		name = s.scene.CallName(h.role)
	}
	if name != "" && strings.Contains(s.d.Text(), name) {
		name = "" // once in a turn is enough
	}
	out := make([]string, len(wordings))
	for i, wording := range wordings {
		if name == "" {
			out[i] = strings.ReplaceAll(wording, "%s", "")
			continue
		}
		out[i] = strings.ReplaceAll(wording, "%s", ", "+name)
	}
	return out
}

// greet opens the conversation when the speaker begins it.
func (s *Speaker) greet() {
	if !s.scene.Opening {
		return
	}
	present := s.scene.Present()
	if len(present) == 1 {
		if name := s.scene.CallName(present[0]); name != "" {
			s.d.Say(actGreet, name+", have you got a moment?", name+", there's something I'd like to talk to you about.", "Can I talk to you for a minute, "+name+"?")
			return
		}
	}
	s.d.Say(actGreet, "There's something I'd like to talk about with you all.", "Can I bring something up while we're all here?")
}

func (s *Speaker) greetMeekly() {
	if s.scene.Opening {
		s.d.Say(actApologise, "Sorry, I know this is a bad moment.", "Sorry, am I disturbing you?", "I don't want to bother you, really.")
	}
}

// unsaid says whether there is anything left in a list.
func (s *Speaker) unsaid(used []int, list []string) bool { return len(used) < len(list) }

// next chooses from a list what bears most on the turn that is answered, else the first unsaid; -1 when all is said.
func (s *Speaker) next(h heard, used []int, list []string) (index, shared int) {
	index, shared = -1, -1
	for i, text := range list {
		if containsInt(used, i) {
			continue
		}
		n := 0
		if len(h.stems) > 0 {
			n = scene.Stems(text).Shared(h.stems)
		}
		if n > shared {
			index, shared = i, n
		}
	}
	return index, shared
}

func containsInt(list []int, item int) bool {
	for _, entry := range list {
		if entry == item {
			return true
		}
	}
	return false
}

func (s *Speaker) describe(h heard) bool {
	i, _ := s.next(h, s.st.Facts, s.objective.GetFacts())
	return i >= 0 && s.sayItem(actDescribe, &s.st.Facts, i, s.objective.GetFacts())
}

func (s *Speaker) express() bool {
	i, _ := s.next(heard{}, s.st.Feelings, s.objective.GetFeelings())
	return i >= 0 && s.sayItem(actExpress, &s.st.Feelings, i, s.objective.GetFeelings())
}

func (s *Speaker) reinforce(h heard) bool {
	i, _ := s.next(h, s.st.Benefits, s.objective.GetBenefits())
	return i >= 0 && s.sayItem(actReinforce, &s.st.Benefits, i, s.objective.GetBenefits())
}

func (s *Speaker) negotiate(h heard) bool {
	i, _ := s.next(h, s.st.Compromises, s.objective.GetCompromises())
	return i >= 0 && s.sayItem(actNegotiate, &s.st.Compromises, i, s.objective.GetCompromises())
}

// negotiateTo and reinforceTo turn to somebody by name.
func (s *Speaker) negotiateTo(name string) bool {
	i, _ := s.next(s.lastOf(name), s.st.Compromises, s.objective.GetCompromises())
	return i >= 0 && s.sayTo(name, actNegotiate, &s.st.Compromises, i, s.objective.GetCompromises())
}

func (s *Speaker) reinforceTo(name string) bool {
	i, _ := s.next(s.lastOf(name), s.st.Benefits, s.objective.GetBenefits())
	return i >= 0 && s.sayTo(name, actReinforce, &s.st.Benefits, i, s.objective.GetBenefits())
}

// lastOf is what somebody said last.
func (s *Speaker) lastOf(name string) heard {
	for i := len(s.heard) - 1; i >= 0; i-- {
		if s.scene.CallName(s.heard[i].role) == name {
			return s.heard[i]
		}
	}
	return heard{}
}

func (s *Speaker) sayTo(name, act string, used *[]int, i int, list []string) bool {
	inside, fits := draft.Inside(list[i])
	if !fits || name == "" {
		return s.sayItem(act, used, i, list)
	}
	*used = append(*used, i)
	return s.d.Say(act, name+", "+inside+".", "And "+name+", "+inside+".")
}

func (s *Speaker) sayItem(act string, used *[]int, i int, list []string) bool {
	*used = append(*used, i)
	wordings := s.worded(act, list[i])
	if s.d.Empty() && s.st.Moods[anxiety] > thinkAnxiety && s.d.Chance(hesitate*(1-s.skill)) {
		wordings = append(s.hesitant(wordings), wordings...)
	}
	return s.d.SayFirst(act, wordings...)
}

// hesitant are wordings as somebody nervous begins them.
func (s *Speaker) hesitant(wordings []string) []string {
	var out []string
	for _, wording := range wordings {
		if led, ok := draft.Led(hesitations[s.d.Pick(len(hesitations))], wording); ok {
			out = append(out, led)
		}
	}
	return out
}

// worded are ways to say an author's sentence: by a lead that goes with the act, sometimes, and as it stands.
func (s *Speaker) worded(act, text string) []string {
	if s.cramming || !s.d.Chance(leadChance) || language.IsQuestion(text) {
		return []string{text}
	}
	if act == actNegotiate {
		if plan, ok := asPlan(text, s.d.Pick(len(planFrames))); ok && !s.usedLead(plan[:leadLength(plan)]) {
			return []string{plan, text}
		}
	}
	leads := leadsTo[act]
	if s.d.Empty() {
		leads = append(slices.Clone(leads), leadsFirst[act]...)
	}
	if len(leads) == 0 {
		return []string{text}
	}
	lead := leads[s.d.Pick(len(leads))]
	if led, ok := draft.Led(lead, text); ok && !s.usedLead(lead) {
		return []string{led, text}
	}
	return []string{text}
}

// asPlan words "I could ..." and "We could ..." anew.
func asPlan(text string, frame int) (string, bool) {
	for from, who := range map[string]string{"I could ": "I", "We could ": "we"} {
		if rest, ok := strings.CutPrefix(text, from); ok && len(language.Sentences(text)) == 1 {
			return strings.NewReplacer("%who", who, "%rest", rest).Replace(planFrames[frame]), true
		}
	}
	return "", false
}

// leadLength is how much of a sentence tells that it begins like another: its first three words.
func leadLength(text string) int {
	words := 0
	for at, r := range text {
		if r == ' ' {
			if words++; words == 3 {
				return at
			}
		}
	}
	return len(text)
}

// usedLead says whether the speaker has begun a sentence like that before.
func (s *Speaker) usedLead(lead string) bool {
	if strings.Contains(s.d.Text(), lead) {
		return true
	}
	for _, own := range s.scene.Own() {
		if strings.Contains(own, lead) {
			return true
		}
	}
	return false
}

// justNegotiated says whether this turn's last piece is a compromise.
func (s *Speaker) justNegotiated() bool {
	acts := s.d.Acts()
	return len(acts) > 0 && acts[len(acts)-1].GetAct() == actNegotiate
}

// answer says what bears on the turn that is answered, if anything does: a fact, a benefit or a compromise that shares
// its words, the most fitting first.
func (s *Speaker) answer(h heard) bool {
	best, index := s.fitting(h)
	return index >= 0 && s.sayItem(best.act, best.used, index, best.list)
}

// canAnswer says whether anything bears on the turn that is answered.
func (s *Speaker) canAnswer(h heard) bool {
	_, index := s.fitting(h)
	return index >= 0
}

// material is a list of the objective, what of it was said, and the act of saying it.
type material struct {
	act  string
	used *[]int
	list []string
}

// fitting is what bears most on a turn, or index -1.
func (s *Speaker) fitting(h heard) (best material, index int) {
	index, most := -1, 0
	for _, m := range []material{
		{actNegotiate, &s.st.Compromises, s.objective.GetCompromises()},
		{actReinforce, &s.st.Benefits, s.objective.GetBenefits()},
		{actDescribe, &s.st.Facts, s.objective.GetFacts()},
	} {
		if i, shared := s.next(h, *m.used, m.list); i >= 0 && shared > most {
			best, index, most = m, i, shared
		}
	}
	return best, index
}

// assert makes the request (or the refusal), the first time as the author wrote it, later in other words.
func (s *Speaker) assert() {
	first := s.st.Requests == 0
	s.st.Requests++
	request := s.objective.GetRequest()
	if first && request != "" {
		if s.good() && s.chance(sayConfident) {
			s.d.Say(actConfident, confident...)
		}
		if s.d.SayFirst(actAssert, request) {
			return
		}
	}
	s.d.Say(actAssert, s.restated()...)
}

func (s *Speaker) restated() []string {
	wordings := slices.Clone(s.pick(stillAsking, stillNo))
	if what, ok := s.what(); ok {
		for _, frame := range s.pick(askFrames, noFrames) {
			wordings = append(wordings, strings.Replace(frame, "%s", what, 1))
		}
	}
	return wordings
}

// what is what the request asks for, or the refusal refuses, as a short verb phrase ("leave at two on Tuesdays").
func (s *Speaker) what() (string, bool) {
	request := s.objective.GetRequest()
	if language.IsQuestion(request) || len(language.Sentences(request)) != 1 {
		return "", false
	}
	for _, begin := range s.pick(askBegins, noBegins) {
		rest, ok := strings.CutPrefix(request, begin)
		if !ok {
			continue
		}
		rest, _, _ = strings.Cut(rest, ",")
		rest = language.Unstop(rest)
		if n := language.CountWords(language.Tokens(rest)); n > 0 && n <= longestAsk {
			return rest, true
		}
	}
	return "", false
}

// assertBluntly repeats the request without giving anything.
func (s *Speaker) assertBluntly() {
	if s.st.Requests == 0 {
		s.assert()
		return
	}
	s.st.Requests++
	if !s.d.Say(actDemand, s.pick(blunt, bluntNo)...) {
		s.d.Say(actAssert, s.restated()...)
	}
}

// assertMeekly wraps the request in excuses.
func (s *Speaker) assertMeekly() {
	inside, ok := draft.Inside(s.objective.GetRequest())
	if !ok || s.st.Requests > 0 || language.IsQuestion(inside) {
		s.d.Say(actApologise, apologies...)
		s.assert()
		return
	}
	s.st.Requests++
	frames := s.pick(meekFrames, meekFramesNo)
	wordings := make([]string, len(frames))
	for i, frame := range frames {
		wordings[i] = strings.Replace(frame, "%s", inside, 1)
	}
	s.d.Say(actAssert, wordings...)
}

// demand makes the request an order.
func (s *Speaker) demand() {
	if s.st.Requests == 0 {
		s.assert()
	}
	s.st.Requests++
	s.d.Say(actDemand, s.pick(demands, demandsNo)...)
}

// cram puts too much into one turn.
func (s *Speaker) cram(h heard) {
	s.cramming = true
	s.describe(heard{})
	s.reinforce(heard{})
	s.express()
	s.describe(heard{})
	s.negotiate(heard{})
	if s.st.Requests == 0 {
		s.assert()
	}
}

// trail lets a turn run out without a point: with a fact, or nothing.
func (s *Speaker) trail(heard) {
	if !s.refuses() && s.chance(trailWithFact) {
		s.describe(heard{})
	}
	s.d.Say(actHint, s.pick(trailing, trailingNo)...)
}

// acknowledge takes up the other's point: said back where it can be, else in plain words.
func (s *Speaker) acknowledge(h heard) bool {
	switch {
	case h.kind == silence || h.role == "":
		return false
	case h.kind == query && !s.canAnswer(h):
		return s.d.Say(actAcknowledge, s.byName(h, openQuestions)...)
	case h.kind == query:
		return s.d.Say(actAcknowledge, s.byName(h, fairQuestions)...)
	case h.kind == softer:
		return s.d.Say(actAcknowledge, s.byName(h, gladOfThat)...)
	}
	if point, ok := sayBack(h.point); ok && s.chance(sayBackChance) {
		return s.d.Say(actAcknowledge, s.byName(h, []string{
			"I hear you%s, " + point + ".", "You're saying that " + point + ".", "I understand%s, " + point + ".", "So for you, " + point + ".",
		}[:s.echoFrames(point)])...)
	}
	if s.chance(nameChance) && s.acknowledgeByName(h) {
		return true
	}
	return s.acknowledgePlainly(h)
}

// acknowledgeByName takes up something the other has named.
func (s *Speaker) acknowledgeByName(h heard) bool {
	for _, noun := range language.NounPhrases(h.point.Tokens) {
		if first, _, _ := strings.Cut(noun, " "); first != "the" && first != "my" && first != "your" || s.usedLead(" "+noun) {
			continue // it has been spoken about
		}
		var wordings []string
		for _, frame := range s.pick(understandingOf, understandingOfNo) {
			wordings = append(wordings, strings.Replace(frame, "%noun", noun, 1))
		}
		return s.d.Say(actAcknowledge, s.byName(h, wordings)...)
	}
	return false
}

// echoFrames is how many of the frames fit: the last ones only when the point begins with "you".
func (s *Speaker) echoFrames(point string) int {
	if strings.HasPrefix(point, "you") {
		return 3
	}
	return 4
}

func (s *Speaker) acknowledgePlainly(h heard) bool {
	return s.d.Say(actAcknowledge, s.byName(h, s.pick(understanding, understandingNo))...)
}

// sayBack turns a statement about the other into one to them, where that is safe: one clause, in the first person or the
// third, with no "you" and nothing quoted.
func sayBack(sentence language.Sentence) (string, bool) {
	words := language.Words(sentence.Tokens)
	if len(words) < 4 || len(words) > longestPoint || language.FormOf(sentence.Tokens) != language.NoQuestion {
		return "", false
	}
	if !plain(sentence) {
		return "", false
	}
	quote := sentence.Quote
	if first := words[0].Norm; first == "but" || first == "still" || first == "well" {
		quote = strings.TrimLeft(quote[len(words[0].Quote):], " ,")
		quote = language.Capitalise(quote)
	}
	for _, token := range words {
		switch token.Norm {
		case "you", "your", "yours", "you're", "you'd", "you've", "you'll", "this", "that", "that's", "not", "so", "no", "yes", "sorry", "thanks", "let", "see", "hear", "i'm", "suppose", "admit", "know":
			return "", false
		}
	}
	inside, ok := draft.Inside(quote)
	if !ok {
		return "", false
	}
	return language.LowerFirst(language.SwapPersons(inside)), true
}

// plain says whether a sentence is ordinary prose: it has a verb, words of letters, and no marks but commas and its end.
func plain(sentence language.Sentence) bool {
	verb := false
	for _, token := range sentence.Tokens {
		if !token.IsWord() {
			if !strings.Contains(",.!…", token.Norm) {
				return false
			}
			continue
		}
		_, past := language.BaseOfPast(token.Norm)
		verb = verb || past || language.IsAuxiliary(token.Norm) || language.IsVerb(token.Norm)
	}
	return verb && !strings.Contains(sentence.Quote, " ,") && sentence.Quote == strings.Join(strings.Fields(sentence.Quote), " ")
}

// thankFor thanks for a yes and says what follows from it.
func (s *Speaker) thankFor(h heard) {
	if s.modality == vignettev1.Modality_MODALITY_AGGRESSIVE {
		s.d.Say(actThank, grudging...)
		return
	}
	s.st.Target = h.role
	if s.refuses() {
		s.d.Say(actThank, s.byName(h, thanksForAcceptance)...)
		s.promise()
		return
	}
	s.d.Say(actThank, s.byName(h, thanks)...)
	if s.good() {
		s.promise()
	}
}

// promise makes a plan of the last compromise: "I could ..." becomes "I'll ...".
func (s *Speaker) promise() {
	list := s.objective.GetCompromises()
	if n := len(s.st.Compromises); n > 0 && s.st.Compromises[n-1] < len(list) {
		text := list[s.st.Compromises[n-1]]
		for from, to := range map[string]string{"I could ": "I'll ", "We could ": "We'll ", "You could have ": "You can have "} {
			if rest, ok := strings.CutPrefix(text, from); ok {
				s.d.Say(actConfirm, "And as I said, "+draftLower(to)+rest)
				return
			}
		}
	}
	s.d.Say(actConfirm, s.pick(confirming, confirmingNo)...)
}

func draftLower(text string) string { return language.LowerFirst(text) }

func (s *Speaker) thankBriefly(h heard) {
	s.d.Say(actThank, s.byName(h, []string{"Thank you%s.", "Thanks%s, I'm glad.", "That's good to hear%s."})...)
}

func (s *Speaker) turnTo(name string) []string {
	if name == "" {
		return needs
	}
	return []string{"And what would you need to say yes, " + name + "?", name + ", what would make it all right for you?", "What about you, " + name + "?"}
}

func (s *Speaker) goodbyes(h heard) []string {
	name := ""
	if h.role != "" && !s.scene.Group() {
		if call := s.scene.CallName(h.role); call != "" {
			name = ", " + call
		}
	}
	switch {
	case s.st.Phase == Gone && s.st.Moods[anger] > thinkAnger && s.st.Moods[relief] < showRelief:
		return []string{"I'm off, then.", "Right. I'm going."}
	case s.st.Moods[relief] > showRelief:
		return []string{"Thanks again" + name + ". See you later.", "Right, I'll leave it there. See you" + name + ".", "Good. See you later" + name + "."}
	}
	return []string{"I'll let you get on" + name + ".", "Okay, I'd better get going.", "All right, see you" + name + "."}
}

// runDry is for a turn in which nothing new is left to say: respect the no and end it.
func (s *Speaker) runDry() vignettev1.ActionKind {
	s.intent = "not go on in circles"
	s.st.Silences++
	if s.st.Silences == 1 && s.d.Say(actRespect, s.pick(outOfWords, outOfWordsNo)...) {
		return speak
	}
	s.st.Phase = Gone
	if s.d.Say(actGoodbye, s.goodbyes(heard{})...) && s.scene.Allows(leave) {
		return leave
	}
	if s.scene.Allows(silent) && s.d.Empty() {
		return silent
	}
	if s.d.Empty() {
		s.d.Insist(actRespect, outOfWords[0])
	}
	return speak
}
