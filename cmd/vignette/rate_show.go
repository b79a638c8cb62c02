package main

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// show lays an item on the desk. What the rater has just read is not written out again before what came of it.
func (d *desk) show() error {
	d.page.printf("\n")
	d.page.styled(d.page.bold, "", fmt.Sprintf("%s: item %d of at most %d", d.rubric.GetTitle(), d.item.GetNumber(), d.item.GetOf()))
	d.page.styled(d.page.dim, "  ", d.particulars())
	after := d.item.GetStage() == vignettev1.RatingStage_RATING_STAGE_HINDSIGHT
	if after && d.before == d.item.GetItem() {
		d.page.styled(d.page.dim, "  ", "The same conversation as before; c shows it again.")
		return d.leaf(func(p *page) { d.cameOf(p) })
	}
	return d.conversation()
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
	if d.item.GetPass() == 2 {
		parts = append(parts, "it comes a second time")
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

// conversation shows all of an item, a screen at a time.
func (d *desk) conversation() error {
	return d.leaf(func(p *page) {
		for i, side := range d.item.GetSides() {
			if len(d.item.GetSides()) > 1 {
				p.printf("%s\n", p.bold([]string{"First", "Second"}[i]))
			}
			blindTurns(p, side)
		}
		d.cameOf(p)
	})
}

// blindTurns are what was said, with labels for names.
func blindTurns(p *page, side *vignettev1.ShownConversation) {
	p.paragraph("  ", "  ", side.GetSetting())
	for _, turn := range side.GetTurns() {
		mark := " "
		if side.TurnIndex != nil && side.GetTurnIndex() == turn.GetIndex() {
			mark = ">"
		}
		p.paragraph(fmt.Sprintf("%s%3d %s: ", mark, turn.GetIndex()+1, line(turn.GetSpeaker())), "      ", turn.GetText())
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
	lines := strings.SplitAfter(text.String(), "\n")
	for len(lines) > 0 {
		room := len(lines)
		if rows := d.rows(); rows > leastRows && rows-leafRows < room {
			room = rows - leafRows
		}
		d.page.printf("%s", strings.Join(lines[:room], ""))
		if lines = lines[room:]; len(strings.Join(lines, "")) == 0 {
			return nil
		}
		typed, err := d.more()
		if err != nil || typed == "q" {
			return cmp.Or(err, errLeave)
		}
	}
	return nil
}

const (
	leastRows = 8 // a window that is lower than this is not leafed through
	leafRows  = 3 // of a screen, kept for where one is
)

// more waits before the next screen. What was noted stays for the question.
func (d *desk) more() (string, error) {
	notices := d.notices
	d.notices = nil
	typed, err := d.ask(d.page.dim("  Enter reads on  "))
	d.notices = append(notices, d.notices...)
	return typed, err
}
