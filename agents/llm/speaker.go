package llm

import (
	"strings"
	"unicode"

	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// speaker says the words of a streamed answer while they come. The mental state is committed first; an answer whose state is
// not whole before its words is not said before it is final.
type speaker struct {
	turn *turn
	scan *scanner
	// ready says that the head was looked at, mute that these words are not to be said.
	ready, mute bool
	// gap is white space that is said only if something follows.
	gap string
}

func (s *speaker) hear(piece string) error {
	words := s.scan.feed(piece)
	if !s.scan.begun() {
		return nil
	}
	if !s.ready {
		if err := s.prepare(); err != nil {
			return err
		}
	}
	if s.mute {
		return nil
	}
	return s.say(words)
}

// prepare reads what stands before the words, and commits it.
func (s *speaker) prepare() error {
	s.ready = true
	head, err := s.turn.form.read(s.scan.head(), true)
	if err != nil || head.action(s.turn.obs) == nil {
		s.mute = true
		return nil
	}
	s.mute = head.Action == enumname.Of(vignettev1.ActionKind_ACTION_KIND_SILENT)
	return s.turn.commit(head.mentalState(s.turn.obs))
}

// say says words without the white space around the whole.
func (s *speaker) say(words string) error {
	if s.turn.said.Len() == 0 {
		words = strings.TrimLeftFunc(words, unicode.IsSpace)
	} else {
		words = s.gap + words
	}
	kept := strings.TrimRightFunc(words, unicode.IsSpace)
	s.gap = words[len(kept):]
	if kept == "" {
		return nil
	}
	s.turn.said.WriteString(kept)
	return s.turn.reply.Say(kept)
}

func (s *speaker) takeBack(reason string) error {
	*s = speaker{turn: s.turn, scan: newScanner(sayField)}
	return s.turn.retract(reason)
}
