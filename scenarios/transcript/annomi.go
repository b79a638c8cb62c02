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

// The columns of AnnoMI that every reader needs.
const (
	columnConversation = "transcript_id"
	columnUtterance    = "utterance_id"
	columnSpeaker      = "interlocutor"
	columnText         = "utterance_text"
)

// Columns that say something of a whole transcript, or who labelled a row.
const (
	columnQuality = "mi_quality"
	columnRater   = "annotator_id"
)

// Who speaks in AnnoMI.
const (
	Therapist = "therapist"
	Client    = "client"
)

// kindOf is what AnnoMI's speakers are here.
var kindOf = map[string]string{
	Therapist: enumname.Of(vignettev1.AgentKind_AGENT_KIND_COUNSELOR),
	Client:    enumname.Of(vignettev1.AgentKind_AGENT_KIND_CLIENT),
}

// Session is a transcript of AnnoMI with what people said of it.
type Session struct {
	// ID is the transcript's, Quality what is said of it as a whole ("high", "low"); "" where the file does not tell.
	ID, Quality string
	// Utterances are oldest first, each once, empty ones too.
	Utterances []Utterance
	// Line is where it begins in the file, from 1.
	Line int
}

// Utterance is one of a session.
type Utterance struct {
	// ID is unique within the session.
	ID string
	// Speaker is [Therapist] or [Client].
	Speaker string
	// Text is what was said, without space around it; it may be empty.
	Text string
	// Ratings are what each rater wrote beside it, in the order of the file.
	Ratings []Rating
	// Line is where it stands in the file, from 1.
	Line int
}

// Rating is one rater's row.
type Rating struct {
	// Rater is their id; "" where the file does not tell.
	Rater string
	// Labels are all that stands in the row, by column, without space around it.
	Labels map[string]string
}

// By finds what one rater wrote.
func (u Utterance) By(rater string) (Rating, bool) {
	for _, r := range u.Ratings {
		if r.Rater == rater {
			return r, true
		}
	}
	return Rating{}, false
}

// ReadAnnoMI reads AnnoMI's CSV: one row for an utterance and a rater. name is for messages; needed are columns that must be
// there beside those that say who said what. An error is always [protoyaml.Problems].
func ReadAnnoMI(name string, data []byte, needed ...string) ([]*Session, error) {
	f := &file{name: name}
	data, err := f.clean(data)
	if err != nil {
		return nil, err
	}
	sessions, err := f.sessions(data, needed)
	if err == nil && len(sessions) == 0 {
		err = f.wrong(0, "there is no conversation in this file", "")
	}
	return sessions, err
}

// readAnnoMI takes the turns of sessions. An utterance without words is none.
func (f *file) readAnnoMI(data []byte) error {
	sessions, err := f.sessions(data, nil)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		c, err := f.open(s.Line, s.ID)
		if err != nil {
			return err
		}
		for _, name := range []string{Therapist, Client} {
			c.Speakers = append(c.Speakers, Speaker{ID: name, Name: name, Kind: kindOf[name]})
		}
		for _, u := range s.Utterances {
			if u.Text == "" {
				continue
			}
			said := &vignettev1.ScriptLine{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: u.Text}
			if err := f.join(c, u.Line, Turn{Speaker: u.Speaker, Line: said}); err != nil {
				return err
			}
		}
	}
	return nil
}

// sessions reads rows. An utterance that several people have annotated stands there several times and is taken once.
func (f *file) sessions(data []byte, needed []string) ([]*Session, error) {
	r := csv.NewReader(bytes.NewReader(data))
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil {
		return nil, f.notCSV(err)
	}
	if err := f.columns(header, needed); err != nil {
		return nil, err
	}
	g := gatherer{file: f, byID: map[string]*Session{}, at: map[[2]string]int{}}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return g.all, nil
		}
		if err != nil {
			return nil, f.notCSV(err)
		}
		labels := map[string]string{}
		for i, name := range header {
			labels[name] = strings.TrimSpace(row[i])
		}
		line, _ := r.FieldPos(0)
		if err := g.row(line, labels); err != nil {
			return nil, err
		}
	}
}

// columns checks the header, and takes the space around names off.
func (f *file) columns(header, needed []string) error {
	there := map[string]bool{}
	for i, name := range header {
		header[i] = strings.TrimSpace(name)
		there[header[i]] = true
	}
	for _, name := range append([]string{columnConversation, columnUtterance, columnSpeaker, columnText}, needed...) {
		if !there[name] {
			return f.wrong(1, fmt.Sprintf("there is no column %s", name), "give a CSV file with the columns of AnnoMI: transcript_id, utterance_id, interlocutor, utterance_text")
		}
	}
	return nil
}

// gatherer puts rows together.
type gatherer struct {
	*file
	all  []*Session
	byID map[string]*Session
	// at is where an utterance stands in its session.
	at map[[2]string]int
}

func (g *gatherer) row(line int, labels map[string]string) error {
	id, speaker, text := labels[columnConversation], labels[columnSpeaker], labels[columnText]
	if kindOf[speaker] == "" {
		return g.wrong(line, fmt.Sprintf("the interlocutor is %q", speaker), "it is therapist or client")
	}
	s := g.byID[id]
	if s == nil {
		if len(g.all) >= MaxConversations {
			return g.wrong(line, fmt.Sprintf("the file holds more than %d conversations", MaxConversations), "leave out those that are not needed")
		}
		s = &Session{ID: id, Quality: labels[columnQuality], Line: line}
		g.byID[id] = s
		g.all = append(g.all, s)
	}
	rating := Rating{Rater: labels[columnRater], Labels: labels}
	key := [2]string{id, labels[columnUtterance]}
	n, again := g.at[key]
	if !again {
		g.at[key] = len(s.Utterances)
		s.Utterances = append(s.Utterances, Utterance{ID: key[1], Speaker: speaker, Text: text, Ratings: []Rating{rating}, Line: line})
		return nil
	}
	u := &s.Utterances[n]
	if u.Speaker != speaker || u.Text != text {
		return g.wrong(line, fmt.Sprintf("utterance %s of transcript %s stands here with other words than before", key[1], id), "give each utterance an id of its own")
	}
	u.Ratings = append(u.Ratings, rating)
	return nil
}

// notCSV says what the reader of CSV found wrong, and where.
func (f *file) notCSV(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return f.wrong(parse.Line, "this is not CSV: "+parse.Err.Error(), "check the quotation marks, and that every row has as many columns as the first")
	}
	return f.wrong(0, "this is not CSV: "+err.Error(), "")
}
