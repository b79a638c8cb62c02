// Package bolt finds by rules the behaviours of BOLT (Chiu, Sharma, Lin and Althoff 2024, A Computational Framework for Behavioral
// Assessment of LLM Therapists): thirteen of therapists and six of clients, each turn a set of codes with the words quoted. Names
// are shortened, phrases and wording are ours. English; written or as speech recognition writes, without marks.
package bolt

import (
	"github.com/vignette-sim/vignette/evaluators/cues"
)

// Name is the name the evaluator is hosted under, Version that of its rules; Therapist and Client are its dimensions: codes of turns.
const (
	Name      = "bolt"
	Version   = "rules-1"
	Therapist = "bolt.therapist"
	Client    = "bolt.client"
)

const source = "BOLT: Chiu, Sharma, Lin and Althoff (2024); wording ours"

// Behaviours of therapists.
const (
	needs        = "reflection_needs"
	emotions     = "reflection_emotions"
	values       = "reflection_values"
	consequences = "reflection_consequences"
	conflict     = "reflection_conflict"
	strengths    = "reflection_strengths"
	experiences  = "question_experiences"
	perspectives = "question_perspectives"
	checkIn      = "question_emotions"
	solving      = "problem_solving"
	planning     = "planning"
	normalizing  = "normalizing"
	teaching     = "psychoeducation"
)

// Behaviours of clients.
const (
	changing   = "changing_behaviour"
	sustaining = "sustaining_behaviour"
	negative   = "negative_emotion"
	positive   = "positive_emotion"
	insight    = "gained_insight"
	experience = "experience"
)

// New returns the evaluator. It needs nothing but the transcript.
func New() *cues.Evaluator {
	return cues.New(Version, "Behaviours of therapists and clients (BOLT) by rules, as codes with the words quoted. A readable baseline.",
		cues.Dimension{
			Spec: cues.Codes(Therapist, "Therapist behaviours", source,
				"Reflections make explicit what was implied: needs, emotions, values, consequences, conflicts, strengths. Questions ask for experiences (something specific), for another perspective, "+
					"or for how the client feels right now. Problem solving offers ways out, planning makes a concrete plan together, normalizing says that it is understandable, psychoeducation teaches.",
				needs, emotions, values, consequences, conflict, strengths, experiences, perspectives, checkIn, solving, planning, normalizing, teaching),
			Rules: therapists(),
		},
		cues.Dimension{
			Spec: cues.Codes(Client, "Client behaviours", source,
				"Changing: intends or has begun to change an unhealthy behaviour; sustaining: to go on with it. Feelings that are negative or positive, an insight gained, an experience told.",
				changing, sustaining, negative, positive, insight, experience),
			Rules: clients(),
		})
}

