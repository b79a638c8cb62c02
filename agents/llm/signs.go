package llm

import (
	"strings"

	"github.com/vignette-sim/vignette/internal/pattern"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// The signs that the guard reads by, in the languages conversations are mostly held in. They are written in lower case and are
// matched against normal text.

// kindLabels are what scripts put in front of a line of somebody of a kind.
var kindLabels = map[vignettev1.AgentKind][]string{
	vignettev1.AgentKind_AGENT_KIND_CLIENT: strings.Fields(`client patient klient klientin patientin paciente cliente paziente cliënt patiënt
		来访者 患者 クライエント 내담자 клиент пациент`),
	vignettev1.AgentKind_AGENT_KIND_COUNSELOR: strings.Fields(`counselor counsellor therapist helper berater beraterin therapeut therapeutin conseiller conseillère
		thérapeute terapeuta consejero consejera 咨询师 治疗师 カウンセラー 상담사 консультант терапевт психолог`),
}

// foreignLabels are nobody's in a conversation.
var foreignLabels = strings.Fields("assistant user system ai human model bot chatgpt assistent utilisateur usuario asistente")

// titles are no first names.
var titles = map[string]bool{
	"dr": true, "mr": true, "mrs": true, "ms": true, "miss": true, "prof": true, "herr": true, "frau": true, "madame": true, "monsieur": true,
	"señor": true, "señora": true, "the": true,
}

// introducing are words after which somebody's own name is an introduction, not a story: "Ruth here."
var introducing = map[string]bool{"here": true, "speaking": true, "hier": true, "and": true, "und": true, "et": true, "y": true}

// asides are words that begin a remark in brackets which belongs to what is said: "(always the same)".
var asides = map[string]bool{
	"always": true, "perhaps": true, "sometimes": true, "as": true, "was": true, "is": true, "this": true, "his": true, "its": true, "yes": true,
	"unless": true, "besides": true, "during": true, "nothing": true, "something": true, "anything": true, "everything": true, "thanks": true,
	"things": true, "does": true, "has": true, "being": true, "less": true, "plus": true, "us": true, "thus": true, "including": true, "does-": true,
}

// anyOf matches any of some phrases as whole words.
func anyOf(phrases ...string) string {
	return `(?:^|[^\p{L}\p{N}])(?:` + strings.Join(phrases, "|") + `)(?:$|[^\p{L}\p{N}])`
}

// breaksFiction matches talk of being a program, or of the conversation being made up.
var breaksFiction = pattern.Of(anyOf(
	`as an? (?:ai|artificial intelligence|language model|llm|assistant|chatbot|virtual assistant)`, `i(?:'m| am) (?:just |only )?an? (?:ai|llm|language model|chatbot|computer program|virtual assistant)`,
	`(?:large )?language model`, `my (?:training data|system prompt|instructions say|programming)`, `(?:break|breaking|out of|stay in) character`,
	`(?:in|for|of|end) this (?:role-?play|simulation|fictional scenario)`, `i (?:can't|cannot|won't|am unable to|'m unable to) (?:role-?play|continue (?:this|with this) (?:role-?play|conversation|scenario)|assist with (?:that|this)|help with that request)`,
	`(?:als|bin (?:nur )?eine?) (?:ki|künstliche intelligenz|sprachmodell|ki-?modell|ki-?assistent)`, `sprachmodell`, `in diesem rollenspiel`,
	`en tant qu'(?:ia|intelligence artificielle|assistant virtuel|modèle de langage)`, `modèle de lang(?:age|ue)`, `je suis une (?:ia|intelligence artificielle)`, `dans ce jeu de rôle`,
	`como (?:una )?(?:ia|inteligencia artificial|modelo de lenguaje|asistente virtual)`, `modelo de (?:lenguaje|linguagem)`, `soy una? (?:ia|inteligencia artificial)`, `en este juego de roles`,
	`come (?:un'?)? ?(?:ia|intelligenza artificiale)`, `modello linguistico`, `als (?:een )?(?:ai|taalmodel)`, `taalmodel`, `como uma (?:ia|inteligência artificial)`,
	`(?:как|я) (?:искусственный интеллект|языковая модель)`, `языков\p{L}+ модел\p{L}+`,
) + `|作为(?:一个|一名)?(?:ai|人工智能|语言模型)|语言模型|我是(?:一个)?(?:ai|人工智能)|言語モデル|aiとして|人工知能として|언어 ?모델|ai로서|인공지능으로서`)

// trade matches words that a client has no use for: those of its diagram, and those for how it talks.
var trade = pattern.Of(strings.Join([]string{
	`core beliefs?`, `intermediate beliefs?`, `automatic thoughts?`, `cognitive (?:model|distortions?|conceptuali[sz]ation|diagram|restructuring)`, `coping strateg(?:y|ies)`,
	`conversational style`, `my (?:communication|talking) style`, `as (?:a|the|your) (?:simulated |reserved |verbose |pleasing |upset )?(?:client|patient)\b`, `my (?:persona|character|role) (?:is|would|wants)`,
	`(?:grund|kern)überzeugung(?:en)?`, `automatische[rn]? gedanken?`, `kognitive[nrs]? (?:modell|verzerrung(?:en)?|umstrukturierung)`, `bewältigungsstrategien?`,
	`croyances? (?:centrales?|fondamentales?|intermédiaires?)`, `pensées? automatiques?`, `distorsions? cognitives?`, `modèle cognitif`,
	`creencias? (?:central(?:es)?|nuclear(?:es)?|intermedias?)`, `pensamientos? automáticos?`, `distorsion(?:es)? cognitivas?`, `modelo cognitivo`,
	`credenz[ae] (?:centrali|centrale|di base)`, `pensier[oi] automatic[oi]`, `kernovertuiging(?:en)?`, `automatische gedachten?`, `crenças? (?:centrais|central|nuclear)`,
	`核心信念`, `自动(?:化)?思维`, `认知(?:模型|扭曲)`, `中核信念`, `自動思考`, `핵심 ?신념`, `자동적? ?사고`, `автоматическ\p{L}+ мысл\p{L}+`, `глубинн\p{L}+ убеждени\p{L}+`,
}, "|"))

// farewell matches a sentence that takes leave: at its beginning, after words that lead up to it, or at its end.
var farewell = pattern.Of(`^(?:(?:well|so|okay|ok|then|now|right|alright|all right|thanks|thank you|gut|also|na|dann|danke|bon|alors|merci|bueno|pues|gracias|grazie|allora|nou|dank je)[,.! ]+(?:[\p{L} ]{0,30}[,.;:] ?)?)*` +
	`(?:good ?bye|bye(?:[- ]bye)?|farewell|so long|take care(?:[.! ]*$| of yourself)|see you|i (?:have to|must|need to|should|'d better) (?:go|leave|be going)(?: now)?[.! ]*$|i've got to go(?: now)?[.! ]*$|until (?:next time|then)[.! ]*$|` +
	`auf wieder(?:sehen|schauen|hören)|tschüss?|tschüs|ciao|bis (?:bald|dann|zum nächsten mal|nächste woche)|mach'?s gut|machen sie'?s gut|ich muss (?:jetzt )?(?:los|gehen)|` +
	`au revoir|adieu|à (?:bientôt|la prochaine|la semaine prochaine)|bonne (?:journée|soirée)|je dois (?:y aller|partir)|` +
	`adiós|hasta (?:luego|pronto|la próxima|la semana)|nos vemos|chao|tengo que irme|arrivederci|a presto|devo andare|tot ziens|doei|dag hoor|até (?:logo|breve|mais)|tchau|adeus|` +
	`do widzenia|na shledanou|до свидания|пока[.! ]*$|прощайте|всего доброго|hej ?då|på gensyn|farvel|näkemiin|hoşça ?kal|görüşürüz)` +
	`(?:$|[^\p{L}])|(?:[,;:] |^)(?:good ?bye|bye|auf wiedersehen|tschüss|au revoir|adiós|arrivederci|tot ziens|ciao)[.! ]*$|^(?:那|好)?[,，]?再见|(?:拜拜|再见)[。！.! ]*$|さようなら|また(?:来週|今度)[。！]*$|失礼します|안녕히 (?:가|계)세요|다음에 (?:봐요|뵙겠습니다)`)
