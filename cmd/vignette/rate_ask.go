package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/feedback/campaign"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// typed are the lines that somebody types, until they have had enough.
type typed struct {
	lines       chan string
	end         error // why there are no more; read once lines is closed
	interrupted <-chan struct{}
}

// read reads lines in the background, so that an interruption is heard while nothing is typed.
func read(in io.Reader, interrupted <-chan struct{}) *typed {
	t := &typed{lines: make(chan string), interrupted: interrupted}
	go func() {
		defer close(t.lines)
		scanner := bufio.NewScanner(in)
		scanner.Buffer(nil, longestLine)
		for scanner.Scan() {
			select {
			case t.lines <- strings.TrimSpace(scanner.Text()):
			case <-interrupted:
				return
			}
		}
		t.end = scanner.Err()
	}()
	return t
}

// note keeps a line to be said beside the next prompt.
func (d *desk) note(text string) { d.notices = append(d.notices, text) }

// flush says what was noted.
func (d *desk) flush(p *page) {
	for _, text := range d.notices {
		p.paragraph("  ", "    ", line(text))
	}
	d.notices = nil
}

// ask says what was noted, asks, and waits for a line. It is errLeave where nothing more comes.
func (d *desk) ask(prompt string) (string, error) {
	d.flush(d.page)
	d.page.printf("%s", prompt)
	select {
	case text, more := <-d.in.lines:
		if !more {
			return "", cmp.Or(d.in.end, errLeave)
		}
		return text, nil
	case <-d.in.interrupted:
		return "", errLeave
	}
}

// heading is a question as it is asked in a stage.
func (d *desk) heading(scale *vignettev1.RatingScale) string {
	text := scale.GetQuestion()
	after := d.item.GetStage() == vignettev1.RatingStage_RATING_STAGE_HINDSIGHT
	switch {
	case after && d.rubric.GetArm() == vignettev1.CampaignArm_CAMPAIGN_ARM_RERATE:
		return "Once more: " + text
	case after:
		return "Knowing what came of it: " + text
	}
	return text
}

// response is what a rater says to a question: an answer, why the item is to be skipped, or that something is to be taken back.
type response struct {
	value *vignettev1.ScaleRating
	skip  vignettev1.SkipReason
	undo  bool
}

// question asks one question until it is answered. Better words and remarks go into the rating.
func (d *desk) question(scale *vignettev1.RatingScale, r *vignettev1.Rating) (response, error) {
	before, keeps := valueOn(d.item.GetDraft(), scale), ""
	switch {
	case before.GetCannotTell():
		keeps = ", Enter keeps t"
	case before != nil:
		keeps = fmt.Sprintf(", Enter keeps %d", before.GetValue())
	}
	prompt := fmt.Sprintf("[%d-%d%s, ? for all keys] ", scale.GetMin(), scale.GetMax(), keeps)
	d.pose(scale)
	for {
		typed, err := d.ask(prompt)
		if err != nil || typed == "q" {
			return response{}, cmp.Or(err, errLeave)
		}
		switch word, rest, _ := strings.Cut(typed, " "); {
		case typed == "" && before != nil:
			return response{value: before}, nil
		case typed == "u":
			return response{undo: true}, nil
		case typed == "t":
			return response{value: &vignettev1.ScaleRating{Scale: scale.GetId(), Answer: &vignettev1.ScaleRating_CannotTell{CannotTell: true}}}, nil
		case typed == "?":
			d.codebook(scale)
		case typed == "c":
			if err := d.leaf(d.conversation); errors.Is(err, errUndo) {
				return response{undo: true}, nil
			} else if err != nil {
				return response{}, err
			}
			d.pose(scale)
		case word == "s":
			if skip, err := d.skip(rest, r); err != nil || skip != 0 {
				return response{skip: skip}, err
			}
		case word == "n" || word == "w":
			if err := d.add(word, rest, r); err != nil {
				return response{}, err
			}
		default:
			value, err := d.answer(scale, typed)
			if err != nil || value != nil {
				return response{value: value}, err
			}
			if len(d.notices) == 0 { // They came back from evidence.
				d.pose(scale)
			}
		}
	}
}

// pose writes a question and what its numbers mean.
func (d *desk) pose(scale *vignettev1.RatingScale) {
	d.page.printf("\n")
	d.page.styled(d.page.bold, "", d.heading(scale))
	d.page.paragraph("  ", "  ", anchors(scale))
}

