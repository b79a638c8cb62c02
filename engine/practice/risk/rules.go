package risk

import (
	"regexp"
	"strings"

	"github.com/vignette-sim/vignette/internal/language"
	"github.com/vignette-sim/vignette/internal/pattern"
)

// byRule says whether a rule meets, and if none does, whether one would have but for an excuse.
func byRule(text string) (found Found, met, excused bool) {
	plain := normal(text)
	for _, sentence := range language.Sentences(plain) {
		s := strings.TrimSpace(sentence.Quote)
		for _, r := range rules {
			for _, at := range r.pattern().FindAllStringIndex(s, -1) {
				if !r.excused(s, at[0], at[1]) {
					return Found{Kind: r.kind, Rule: r.id, Words: []string{strings.TrimSpace(s[at[0]:at[1]])}}, true, false
				}
				excused = true
			}
		}
	}
	return Found{}, false, excused
}

// normal is a text in small letters, with plain apostrophes and without what is quoted.
func normal(text string) string {
	text = strings.NewReplacer("’", "'", "‘", "'", "“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`).Replace(strings.ToLower(text))
	text = quoted().ReplaceAllString(text, ` … `)
	text = single().ReplaceAllString(text, `$1 … $2`)
	return strings.Join(strings.Fields(text), " ")
}

var (
	quoted = pattern.Of(`"[^"]*"`)
	// single quotes open after a space and close before one, so that apostrophes are none.
	single = pattern.Of(`(^|[\s(:,])'[^']{2,}(?:'[a-z][^']*)*'([\s).,;:!?]|$)`)
)

// rule is words that tell of danger.
type rule struct {
	id      string
	kind    Kind
	pattern func() *regexp.Regexp
}

// Pieces of patterns: the first person and what it wants.
const (
	i     = `\b(?:i|i'm|i am|im|i've|i have|i'd|i would|i'll|i will)`
	very  = `(?: (?:just|really|only|still|always|often|sometimes|so|honestly|actually|seriously|already|even|again|now|constantly|keep|kind of|truly|think|genuinely|been|secretly|finally|basically))*`
	wants = `(?: (?:want|wanted|wanna|wish|plan|planning|going|gonna|need|decided|thinking|thought|fantasi[sz]ing|dreaming|feel like|feeling like|prefer|rather|like|about|intend|ready|close|tempted|considering|considered|could))+(?: (?:to|of|about|on|it would be))*`
	end   = `(?:[.!?,;:…-]|$| and\b| but\b| because\b| if\b| i\b| -| …)`
	soon  = `(?: (?:today|tonight|now|tomorrow|this week|soon))?`
)

var rules = []rule{
	{"suicide.intent", Suicide, pattern.Of(i + very + wants + very + ` (?:die|dying|be dead|being dead|i was dead|i were dead|kill myself|killing myself|end my life|ending my life|end it all|ending it all|take my (?:own )?life|taking my (?:own )?life|commit suicide|committing suicide|suicide|hang myself|hanging myself|shoot myself|shooting myself|jump(?:ing)? (?:off (?:a|the|that) (?:bridge|roof|building|balcony|cliff|tower|platform)|in front of (?:a|the) (?:train|bus|car|truck|lorry|tram|tube|metro|subway)|from (?:a|the) (?:bridge|roof|building|balcony|window))|overdose|overdosing|not (?:be|wake|exist|live))\b`)},
	{"suicide.wish", Suicide, pattern.Of(`\bi wish (?:that )?i (?:was|were) (?:dead|never born|not alive|gone for good)\b`)},
	{"suicide.wish_born", Suicide, pattern.Of(`\bi wish (?:that )?i(?:'d| had) never been born\b`)},
	{"suicide.not_live", Suicide, pattern.Of(`\bi(?:'d| would)?` + very + ` (?:do not|don't|dont|no longer)` + very + ` (?:want to|wanna|wish to|see (?:a|any|the|much) (?:reason|point) (?:to|in)|find (?:a|any) reason to)` + very + ` (?:live|living|be alive|being alive|stay alive|staying alive|exist|existing|wake up|go on living|keep living|go on)(?: (?:any ?more|any longer|like this|with this|tomorrow))*` + end)},
	{"suicide.not_here_any_more", Suicide, pattern.Of(`\bi` + very + ` (?:do not|don't|dont|no longer)` + very + ` (?:want to|wanna|wish to)` + very + ` (?:be here|be around|be in this world|be on this earth)(?: any ?more| any longer)` + end)},
	{"suicide.cannot_live", Suicide, pattern.Of(`\bi` + very + ` (?:can't|cannot|can not|cant)` + very + ` (?:live|exist|go on living|keep living|bear to live|bear living|stand living|stand being alive|take living)(?: (?:any ?more|any longer|like this|with this))+` + end)},
	{"suicide.go_on", Suicide, pattern.Of(`\bi(?: just| really| honestly)? (?:can't|cannot|can not) (?:go on|keep living|live like this)(?: (?:any ?more|any longer|like this|living))*` + end)},
	{"suicide.no_reason", Suicide, pattern.Of(`\b(?:i (?:have|see|'ve got)|there(?:'s| is)|i've got) (?:no|nothing)(?: more| left)? ?(?:reason|point)?(?: left)? ?(?:to|in) (?:live|living|living for|live for|being alive|stay alive)\b`)},
	{"suicide.nothing_to_live", Suicide, pattern.Of(`\bi (?:have|'ve got|see)? ?nothing (?:left )?to live for\b`)},
	{"suicide.better_off", Suicide, pattern.Of(`\b(?:everyone|everybody|they|my (?:family|kids|children|wife|husband|parents|friends)|the world|people)(?: all)?(?:'d| would|'ll| will)(?: all)? be(?: so much| much)? better off (?:without me|if i (?:was|were|am) (?:dead|gone))\b`)},
	{"suicide.better_dead", Suicide, pattern.Of(`\b(?:i'd be|i would be|i'm|i am|i might be) (?:so much |much )?better off dead\b`)},
	{"suicide.state", Suicide, pattern.Of(i + very + ` (?:am |been |feel |feeling |get |getting )?suicidal\b`)},
	{"suicide.thoughts", Suicide, pattern.Of(i + very + `(?: (?:have|had|having|get|getting|got|been having))+` + very + ` (?:suicidal (?:thoughts|feelings|urges|plans)|thoughts (?:of|about) (?:suicide|killing myself|ending (?:it all|my life)|dying)|a (?:suicide )?plan to (?:kill myself|end my life|die)|a suicide plan)\b`)},
	{"suicide.thoughts_own", Suicide, pattern.Of(`\bmy (?:own )?(?:suicidal thoughts|suicide plan|suicide note|suicide attempt)\b`)},
	{"suicide.attempt", Suicide, pattern.Of(`\bi(?:'ve| have)?(?: just| already)? (?:tried|attempted|try) to (?:kill myself|end my life|end it all|take my (?:own )?life|hang myself|die)\b`)},
	{"suicide.attempted", Suicide, pattern.Of(`\bi(?:'ve| have)?(?: just)? (?:attempted suicide|overdosed|took an overdose|taken an overdose|swallowed (?:all|a lot of|too many|the|my|a whole|a handful of)[a-z ]{0,24}(?:pills|tablets|medication)|(?:took|taken) (?:all|a lot of|too many|a whole|a handful of)[a-z ]{0,24}(?:pills|tablets|medication))`)},
	{"suicide.going_to", Suicide, pattern.Of(`\b(?:i'm|i am|im|i'll|i will|i'm gonna|i am gonna)(?: going to| gonna)?` + very + ` (?:kill myself|end my life|end it all|take my (?:own )?life|hang myself|shoot myself|overdose)` + soon)},
	{"suicide.ready", Suicide, pattern.Of(`\b(?:i have|i've got|i've|i bought|i have got|i keep)(?: the| my| a| enough| some)*[a-z ]{0,14} (?:pills|tablets|rope|gun|razor|blade)s?[a-z ,]{0,30}(?:to kill myself|to end (?:it|my life)|to die|do it tonight|ready to (?:go|do it))`)},
	{"suicide.goodbye", Suicide, pattern.Of(`\b(?:this is my (?:last|final) (?:goodbye|message|night|day)|i(?:'ve| have) written (?:my|a) (?:suicide|goodbye|farewell) (?:note|letter)|i won't be (?:here|around|alive) (?:tomorrow|any ?more|much longer|next week))\b`)},
	{"suicide.kms", Suicide, pattern.Of(`\b(?:kms|unalive myself|unaliving myself)\b`)},
	{"suicide.not_here", Suicide, pattern.Of(i + very + wants + very + ` (?:disappear forever|sleep and never wake up|go to sleep and never wake up|go to bed and never wake up|go to sleep and not wake up|fall asleep and never wake up|never wake up|be gone forever)\b`)},
	{"suicide.part", Suicide, pattern.Of(`\bpart of me` + very + ` (?:wants|wanted|wishes|would like)(?: to)? (?:die|be dead|kill myself|end it all|not (?:be|live)|i (?:was|were) dead)\b`)},
	{"suicide.worth", Suicide, pattern.Of(`\b(?:my )?life (?:isn't|is not|is no longer|no longer is|just isn't|really isn't|is just not) worth (?:living|it)(?: (?:any ?more|any longer|for me|to me))*` + end)},
	{"suicide.no_point", Suicide, pattern.Of(`\bthere(?:'s| is|'s just| is just) no (?:point|reason|sense|use)(?: left)? (?:in |to |for me to )(?:going on|go on|living|live|staying alive|stay alive|be alive)(?: any ?more)?` + end)},
	{"suicide.missed", Suicide, pattern.Of(`\b(?:nobody|no one|noone|no-one) would(?: even| really)? (?:miss me|care|notice|mind)(?: at all)?(?: if i (?:was|were|am|'m) (?:gone|dead|not (?:here|alive|around))| if i died| if i (?:killed myself|disappeared))`)},
	{"suicide.all_over", Suicide, pattern.Of(`\bi` + very + ` (?:want|need|wish) (?:it|this) all to (?:be over|end|stop)` + end)},
	{"suicide.end_it", Suicide, pattern.Of(`\b(?:i'm going to|i am going to|i'm gonna|i'll|i will|i want to|i'm ready to)` + very + ` end (?:it|everything)(?: (?:tonight|today|now|tomorrow|once and for all|for good))+` + end)},
	{"suicide.not_wake", Suicide, pattern.Of(`\bi` + very + ` (?:pray|hope|wish|wished|prayed)(?: that)? i (?:don't|do not|won't|wouldn't|will not|never|would never)` + very + ` wake up(?: (?:any ?more|tomorrow|again|in the morning))*` + end)},
	{"suicide.vanish", Suicide, pattern.Of(`\bi` + very + ` want to (?:disappear|vanish|go away) (?:and never come back|for good|for ever|forever)\b`)},
	{"suicide.means", Suicide, pattern.Of(`\bi(?:'ve| have|'ve got| have got| bought| got)+` + very + ` (?:a|the|some|enough|my) (?:rope|gun|noose|pills|razor blades?)(?: (?:now|here|ready|in my (?:hand|drawer)|next to me|at home))*` + end)},
	{"suicide.ending", Suicide, pattern.Of(i + very + ` (?:thinking|thinkin|thought|planning|considering|close to|ready for)(?: (?:of|about|abt|on))* (?:ending (?:it|things|everything|it all|my life)|doing it|dying|not being here|checking out)\b`)},
	{"suicide.ending_bare", Suicide, pattern.Of(`^(?:been |just |so |still |seriously |honestly )*(?:thinking|thinkin)(?: (?:of|about|abt))* (?:ending (?:it|things|everything|it all)|doing it|dying|killing myself)\b`)},
	{"suicide.stop_thinking", Suicide, pattern.Of(`\bi (?:can't|cannot|cant|can not) stop thinking (?:about|of) (?:dying|death|ending (?:it|things|my life)|killing myself|suicide)\b`)},
	{"suicide.thoughts_back", Suicide, pattern.Of(i + very + `(?: (?:have|having|had|get|getting|got|been))*` + very + ` (?:the thoughts again|those thoughts again|the bad thoughts|dark thoughts|thoughts of (?:taking my (?:own )?life|not (?:living|being here|waking up)|hurting myself|death))`)},
	{"suicide.own_ones", Suicide, pattern.Of(`^the suicidal ones\b`)},
	{"suicide.slang", Suicide, pattern.Of(`\b(?:wanna|gonna|going to|want to|might|about to|ready to|will|could|just) (?:just |really |actually |probably )*(?:kms|unalive(?: myself)?|off myself|end it all|sewerslide)\b`)},
	{"suicide.state_bare", Suicide, pattern.Of(`^(?:so|feeling|really|very|actively|kinda|honestly|genuinely|low key|lowkey|super)(?: (?:so|really|very|actively|kinda))* (?:suicidal|sucidal|suicidle)\b`)},
	{"suicide.am", Suicide, pattern.Of(`\b(?:i am|i'm|im) (?:the (?:suicidal|one who is suicidal)|actually suicidal)\b|\bsaying (?:that )?i'm not suicidal\b.*\b(?:lie|lying|not true|untrue)\b`)},
	{"suicide.better_off_around", Suicide, pattern.Of(`\b(?:everyone|everybody|they|my (?:family|kids|children|wife|husband|parents|friends)|the world|people)(?: all)?(?:'d| would|'ll| will)(?: all)? be(?: so much| much)? (?:better off|happier|glad|relieved)(?: without me| if i (?:wasn't|weren't|was not|were not) (?:around|here|alive|in it))\b`)},
	{"suicide.nobody_misses", Suicide, pattern.Of(`\b(?:nobody|no one|noone)(?:'d| would|'ll| will) (?:even |really )?(?:miss me|notice i(?:'m| am| was)? gone|care if i)`)},
	{"suicide.wish_not_woken", Suicide, pattern.Of(`\b(?:i|just|mornings i)? ?(?:just |really |sometimes )*wish(?:ed)? i (?:hadn't|had not|didn't|did not|never) (?:woken up|wake up|woke up|exist|been born)|\bwish i (?:was|were) (?:never born|never here|not here|gone|dead)\b`)},
	{"suicide.last_time", Suicide, pattern.Of(`\b(?:hoping|hope|praying|wishing)(?: that)? (?:it's|that's|it is|that is|this is|tonight is|today is|it would be) (?:the|my) last (?:time|one|night|day)\b`)},
	{"suicide.hope_accident", Suicide, pattern.Of(`\b(?:i wouldn't mind|i would not mind|wouldn't mind|i'd not mind|wouldnt mind|part of me hopes?|i (?:almost |kind of |secretly |sometimes )?(?:hope|wish))(?: if| that)? (?:a|the|my|some|something|it|i)? ?(?:bus|car|truck|lorry|train|plane|lightning|accident|heart attack|cancer|illness|crash|hit|got hit|died|crashed)\b`)},
	{"suicide.no_care", Suicide, pattern.Of(`\bi (?:don't|do not|dont|no longer) (?:really |even )?care (?:if|whether) (?:i (?:live|die|wake up|get hit|make it)|something happens to me|anything happens to me)\b`)},
	{"suicide.point_alive", Suicide, pattern.Of(`\bwhat(?:'s| is) the (?:point|sense|use) (?:of|in) (?:me )?(?:being alive|living|going on|staying|carrying on)\b|\b(?:don't|dont|do not|can't|cannot) see (?:why|the reason|a reason|any reason|the point)[a-z ,]{0,30} (?:go on living|should live|to live|to stay alive|to stay|being alive|in living)\b`)},
	{"suicide.sleep_forever", Suicide, pattern.Of(`\b(?:go to sleep|fall asleep|sleep)(?: and)? (?:stay asleep|never wake|not wake up|forever|for good|and stay asleep)`)},
	{"suicide.disappear", Suicide, pattern.Of(`\b(?:i want|i wanna|i'd like|i would like|want|wanting) (?:to|it all to) (?:just )?(?:disappear|vanish|stop existing|not exist|go quiet)(?: permanently| for good| forever| completely| off the earth)`)},
	{"suicide.quiet", Suicide, pattern.Of(`\bi (?:just )?(?:want|need) everything to (?:go quiet|stop|be over|end)(?: for good| forever)?\b`)},
	{"suicide.letters", Suicide, pattern.Of(`\b(?:ive|i've|i have|already|just)? ?(?:written|wrote|finished|writing) (?:the|my|all the|four|three|two|five) (?:letters|notes|goodbyes|last letters?)\b`)},
	{"suicide.saving_pills", Suicide, pattern.Of(`\b(?:saving|saved|saving up|hoarding|collecting|stockpiling|counting|stashed)(?: up)? (?:all |up )?(?:my|the|enough|some|his|her)? ?(?:tablets|pills|meds|medication|tramadol|insulin|sleeping pills)\b`)},
	{"suicide.taking_all", Suicide, pattern.Of(`\b(?:thinking of|thinking about|tempted to|going to|want to|wanna|gonna) (?:take|taking|swallow|swallowing) (?:them all|all of them|the (?:lot|whole (?:lot|pack|bottle))|all (?:my|the) (?:pills|tablets|meds))\b`)},
	{"suicide.picked", Suicide, pattern.Of(`\b(?:i've|ive|i have) (?:picked|chosen|set|decided on|got) (?:a|the|my) (?:day|date|place|spot|bridge|time|method|way out)\b|\b(?:i've|ive|i have) (?:got|found|worked) (?:it all |everything |the )?(?:worked out|way out|planned)\b|^got it all worked out\b`)},
	{"suicide.looked_up", Suicide, pattern.Of(`\bi(?:'ve| have)? (?:looked up|googled|searched|read up on|researched)(?: for)? how (?:to do it|many (?:pills|tablets)|to (?:die|kill myself|end it)|long it takes to die)\b`)},
	{"suicide.on_edge", Suicide, pattern.Of(`\b(?:stood|standing|sat|sitting|been|was|went) (?:on|at|by|to|up on) (?:the|a|that) (?:bridge|roof|ledge|cliff|tracks|platform edge|railway|rooftop|balcony)\b[^?]{0,60}\b(?:last night|tonight|again|later|an hour|hours|going back|couldn't|nearly|almost|jump)`)},
	{"suicide.doing_it", Suicide, pattern.Of(`\b(?:tonight|tomorrow|this weekend|when (?:he|she|they|my [a-z]+) (?:leaves?|goes|sleeps?|is asleep)[a-z ]{0,20})[, ]+(?:i'm|im|i am|i'll) (?:going to |gonna )?(?:do|doing) it\b|\b(?:i'm|im|i am|i was) (?:going to|gonna) do it (?:tonight|tomorrow|today|this weekend|soon|now)\b`)},
	{"suicide.goodbyes", Suicide, pattern.Of(`\b(?:if you don't hear from me|if i'm not here|if i am not here|when i'm gone|once i'm gone|after i'm gone)\b[^?]{0,60}\b(?:fault|know|sorry|tell|please|remember|yours|look after)|\b(?:you won't|you will not|nobody will) have to put up with me (?:much longer|any ?more|for long)\b|\bwon't be needing\b[^?]{0,50}\b(?:anything|any of it|any more)\b`)},
	{"suicide.last_of", Suicide, pattern.Of(`\b(?:the last of anything|my last day on|only one thing left to do|no next (?:month|week|year) for me|there's no tomorrow for me|theres no tomorrow for me|not making (?:any )?plans past|i've made up my mind and|won't keep (?:her|him|them) waiting long|soon it won't hurt|done tired)\b|\bdon't think there(?:'s| is|s) a next (?:month|week|year) for me\b`)},
	{"suicide.leave_whenever", Suicide, pattern.Of(`\b(?:found|it's a relief knowing|relief to know)[a-z ]{0,30}(?:the way out|i can leave (?:whenever|any ?time)|i can end it)\b|\bthey got to leave\b|\benvy (?:people|those) who (?:died|are dead|die)\b|\bdon't see the reason to stay\b`)},
	{"suicide.real", Suicide, pattern.Of(`\b(?:i'd|i would|i could|my own answer (?:was|is|would be)) (?:answer )?yes to (?:all|every one|most) of (?:them|those)\b|\b(?:wanting to die|being suicidal|suicide)[a-z ]{0,30}my own answer (?:was|is|would be) yes\b|\bi(?:'m| am) the one who should (?:be calling|call) (?:the|a) (?:line|hotline|helpline)\b|\bi feel the same as (?:he|she|they|the client)[a-z ]{0,5}\b`)},
	{"self_harm.might", SelfHarm, pattern.Of(`\bi (?:might|may|could|will|am afraid i(?:'ll| will)|think i(?:'ll| will)) (?:end up )?(?:hurt|hurting|harm|harming|cut|cutting|do something to) (?:myself|me)\b`)},
	{"self_harm.might_do", SelfHarm, pattern.Of(`\b(?:afraid|scared|frightened|terrified|worried) (?:of|about) what i (?:might|could|may|will|would|am going to) do to myself\b`)},
	{"self_harm.not_trust", SelfHarm, pattern.Of(`\bi (?:don't|do not|dont|can't|cannot) (?:really |even )?trust myself (?:to be alone|alone|tonight|right now|with|not to)|\b(?:i'm|i am|think i'm|think i am|i don't think i'm|i dont think im) (?:not )?safe with myself\b`)},
	{"self_harm.urge", SelfHarm, pattern.Of(`\b(?:i )?(?:really |so |still |just )*(?:want|need|wanna|urge|tempted|itching|trying not) to (?:cut|hurt myself|harm myself|burn myself|cut again)(?: (?:rn|right now|again|so bad|tonight|myself))*(?:$|[.,!?]| (?:rn|right|and|but|so)\b)`)},
	{"self_harm.bare", SelfHarm, pattern.Of(`^(?:been|started|back to|still|ive been|punishing|i've been|keep) (?:hurting|cutting|burning|harming|punishing|scratching|starving) myself\b`)},
	{"self_harm.now", SelfHarm, pattern.Of(`\bi (?:cut|burn|burned|burnt|scratch|scratched|hit|bit|bite|punched|starve|hurt) (?:myself|my (?:own )?(?:arms?|legs?|thighs?|wrists?|head|skin|stomach))\b(?: (?:before|when|till|til|until|again|last|twice|this|after|on the wall|in the|because|so))`)},
	{"self_harm.blood", SelfHarm, pattern.Of(`\bi (?:scratch|pick|cut|bite|dig)[a-z ]{0,20}(?:til|till|until)[a-z' ]{0,12}(?:blood|bleed|bleeds|bleeding)\b`)},
	{"self_harm.relapse", SelfHarm, pattern.Of(`\brelapsed\b[^?]{0,60}\b(?:clean|arms|legs|cutting|cuts|blade|wrists?)\b|\b(?:fresh|new) (?:marks|cuts|scars|burns) (?:under|on|all over|up) my\b`)},
	{"self_harm.hurting_only", SelfHarm, pattern.Of(`\b(?:only thing|the only way|nothing)[a-z' ]{0,40} is (?:hurting|cutting|burning|harming) myself\b|\bdoing to myself what the client\b|\bwith the razor\b[^?]{0,30}\bdeserve\b`)},
	{"self_harm.afraid", SelfHarm, pattern.Of(`\b(?:afraid|scared|frightened|terrified) of what i (?:might|could|may|will|would|am going to) do(?: to myself)?` + end)},
	{"self_harm.cutting", SelfHarm, pattern.Of(`\bi(?:'ve been|'ve started| have been| have started|'m| am| started| keep) cutting(?: again| to cope| at night)*` + end)},
	{"harm.somebody", HarmToOthers, pattern.Of(`\bi(?:'m| am)` + very + ` (?:going to|gonna|about to) hurt (?:someone|somebody|people)\b`)},
	{"harm.armed", HarmToOthers, pattern.Of(`\bi (?:could|will|want to|am going to) (?:kill|shoot|stab) (?:him|her|them|my [a-z]+)\b.*\bi (?:mean it|have (?:a|the) (?:gun|knife)|am serious)\b`)},
	{"danger.done_to_me", InDanger, pattern.Of(`\bi(?:'m| am|'ve| have| was| got)+(?: (?:being|been|just|just been))* (?:raped|beaten up|beaten|molested|sexually (?:abused|assaulted)|assaulted|abused|choked|strangled)\b`)},
	{"danger.hurt", InDanger, pattern.Of(`\b(?:he|she|my (?:husband|wife|partner|boyfriend|girlfriend|father|mother|dad|mum|mom|ex))` + very + ` hurts? me (?:physically|badly|when (?:he|she) (?:drinks|is drunk|gets angry)|so that i bleed)`)},
	{"self_harm.do", SelfHarm, pattern.Of(`\bi(?:'ve| have|'m| am)?` + very + `(?: started| began| began to| start| went back to| going back to| keep on)?` + very + ` (?:cut|cutting|hurt|hurting|harm|harming|harmed|burn|burning|burned|burnt|punish|starve|starving|injured|injuring) myself(?: (?:again|on purpose|badly|every|last|since|to (?:feel|cope|calm|stop|get)|so (?:that|i)|because|most|whenever|these|lately|with (?:a|my|the) (?:razor|blade|knife|lighter|cigarette|scissors)s?|in the (?:bathroom|shower))\b|[.!,]|$)`)},
	{"self_harm.want", SelfHarm, pattern.Of(i + very + wants + very + ` (?:cut|cutting|hurt|hurting|harm|harming|burn|burning|injure) myself\b`)},
	{"self_harm.name", SelfHarm, pattern.Of(`\bi(?:'m| am|'ve| have)?` + very + ` (?:been )?self[- ]?harm(?:ing|ed)?\b`)},
	{"self_harm.own", SelfHarm, pattern.Of(`\bmy (?:own )?self[- ]?harm(?:ing)?\b`)},
	{"harm.intent", HarmToOthers, pattern.Of(`\bi(?:'m|'ll| am| will|'ve| have)?` + very + `(?: (?:want|going|gonna|plan|planning|decided|ready|thinking))+(?: (?:to|of|about))*` + very + ` (?:kill|killing|stab|stabbing|shoot|shooting|strangle|strangling|murder|murdering|beat up|poison|attack|attacking|physically hurt)(?:ing)? (?:him|her|them|someone|somebody|everybody|everyone|people|my [a-z]+)\b`)},
	{"harm.child", HarmToOthers, pattern.Of(`\bi(?:'m| am)? (?:afraid|scared|worried|terrified|frightened)(?: that)? (?:i(?:'ll|'m going to| will| might| could| am going to)) (?:hurt|kill|harm|hit|shake) (?:him|her|them|someone|somebody|my [a-z]+|the [a-z]+)\b`)},
	{"danger.hit", InDanger, pattern.Of(`\b(?:he|she|they|my (?:husband|wife|partner|boyfriend|girlfriend|father|mother|dad|mum|mom|brother|ex|stepfather|uncle|son))(?:'s| is|'ve| has| have| was| keeps?)?` + very + ` (?:hits?|hitting|beats?|beating|beat|punche[sd]|punching|chokes?|choked|choking|strangled?|strangling|rapes?|raped|raping|kicks?|kicked|kicking|abuses?|abused|abusing|threatens?|threatened|threatening)(?: to (?:kill|hurt|shoot|stab))? me\b`)},
	{"danger.threat", InDanger, pattern.Of(`\b(?:he|she|they|my (?:husband|wife|partner|boyfriend|girlfriend|father|mother|ex))(?:'ll|'s| is| will| says (?:he|she|they)(?:'ll| will))?(?: going to| gonna)? kill me (?:if i leave|if i go|tonight|one day|some day|for real)`)},
	{"danger.afraid", InDanger, pattern.Of(`\bi(?:'m| am|'m really| am really)? (?:not safe|unsafe|don't feel safe|do not feel safe|in danger|afraid for my life|scared for my life)(?: (?:at home|here|with (?:him|her|them)|right now|any ?more))?(?:[.!,]|$)`)},
}

var (
	// denied stands in the match or just before it and turns it round.
	denied = pattern.Of(`(?:\b(?:not|never|n't|dont|wouldn't|won't|without|nor|neither|no longer|hardly|used to|stopped|quit)\b|n't\b)`)
	// reported stands before words that are somebody else's: who says, tells or thinks them.
	reported = pattern.Of(`\b(?:you|he|she|they|client|patient|who|people|person|somebody|someone|anyone|anybody|many|some|caller|student|friend|sister|brother|mother|father|son|daughter|man|woman|boy|girl|mum|mom|dad|message|note|text|song|character|line|script|book|film|movie)(?:'re|'ve|'d| are| were| have| had| has| is| was| do| did| might| may| will| would| could)?(?: (?:just|ever|sometimes|often|also|once|been|really|still|kept|keep|keeps|always))*(?: (?:say|says|said|saying|tell|tells|told|telling|write|writes|wrote|writing|think|thinks|thought|thinking|feel|feels|felt|feeling|mean|means|meant|mention|mentioned|describe|described|wish|wishes|wrote|text|texted|go|goes|went|was like|is like|like|scream|screams|screamed|shout|shouts|whisper|whispered|ask|asks|asked|sing|sings|hear|heard|read|reads))\b`)
	// heard stands before words that are about words.
	heard = pattern.Of(`\b(?:the (?:words?|phrase|sentence|line|thought|client's|idea)|saying|hearing(?: you)?|what i (?:hear|am hearing|heard)|in your words|as you put it|like|such as|for example|e\.g\.|thoughts? (?:like|such as|that)|put it)(?: (?:is|was|that|like|say))*[ :,-]*(?:that )?$`)
	// supposed stands before what is only thought up, or what is asked back.
	supposed = pattern.Of(`\b(?:if|suppose|imagine|pretend|as if|even if|unless|in case|do you think|are you afraid|are you asking (?:me )?(?:if|whether)|you (?:seem|are|were) (?:worried|afraid|scared)|would it|because you think|why would|did i say|does it sound like|whether)\b[^.;!?]{0,24}$`)
	// idioms go on after a match, or are it.
	idioms = pattern.Of(`^ than\b|^ (?:a|an) (?:reminder|note|message|mail|email|text|look)\b|^ in the (?:foot|knee|leg)\b|^ (?:in (?:the|a) (?:final|game|match|race|finals|debate|vote)|at (?:chess|cards|tennis|golf|pool|football|darts|monopoly|poker)|to (?:it|the)\b|by (?:a|two|three|one)\b)|^(?:[a-z]* )?(?:of|from|with) (?:embarrassment|shame|laughter|laughing|boredom|curiosity|heat|cold|hunger|thirst|happiness|joy|envy|cuteness|excitement|jealousy)|^ (?:laughing|a little|inside (?:a little|every time|whenever))|^ (?:for (?:a|an|some|that|this|one)\b)|^ (?:to (?:know|see|meet|hear|find|try|get|go|tell|ask|read|eat|show|learn)\b)|^ (?:him|her|them|my [a-z]+)? ?(?:if (?:he|she|they|it|you)|when (?:he|she|they)|for (?:that|this|eating|forgetting|leaving|being|the))\b|^ (?:trying|working|with (?:work|overtime|exercise|studying|this deadline)|over (?:this|that|work)|laughing|at the gym|in the gym|at football|playing|cooking|shaving|chopping|on the (?:stove|oven|pan|iron|edge|corner)|while (?:cooking|shaving|playing|climbing|running|chopping|skating))\b|^ (?:on stage|in the (?:play|film|scene|game))|^ (?:off|in) (?:some slack|a slice|a piece|the chase)`)
	// light stands before a match and makes it a figure of speech.
	light = pattern.Of(`\b(?:so (?:embarrassed|ashamed|bored|hungry|tired|cold|funny|cute)|embarrassing|laughed so|laughing so|jokingly|as a joke|joking|kidding|figure of speech|in the (?:game|film|movie|play|novel|story)|my character|in the role|for the exercise)\b`)
	jokes = pattern.Of(`\b(?:lol|haha|just kidding|only joking|figure of speech|so to speak|as they say|not literally)\b`)
)

// excused says why words that match tell of no danger: they are denied, somebody else's, supposed, or an idiom.
func (r rule) excused(s string, from, to int) bool {
	before, match, after := s[:from], s[from:to], s[to:]
	if !deniesItself[r.id] && denied().MatchString(match) {
		return true
	}
	if over().MatchString(s) || over().MatchString(after) {
		return true
	}
	if tail := lastWords(before, 5); denied().MatchString(tail) && !strings.ContainsAny(tail, ",;") || supposed().MatchString(before) {
		return true
	}
	if reported().MatchString(before) && !out().MatchString(before) || heard().MatchString(before) {
		return true
	}
	return idioms().MatchString(after) || light().MatchString(s) || jokes().MatchString(s)
}

// over says that it is long past and behind somebody.
var over = pattern.Of(`\bwhen i was (?:a (?:teenager|teen|child|kid|student)|in (?:school|college|my (?:teens|twenties))|[1-3]?[0-9]|[a-z]+teen|twenty[a-z -]*)\b|\b(?:(?:[0-9]+|two|three|five|ten|fifteen|twenty|thirty|many|[a-z-]+) years (?:ago|on|later))\b|\b(?:back then|decades ago|long ago|years ago)\b`)

// out stands between what somebody said and what the speaker says of themselves.
var out = pattern.Of(`\b(?:but|and honestly|and actually|honestly|to be honest|and now|and) $`)

// deniesItself are rules whose own words have a negation.
var deniesItself = map[string]bool{
	"suicide.worth": true, "suicide.no_point": true, "suicide.missed": true, "suicide.not_wake": true, "suicide.part": true, "suicide.vanish": true,
	"suicide.not_live": true, "suicide.not_here_any_more": true, "suicide.cannot_live": true, "suicide.go_on": true, "suicide.no_reason": true, "suicide.better_off": true, "suicide.goodbye": true,
	"suicide.intent": true, "suicide.wish": true, "suicide.wish_born": true, "suicide.not_here": true, "danger.afraid": true, "suicide.nothing_to_live": true,
	"suicide.stop_thinking": true, "suicide.am": true, "suicide.better_off_around": true, "suicide.nobody_misses": true, "suicide.wish_not_woken": true, "suicide.hope_accident": true, "suicide.no_care": true, "suicide.point_alive": true, "suicide.sleep_forever": true, "suicide.goodbyes": true, "suicide.last_of": true, "suicide.leave_whenever": true, "self_harm.not_trust": true, "self_harm.urge": true, "suicide.disappear": true, "suicide.thoughts_back": true, "suicide.ending": true, "suicide.slang": true, "self_harm.relapse": true, "self_harm.hurting_only": true, "suicide.real": true,
}

func lastWords(text string, n int) string {
	words := strings.Fields(text)
	return strings.Join(words[max(0, len(words)-n):], " ")
}

// Asks finds where a helper asks about suicide or self-harm in plain words: what good practice wants asked.
func Asks(text string) (language.Span, bool) {
	lower := strings.NewReplacer("’", "'").Replace(strings.ToLower(text))
	if len([]rune(lower)) != len([]rune(text)) {
		return language.Span{}, false
	}
	for _, sentence := range language.Sentences(lower) {
		if language.IsQuestion(sentence.Quote) && asks().MatchString(sentence.Quote) {
			return language.Slice(text, sentence.Start, sentence.End), true
		}
	}
	return language.Span{}, false
}

var asks = pattern.Of(`\b(?:suicid(?:e|al)|(?:kill(?:ing)?|hurt(?:ing)?|harm(?:ing)?|cut(?:ting)?) yourself|self[- ]?harm(?:ing)?|tak(?:e|ing) your (?:own )?life|end(?:ing)? your (?:own )?life|end(?:ing)? it all|(?:want(?:ed|ing)?|wish(?:ed|ing)?) (?:to die|to be dead|you were dead|you weren't alive|not to (?:live|be alive))|not want(?:ing)? to (?:live|be alive|be here)|(?:thoughts? of|thinking (?:of|about)) (?:dying|death)|better off dead)\b`)