func therapists() []cues.Rule {
	return []cues.Rule{
		cues.Says(needs, `you ?really ?just need|needed|require; you want|wanted|would like|are looking|hope|are hoping to|for|somebody|someone|some|a; you would like|love ?for ?_ to|some|more|it|them; what you need|want|are looking; important to you to; you are looking|longing|searching|hoping for; need for|to; you wish; it would help you|if; necessity|necessary for you; essential for you; helpful for you`),
		cues.Says(emotions, `you ?are ?must ?might ?may ?really ?also feel|feeling|felt|feels ?so|really|very|quite|like|kind|that|pretty|a|more _; feels|feeling|felt ?so|very|really|like|kind|pretty|a|quite _ to you; you are ?so|very|really|feeling|kind|of|pretty|quite|a|bit|little worried|afraid|scared|anxious|angry|sad|frustrated|lonely|hurt|overwhelmed|excited|relieved|ashamed|nervous|upset|tired|exhausted|disappointed|concerned|proud|happy|stressed;
			that ?makes|made|is|was|must|sounds|sound ?be|feel|you|have|been|really|very|so ?feel frustrating|painful|scary|overwhelming|stressful|upsetting|hard|tough|difficult|sad|angry|lonely|frustrated|anxious|exhausting|disappointing|discouraging|hurtful; sounds ?like|really|very|pretty|so ?you|really frustrating|painful|scary|overwhelming|stressful|hard|tough|difficult|exhausting; anxiety|sadness|anger|guilt|shame|fear|loneliness|grief|frustration|hopelessness there|comes|came|that|for|about; some of the anxiety|sadness|anger|guilt|shame|fear|frustration`),
		cues.Says(values, `important|matters|meaningful|valuable to you; you value|care|cherish|believe ?a|deeply|in|about; means|meant a lot|so|something|everything|much; your values; you really care; you care about|deeply|so; being|be a good mother|father|parent|wife|husband|friend|person|role|mom|dad|daughter|son; value of; priority|priorities; you want|wanted to be the|a|somebody|someone|there; matters most|more; what matters; take|takes pride`),
		cues.Says(consequences, `because of ?the|that|this drinking|smoking|use|your|it; led|leads|leading to; as a result; consequences|consequence; it ?has|is|was|might|could affected|affecting|affects|caused|causing|costing|hurting|impacting|impacted; the impact|effect|effects; if you do|don't|keep|continue|stop|quit|were|could; might|could|would happen; ended up; ends|end up; that has|is cost|costing|affected|affecting; gets|getting|got in the way; interfere|interferes|interfering; risk|danger of; what would change|happen; downside|downsides|benefit|benefits|drawbacks`),
		cues.Says(conflict, `on ?the one hand; on the other hand; at the same time; part of you; a part of you; torn; you want|would|like ?to ?_ ?_ ?_ ?_ ?_ ?_ but|and|yet ?at ?the you|it's|also|same; dilemma; conflict|conflicted; ambivalent|ambivalence; mixed feelings; pulled; two sides; both ways; and yet; back and forth; struggle|struggling between|with; fighting|argue|arguing with|about; even though you`),
		cues.Says(strengths, `you ?have|are|were|did ?really|already|done|been|a|very|so|able good|great|strong|hard|strength|strengths|capable|resourceful|brave|courage|determined|resilient|committed|motivated|creative|able; you were able to; you managed to; you have been able|working|trying|doing ?to; took|takes ?a|lot|of|some courage|strength|guts|effort; strengths|strength|resources|resilience|courage; good|great|nice job|work|for; that is ?really|a|very|so|pretty great|impressive|amazing|wonderful|awesome|fantastic|good|huge|big; proud of you|yourself; you know how to; well done; supportive|support from; i admire|appreciate|applaud`),
		cues.Says(experiences, `tell me ?a|little|bit|some|more|about; what happened|happens|was|did|is|do|does|kind|kinds|sort|else|are|were|brings|brought|about|led; how long|often|many|much|did|do|does|is|was|are|were|about; when did|was|do|does|is|you; where did|do|does|were|are|is; who is|was|were|are|do|did; have you ever|tried|been|had|thought|noticed|talked|done; did|do|does|are|were|is|was you|he|she|they|that|it|there; can|could|would you ?please tell|describe|give|say|walk|explain|talk; give me an example; describe ?that|it|to|what|a|the for|me|_; i wonder|wondering|curious what|how|if|about`),
		cues.Says(perspectives, `what would ?it|you|your|that|happen|be ?have|like|say|mean|take|think|look|tell|need; what do you think|make|believe|see; how do|would you ?think see|view|understand|explain|think|know|make|want|imagine; if you ?could|were|had|woke|can|look|imagine; imagine; suppose|supposing; what if; miracle; from|through ?_ ?_ perspective|eyes|viewpoint|view; looking back; in ?_ ?_ years; another way|perspective; look at it; what does|did|would ?that|it|this ?say mean|about|say|tell; how might; on a scale; why do you think; what makes you; what might|could; what are ?some|the|your ?of reasons|thoughts|ideas|advantages|good|benefits|pros|goals; step back; put yourself; what evidence|is the`),
		cues.Says(checkIn, `how do|are|did|does|is you|that|it|this ?make|making ?you feel|feeling|felt|sitting|sit|landing|land|doing ?right ?now; how you feel|are|feel about|doing|feeling; what are you feeling|noticing|experiencing; how does that sound|feel|sit|land; what is|was coming|going|happening|that up|on|like ?for ?you; right now ?what; what feelings|emotions|emotion|feeling; what was that like; what comes up; are you feeling|feel; where do you feel; how was|is that|it for; in your body; what is it like; i noticed|notice|see you|your|that tears|smile|face|you|body|when`),
		cues.Says(solving, `you could ?also|maybe|always|just try|do|go|talk|take|ask|use|start|say|make|find|call|get|think; have you tried|thought|considered; why don't you|we; how about|what ?about|if ?you|we|trying; one thing ?that ?you|we|i ?can|could|might|would; some people ?find|use|try; i would suggest|recommend|encourage|like; i suggest|recommend|encourage; you might|may ?want|try|consider|be|find ?to; maybe ?you|we|it could|can|might|would; try to|and|that; solution|solutions|option|options|alternatives|alternative|strategies|strategy; instead of; what would help|work; something ?that ?you|we|else ?can|could|might try|do|help; another way; ways to|that; it might|may|could help|be; would it help`),
		cues.Says(planning, `plan|plans|planning; goal|goals; next week|step|steps|time|session|month; first step; homework; set a|up ?goal|date|time|appointment; when would|will|could|can|are you|we ?do|start|going; let us|we ?can|could|will ?set|make|start|try|work|meet|schedule|talk|do|write; schedule; how will you; what will you; between now; follow up; this week; write|writing ?it|that|them|this down; we will ?meet|talk|check|work|start|set|see; are you willing; would you be willing; commit|commitment; what time|day; by when; ready to; agree to|on; tomorrow`),
		cues.Says(normalizing, `normal|normalize; common; understandable; natural; makes|made ?a|lot|of|perfect|total sense; lots|most|many ?of people|folks|women|men|parents|kids|us ?_ feel|have|go|struggle|find|experience|would|are; you are not alone|the|only; not the only; anybody|anyone|everybody|everyone ?would|else|has|feels|goes|in; of course ?you|it|that; that|it is ?really ?very ?so ?totally ?perfectly ?completely okay|ok|alright|normal|human|hard|tough|difficult; i understand|hear|get how|that|you|it; i can ?only ?_ imagine|understand|see; that sounds ?really|very|so|like hard|tough|difficult|painful|rough; i am ?so|really|very sorry; no wonder; we all; not unusual|uncommon|surprising; must be|have|feel ?been|so|very|really hard|tough|difficult; take your time; not your fault`),
		cues.Says(teaching, `research|studies|study|evidence; what we know|call|find|see; we know|call that|it|from; is called|known as; the brain|body|mind; our brain|brains|thoughts|feelings|body|emotions|mind|behavior; thoughts ?and feelings|behaviors|emotions|lead|affect; depression|anxiety|trauma|addiction|withdrawal|panic|cbt|therapy is|can|works|causes|makes|tends|often|are; symptoms; cognitive; skill|skills|technique|techniques|exercise; tend|tends to; it turns out; the way ?that ?it|this|that|anxiety|depression|our works|brain; one of the things ?that; the idea ?is|behind|that; the reason; when we ?are|feel|have|get|think|do; when people; that is what ?we|happens; it is a|an|like|called way|form|kind|type|part|process; for example; therapy|treatment|counseling; what happens|happen is|when`),
	}
}