// answer is a number of the scale, or its word, with the evidence it needs; nil where it is none, or there is none.
func (d *desk) answer(scale *vignettev1.RatingScale, typed string) (*vignettev1.ScaleRating, error) {
	number, wrong := strconv.Atoi(typed)
	if i := slices.IndexFunc(scale.GetLabels(), func(label string) bool { return strings.EqualFold(label, typed) }); i >= 0 {
		number, wrong = int(scale.GetMin())+i, nil
	}
	if wrong != nil || number < int(scale.GetMin()) || number > int(scale.GetMax()) {
		d.note(fmt.Sprintf("! %q is no answer; give %d to %d, or t, s, u, w, n, c, ?, q (? says what they are)", line(typed), scale.GetMin(), scale.GetMax()))
		return nil, nil
	}
	value := &vignettev1.ScaleRating{Scale: scale.GetId(), Answer: &vignettev1.ScaleRating_Value{Value: int32(number)}}
	if extreme := number == int(scale.GetMin()) || number == int(scale.GetMax()); !extreme || !scale.GetEvidenceForExtremes() {
		return value, nil
	}
	evidence, err := d.evidence()
	if err != nil || evidence == nil {
		return nil, err
	}
	value.Evidence = []*vignettev1.Evidence{evidence}
	return value, nil
}

// reasons are those to skip, as they are listed and typed.
var reasons = []struct {
	name, says string
	reason     vignettev1.SkipReason
}{
	{"cannot-tell", "the conversation tells nothing of it", vignettev1.SkipReason_SKIP_REASON_CANNOT_TELL},
	{"does-not-apply", "the questions do not fit it", vignettev1.SkipReason_SKIP_REASON_DOES_NOT_APPLY},
	{"distressing", "you do not want to read it", vignettev1.SkipReason_SKIP_REASON_DISTRESSING},
	{"not-blind", "you know the people, or what is compared", vignettev1.SkipReason_SKIP_REASON_NOT_BLIND},
	{"other", "something else; you are asked what", vignettev1.SkipReason_SKIP_REASON_OTHER},
}

// skip finds out why the item is to be skipped; 0 where it is not.
func (d *desk) skip(said string, r *vignettev1.Rating) (vignettev1.SkipReason, error) {
	for {
		for i, each := range reasons {
			if said != each.name && said != strconv.Itoa(i+1) {
				continue
			}
			if each.reason == vignettev1.SkipReason_SKIP_REASON_OTHER && r.GetRemark() == "" {
				text, err := d.ask("  what is it? (Enter leaves it unsaid) ")
				if err != nil || text == "q" {
					return 0, cmp.Or(err, errLeave)
				}
				r.Remark = text
			}
			return each.reason, nil
		}
		if said != "" {
			d.note(fmt.Sprintf("! %q is no reason", line(said)))
		}
		d.page.printf("  Why skip the whole item?\n")
		for i, each := range reasons {
			d.page.paragraph(fmt.Sprintf("  %d  ", i+1), "     ", each.name+": "+each.says)
		}
		typed, err := d.ask("  [1-5, b back] ")
		if err != nil || typed == "q" {
			return 0, cmp.Or(err, errLeave)
		}
		if said = typed; said == "b" || said == "" {
			return 0, nil
		}
	}
}

func skipText(reason vignettev1.SkipReason) string {
	for _, each := range reasons {
		if each.reason == reason {
			return each.name
		}
	}
	return "other"
}

// add puts a remark or better words into the rating, and keeps it as a draft: nothing is lost when they leave now.
func (d *desk) add(word, text string, r *vignettev1.Rating) error {
	switch {
	case word == "n" && text == "":
		d.note("! write the remark behind it, as in: n the client sounds tired")
		return nil
	case word == "n":
		r.Remark = text
		d.note("noted")
	case !d.reword(text, r):
		return nil
	}
	_, err := d.save(proto.CloneOf(r))
	return err
}

// reword takes a better wording of a turn; false where it is none.
func (d *desk) reword(text string, r *vignettev1.Rating) bool {
	turn, words, _ := strings.Cut(text, " ")
	number, wrong := strconv.Atoi(turn)
	if wrong != nil || number < 1 || strings.TrimSpace(words) == "" {
		d.note("! write the number of the turn and better words for it, as in: w 3 What was that like for you?")
		return false
	}
	for side, shown := range d.item.GetSides() {
		at := slices.IndexFunc(shown.GetTurns(), func(t *vignettev1.ShownTurn) bool { return int(t.GetIndex()) == number-1 })
		if at < 0 {
			continue
		}
		r.Corrections = append(r.Corrections, &vignettev1.Correction{Side: int32(side), TurnIndex: int32(number - 1), Text: strings.TrimSpace(words)})
		d.note(fmt.Sprintf("kept as better words for turn %d, of %s", number, shown.GetTurns()[at].GetSpeaker()))
		return true
	}
	d.note(fmt.Sprintf("! there is no turn %d", number))
	return false
}

