package llm

import (
	"cmp"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// languageOf is the language a role speaks, BCP 47: the conversation's, else the persona's, else English.
func languageOf(obs *vignettev1.Observation) string {
	return cmp.Or(obs.GetLanguage(), obs.GetSelf().GetPersona().GetLanguage(), "en")
}

// primary is the language a tag begins with, in lower case.
func primary(tag string) string {
	base, _, _ := strings.Cut(strings.ReplaceAll(tag, "_", "-"), "-")
	return strings.ToLower(base)
}

func isEnglish(tag string) bool { return primary(tag) == "en" }

// spoken names a language for a model: "German (de)"; a language not listed goes by its tag.
func spoken(tag string) string {
	name, ok := languageNames[primary(tag)]
	if !ok {
		return "the language with the tag " + tag
	}
	return name + " (" + tag + ")"
}

var languageNames = map[string]string{
	"ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek",
	"en": "English", "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish", "fr": "French", "ga": "Irish",
	"he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian", "is": "Icelandic", "it": "Italian",
	"ja": "Japanese", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "ms": "Malay", "nb": "Norwegian", "nl": "Dutch", "nn": "Norwegian",
	"no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian",
	"sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "th": "Thai", "tl": "Tagalog", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu",
	"vi": "Vietnamese", "yue": "Cantonese", "zh": "Chinese",
}