// habits and quits are what is to be changed, and what changing it is called, for tables of phrases.
const (
	habits = "drinking|smoking|alcohol|cigarettes|weed|pot|drugs|using|gambling|vaping|eating|drink|smoke|use|cigarette|beer|wine"
	quits  = "stop|quit|cut|change|reduce|limit|avoid|stopping|quitting|cutting|changing|reducing|exercise|exercising"
)

func clients() []cues.Rule {
	return []cues.Rule{
		cues.Says(changing, `i ?have ?am ?been ?really ?just trying|working|willing|planning|going|gonna|ready|tried|try|decided|started|want|wanted|need ?on ?to `+quits+`; i ?have ?already ?just ?really stopped|quit|reduced; i ?have ?already cut ?it ?way ?my _ ?_ back|down; cut|cutting ?it ?my ?a ?little ?bit ?way back|down|out; i ?am ?will ?would ?gonna ?going ?not ?to ?never have|had drink|drank|smoked|smoking|drinking ?_ ?_ since|for|anymore; less than i|before|usual; i ?have ?been sober|clean|abstinent; to aa|meetings; i ?have ?already lost weight; instead of `+habits+`; i could|can|will|should ?probably ?maybe `+quits+`; give ?it up; without `+habits),
		cues.Says(sustaining, `i ?am ?do ?really ?just ?still not ?really ?want ?wanna ?going ?gonna ?ready ?think ?need ?i ?to `+quits+`; i ?still ?just ?do ?really like|love|enjoy ?_ ?to `+habits+`; it ?_ helps|relaxes|calms me ?_ relax|sleep|unwind|cope|forget; not ?really ?that ?a ?so ?big bad|problem|deal; i ?do ?not ?_ have a|any ?_ problem; i only|just|still|usually drink|smoke|use; i ?ended|end up `+habits+`; i cannot ?really ?just `+quits+`; hard|difficult ?for ?me to `+quits+`; back to `+habits+`; relapsed|relapse; i am|was still `+habits+`; i have been `+habits+`; no intention|reason to; i need my|a `+habits),
		cues.Names(negative, `i ?am ?was ?just ?feel ?felt ?get ?got ?feeling ?really ?so ?very ?kind ?of ?a ?little ?bit ?pretty sad|angry|anxious|depressed|scared|afraid|worried|lonely|tired|exhausted|overwhelmed|frustrated|hurt|upset|guilty|ashamed|stressed|mad|nervous|hopeless|miserable|terrible|awful|stuck|lost|alone|embarrassed|disappointed|worthless|empty|numb; it is|was|makes|feels|hurts ?just ?me ?feel ?really ?so ?very hard|difficult|awful|terrible|sad|angry|hurts|painful|scary|frustrating|stressful|overwhelming|depressing|horrible; i hate; i cannot ?even stand|take|sleep|handle; cry|crying|cried|tears; nobody|no one understands|cares|likes|loves|listens; anxiety|depression|panic|stress|pressure|guilt|shame; i miss; worried|scared|afraid that|about|of|to; struggling|struggle; i feel|felt ?like ?really bad|nobody|a|down; falling apart; too much for; give up`),
		cues.Names(positive, `i am|was|feel|felt|feeling|been ?really ?so ?very ?pretty ?a ?lot happy|glad|excited|proud|relieved|grateful|hopeful|calm|calmer|relaxed|confident|thankful; i feel|felt ?really ?so ?very ?pretty ?a ?lot good|great|better; i ?really love|enjoy|enjoyed|loved; it|that was|is|feels|felt ?really ?so ?very ?pretty great|amazing|wonderful|awesome|fun|nice; looking forward; makes me ?feel ?so ?really happy|smile|good|better; fun`),
		cues.Says(insight, `i ?have ?just ?never ?am ?did ?also ?never ?not ?start ?starting ?started ?to realize|realized|realizing|learned|noticed|realise; i ?can ?now ?do ?_ see|understand now|that|how|why|what; now ?that i see|think|know|understand|realize; it made|makes me think|realize|see|wonder; i never ?really thought|realized|noticed|saw ?of ?about; come to think; that is ?a ?probably ?good why|point; that is encouraging|helpful|interesting|eye; i guess ?what ?maybe ?it ?that is ?really because|what|why|how; good to know; good information|point; i think ?maybe ?that ?it is because|what|why; opened my eyes; makes sense; when you put|say it`),
		cues.Says(experience, `i ?just had|went|got|used|lost|moved|met|grew|came|left|worked|lived|broke|was ?up ?to ?a ?in ?at ?with ?my ?the; my ?ex ?older ?little ?best mom|dad|mother|father|wife|husband|boss|friend|friends|sister|brother|daughter|son|kids|boyfriend|girlfriend|parents|family|partner|roommate is|was|said|told|has|had|got|and|does|do|are|were; last week|night|month|year; yesterday; years ago; when i was|got|went|started|had|came; he|she|they said|told|was|did|got|went|left|wants; we were|had|went|got|used|broke; i work|live; it happened; i am a _`),
	}
}
