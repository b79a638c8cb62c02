package client

import (
	"embed"
	"fmt"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

//go:embed wording/*.txt
var wordingFiles embed.FS

type style = vignettev1.ConversationalStyle

// styleNames are the voices in the wording files.
var styleNames = map[style]string{
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLAIN: "plain", vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_UPSET: "upset",
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_VERBOSE: "verbose", vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_RESERVED: "reserved",
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_TANGENT: "tangent", vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLEASING: "pleasing",
}

// wording holds all frames, read once. The files are part of the program, so a fault in them stops it at once.
var wording = mustReadWording()

func mustReadWording() *language.Wording {
	voices := make([]string, 0, len(styleNames))
	for _, name := range styleNames {
		voices = append(voices, name)
	}
	read, err := language.ReadWording(wordingFiles, "wording/*.txt", voices...)
	if err != nil {
		panic(fmt.Sprintf("client: %v", err))
	}
	return read
}