// anchors are what the numbers of a scale mean, in a line.
func anchors(scale *vignettev1.RatingScale) string {
	var parts []string
	for i, label := range scale.GetLabels() {
		parts = append(parts, fmt.Sprintf("%d %s", int(scale.GetMin())+i, label))
	}
	if len(parts) == 0 {
		parts = append(parts, fmt.Sprintf("%d lowest, %d highest", scale.GetMin(), scale.GetMax()))
	}
	text := strings.Join(parts, " · ")
	if scale.GetEvidenceForExtremes() {
		text += fmt.Sprintf(" (%d and %d want words of the conversation that show it)", scale.GetMin(), scale.GetMax())
	}
	return text
}

// evidence asks which words show it, until they stand there; nil goes back to the question.
func (d *desk) evidence() (*vignettev1.Evidence, error) {
	how := "Which words show it? Write the number of a turn and words of it, or its number alone for all of it."
	if d.futures() {
		how += " Lines of what came of it have a + before their number."
	}
	d.page.paragraph("  ", "  ", how)
	for {
		typed, err := d.ask("  [NUMBER words, b back] ")
		switch {
		case err != nil || typed == "q":
			return nil, cmp.Or(err, errLeave)
		case typed == "b":
			return nil, nil
		}
		if e := d.quote(typed); e != nil {
			return e, nil
		}
	}
}

// futures says whether anything of what came of it is shown.
func (d *desk) futures() bool {
	return slices.ContainsFunc(d.item.GetSides(), func(s *vignettev1.ShownConversation) bool { return len(s.GetFutures()) > 0 })
}

// quote finds what somebody typed as evidence; nil, with a word why, where it does not stand there.
func (d *desk) quote(typed string) *vignettev1.Evidence {
	place, words, some := strings.Cut(typed, " ")
	came := strings.HasPrefix(place, "+")
	number, wrong := strconv.Atoi(strings.TrimPrefix(place, "+"))
	here := campaign.Place{Came: came, Number: int32(number - 1)}
	at := func(p campaign.Place) bool { return p.Came == came && p.Number == here.Number } // on either side
	switch {
	case wrong != nil:
		d.note("! write the number of the turn and words of it, as in: 3 I can't go on; b goes back to the question")
		return nil
	case !some && len(d.item.GetSides()) > 1:
		d.note("! of two conversations write some words too: the number alone does not say which")
		return nil
	case !some:
		e, found := campaign.All(d.item, here)
		if !found {
			d.note(fmt.Sprintf("! there is no %s", placeText(came, number)))
		}
		return e
	}
	if e, found := campaign.Quote(d.item, words, at); found {
		return e
	}
	text := "! these words do not stand in " + placeText(came, number)
	if e, found := campaign.Quote(d.item, words, nil); found {
		text += "; they stand in " + placeText(e.Came != nil, int(max(e.GetCame(), e.GetTurnIndex()))+1)
	} else if e, found := campaign.All(d.item, here); found {
		text += ", which says: " + e.GetQuote()
	}
	d.note(text)
	return nil
}

// placeText is a place as it is numbered on the page.
func placeText(came bool, number int) string {
	if came {
		return fmt.Sprintf("line +%d", number)
	}
	return fmt.Sprintf("turn %d", number)
}

func (d *desk) codebook(scale *vignettev1.RatingScale) {
	d.page.paragraph("  ", "  ", cmp.Or(d.rubric.GetCodebook(), "The rubric has no codebook."))
	for i, label := range scale.GetLabels() {
		d.page.printf("  %d  %s\n", int(scale.GetMin())+i, line(label))
	}
	for _, each := range scale.GetBorderline() {
		d.page.paragraph("  borderline: ", "    ", each)
	}
	for _, key := range [][2]string{
		{"t", "the conversation does not tell: an answer, to this question alone"}, {"s", "skip the whole item; you are asked why"},
		{"u", "take back your last answer; where none is given yet, your last rating"}, {"w TURN TEXT", "better words for a turn"}, {"n TEXT", "a remark"},
		{"c", "the conversation again"}, {"q", "leave; nothing is lost"},
	} {
		d.page.paragraph(fmt.Sprintf("  %-13s", key[0]), strings.Repeat(" ", 15), key[1])
	}
}
