package main

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// show lays an item on the desk: what happened with the one before it, what this one is, and what was said. What the rater has just read
// is not written out again.
func (d *desk) show() error {
	again := d.before == d.item.GetItem()
	return d.leaf(func(p *page) {
		d.flush(p)
		d.introduce(p)
		p.printf("\n")
		title := fmt.Sprintf("%s: item %d of at most %d", d.rubric.GetTitle(), d.item.GetNumber(), d.item.GetOf())
		if d.item.GetPass() == 2 {
			title += ", a second time"
		}
		p.styled(p.bold, "", title)
		p.styled(p.dim, "  ", d.particulars())
		if !again {
			d.conversation(p)
			return
		}
		p.styled(p.dim, "  ", "The same conversation as before; c shows it again.")
		d.cameOf(p)
	})
}

// introduce says once in a sitting what is asked, and how one answers.
func (d *desk) introduce(p *page) {
	if d.legend {
		return
	}
	d.legend = true
	if d.rubric.GetCodebook() != "" {
		p.paragraph("", "", d.rubric.GetCodebook())
	}
	p.styled(p.dim, "", "Answer with a number or its word. t: it does not tell. s: skip. u: take back. c: the conversation again. ?: codebook and all keys. q: leave; nothing is lost.")
}

// particulars are what there is to know of an item beside what it is.
func (d *desk) particulars() string {
	parts := []string{"id " + d.item.GetItem()}
	if d.item.GetSkipped() > 0 {
		parts = append(parts, fmt.Sprintf("%d skipped", d.item.GetSkipped()))
	}
	if d.item.GetCalibration() {
		parts = append(parts, "calibration round: you are told afterwards what is known")
	}
	rerate := d.rubric.GetArm() == vignettev1.CampaignArm_CAMPAIGN_ARM_RERATE
	switch {
	case d.item.GetStage() == vignettev1.RatingStage_RATING_STAGE_HINDSIGHT && rerate:
		parts = append(parts, "once more")
	case d.item.GetStage() == vignettev1.RatingStage_RATING_STAGE_HINDSIGHT:
		parts = append(parts, "after: you are told what came of it")
	case d.rubric.GetArm() == vignettev1.CampaignArm_CAMPAIGN_ARM_WITHIN:
		parts = append(parts, "before anything is known of what came of it")
	}
	return strings.Join(parts, " · ")
}

// conversation is all of an item.
func (d *desk) conversation(p *page) {
	for i, side := range d.item.GetSides() {
		if len(d.item.GetSides()) > 1 {
			p.printf("%s\n", p.bold([]string{"First", "Second"}[i]))
		}
		blindTurns(p, side)
	}
	d.cameOf(p)
}

// turnIndent stands before the lines of a turn after its first.
const turnIndent = "      "

// blindTurns are what was said, with labels for names.
func blindTurns(p *page, side *vignettev1.ShownConversation) {
	p.paragraph("  ", "  ", side.GetSetting())
	if side.GetFocal() != "" {
		p.paragraph("  ", "  ", "It is about what "+line(side.GetFocal())+" does.")
	}
	for _, turn := range side.GetTurns() {
		mark := " "
		if side.TurnIndex != nil && side.GetTurnIndex() == turn.GetIndex() {
			mark = ">"
		}
		p.paragraph(fmt.Sprintf("%s%3d %s: ", mark, turn.GetIndex()+1, line(turn.GetSpeaker())), turnIndent, turn.GetText())
	}
	if side.GetWords() != "" {
		p.paragraph("  rate these words: ", "    ", "“"+side.GetWords()+"”")
	}
}

// cameOf is what came of it, its lines numbered over all futures.
func (d *desk) cameOf(p *page) {
	for i, side := range d.item.GetSides() {
		number := 0
		for n, future := range side.GetFutures() {
			title := "What came of it (simulated)"
			if len(d.item.GetSides()) > 1 {
				title = []string{"First", "Second"}[i] + ": " + strings.ToLower(title[:1]) + title[1:]
			}
			if len(side.GetFutures()) > 1 {
				title += fmt.Sprintf(", future %d", n+1)
			}
			p.printf("  %s\n", p.bold(title))
			for _, each := range future.GetLines() {
				number++
				p.paragraph(fmt.Sprintf("  %+3d ", number), "      ", each)
			}
			if len(future.GetLines()) == 0 {
				p.printf("      nothing of note\n")
			}
		}
	}
}

// leaf writes something, on a terminal as much of it at a time as there is room for.
func (d *desk) leaf(write func(*page)) error {
	var text bytes.Buffer
	draft := *d.page
	draft.w = &text
	write(&draft)
	for lines := strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n"); ; {
		room := len(lines)
		if rows := d.rows(); rows > leastRows {
			room = leafOf(lines, rows-leafRows)
		}
		d.page.printf("%s\n", strings.Join(lines[:room], "\n"))
		if lines = lines[room:]; len(lines) == 0 {
			return nil
		}
		if err := d.more(); err != nil {
			return err
		}
	}
}

const (
	leastRows = 8 // a window that is lower than this is not leafed through
	leafRows  = 2 // of a screen, kept for the prompt and what it answers
)

// leafOf is how many lines are shown of what is left: as many as there is room for, but no turn is torn unless it is a long one.
func leafOf(lines []string, room int) int {
	if len(lines) <= room {
		return len(lines)
	}
	for at := room; at > room/2; at-- {
		if !strings.HasPrefix(lines[at], turnIndent) {
			return at
		}
	}
	return room
}

// more waits before the next screen; errUndo says that the rater wants something back instead.
func (d *desk) more() error {
	for {
		typed, err := d.ask(d.page.dim("  Enter reads on  "))
		switch {
		case err != nil || typed == "q":
			return cmp.Or(err, errLeave)
		case typed == "u":
			return errUndo
		case typed == "":
			return nil
		}
		d.note(fmt.Sprintf("! %q is not taken here: the question comes at the end", line(typed)))
	}
}
