package transcript

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

var (
	// voiceTag begins what one speaker says: <v Name>, <v.loud Name>.
	voiceTag = regexp.MustCompile(`<v(?:\.[^\s>]*)?[ \t]+([^>]*)>`)
	// anyTag is any other mark of a caption: <i>, </v>, <00:01.000>.
	anyTag = regexp.MustCompile(`<[^>]*>`)
)

// isVoices says whether a text is one of captions with speakers.
func isVoices(data []byte) bool {
	data = bytes.TrimLeftFunc(data, unicode.IsSpace)
	return bytes.HasPrefix(data, []byte("WEBVTT")) || bytes.HasPrefix(data, []byte("<v ")) || bytes.HasPrefix(data, []byte("<v."))
}

// readVoices reads captions as WebVTT has them: cues that name their speaker in a voice tag, or as "Name: words". Times,
// numbers of cues, notes and styles mean nothing. What goes on over several cues is one turn.
func (f *file) readVoices(data []byte) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return nil
	}
	c, err := f.open(1, "")
	if err != nil {
		return err
	}
	lines := strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n")
	skipping, speaker := false, ""
	for i, text := range lines {
		text = strings.TrimSpace(text)
		first := i == 0 || strings.TrimSpace(lines[i-1]) == ""
		switch {
		case text == "":
			skipping = false
		case first && isAside(text):
			skipping = true
		case skipping, strings.Contains(text, "-->"):
		case first && i+1 < len(lines) && strings.Contains(lines[i+1], "-->"): // The cue's own id.
		default:
			if speaker, err = f.caption(c, i+1, text, speaker); err != nil {
				return err
			}
		}
	}
	return nil
}

// isAside says whether a block is no cue.
func isAside(text string) bool {
	for _, word := range []string{"WEBVTT", "NOTE", "STYLE", "REGION"} {
		if rest, is := strings.CutPrefix(text, word); is && (rest == "" || unicode.IsSpace(rune(rest[0]))) {
			return true
		}
	}
	return false
}

// caption takes in one line and returns who spoke last in it.
func (f *file) caption(c *Conversation, line int, text, speaker string) (string, error) {
	tags := voiceTag.FindAllStringSubmatchIndex(text, -1)
	if len(tags) == 0 {
		return f.unvoiced(c, line, text, speaker)
	}
	if before := words(text[:tags[0][0]]); before != "" {
		if err := f.voice(c, line, speaker, before); err != nil {
			return "", err
		}
	}
	for i, tag := range tags {
		end := len(text)
		if i+1 < len(tags) {
			end = tags[i+1][0]
		}
		speaker = strings.TrimSpace(html.UnescapeString(text[tag[2]:tag[3]]))
		if err := f.voice(c, line, speaker, words(text[tag[1]:end])); err != nil {
			return "", err
		}
	}
	return speaker, nil
}

// unvoiced is a line without a voice tag: one that names its speaker before a colon, or goes on with the line before.
func (f *file) unvoiced(c *Conversation, line int, text, speaker string) (string, error) {
	text = words(text)
	if name, rest, found := strings.Cut(text, ":"); found && speaker == "" && utf8.RuneCountInString(name) <= maxName {
		return "", f.voice(c, line, strings.TrimSpace(name), strings.TrimSpace(rest))
	}
	return speaker, f.voice(c, line, speaker, text)
}

func words(text string) string {
	return strings.Join(strings.Fields(html.UnescapeString(anyTag.ReplaceAllString(text, ""))), " ")
}

func (f *file) voice(c *Conversation, line int, speaker, said string) error {
	switch {
	case said == "":
		return nil
	case speaker == "":
		return f.wrong(line, "this line does not say who speaks", "write <v Name>words, or Name: words")
	case utf8.RuneCountInString(speaker) > maxName:
		return f.wrong(line, "the name of the speaker is too long", "write <v Name>words, with a name of at most 64 characters")
	}
	return f.join(c, line, Turn{Speaker: speaker, Line: &vignettev1.ScriptLine{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: said}})
}
