package transcript

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// The columns of AnnoMI that are read.
const (
	columnConversation = "transcript_id"
	columnUtterance    = "utterance_id"
	columnSpeaker      = "interlocutor"
	columnText         = "utterance_text"
)

// kindOf is what AnnoMI's speakers are here.
var kindOf = map[string]string{
	"therapist": enumname.Of(vignettev1.AgentKind_AGENT_KIND_COUNSELOR),
	"client":    enumname.Of(vignettev1.AgentKind_AGENT_KIND_CLIENT),
}

// readAnnoMI reads one utterance a row. An utterance that several people have annotated stands there several times and is
// taken once.
func (f *file) readAnnoMI(data []byte) error {
	r := csv.NewReader(bytes.NewReader(data))
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return f.notCSV(err)
	}
	columns := map[string]int{}
	for i, name := range header {
		columns[strings.TrimSpace(name)] = i
	}
	for _, name := range []string{columnConversation, columnUtterance, columnSpeaker, columnText} {
		if _, ok := columns[name]; !ok {
			return f.wrong(1, fmt.Sprintf("there is no column %s", name), "give a CSV file with the columns of AnnoMI: transcript_id, utterance_id, interlocutor, utterance_text")
		}
	}
	conversations := map[string]*Conversation{}
	seen := map[[2]string]string{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return f.notCSV(err)
		}
		line, _ := r.FieldPos(0)
		id := row[columns[columnConversation]]
		speaker, text := strings.TrimSpace(row[columns[columnSpeaker]]), strings.TrimSpace(row[columns[columnText]])
		key := [2]string{id, row[columns[columnUtterance]]}
		said := speaker + ": " + text
		if before, again := seen[key]; again {
			if before != said {
				return f.wrong(line, fmt.Sprintf("utterance %s of transcript %s stands here with other words than before", key[1], id), "give each utterance an id of its own")
			}
			continue
		}
		seen[key] = said
		if err := f.utterance(conversations, line, id, speaker, text); err != nil {
			return err
		}
	}
}

func (f *file) utterance(conversations map[string]*Conversation, line int, id, speaker, text string) (err error) {
	if kindOf[speaker] == "" {
		return f.wrong(line, fmt.Sprintf("the interlocutor is %q", speaker), "it is therapist or client")
	}
	c := conversations[id]
	if c == nil {
		if c, err = f.open(line, id); err != nil {
			return err
		}
		conversations[id] = c
		for _, name := range []string{"therapist", "client"} {
			c.Speakers = append(c.Speakers, Speaker{ID: name, Name: name, Kind: kindOf[name]})
		}
	}
	if text == "" {
		return nil
	}
	return f.join(c, line, Turn{Speaker: speaker, Line: &vignettev1.ScriptLine{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text}})
}

// notCSV says what the reader of CSV found wrong, and where.
func (f *file) notCSV(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return f.wrong(parse.Line, "this is not CSV: "+parse.Err.Error(), "check the quotation marks, and that every row has as many columns as the first")
	}
	return f.wrong(0, "this is not CSV: "+err.Error(), "")
}
