package practise

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/inert"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Commands says what can be typed in the plain mode.
const Commands = `Type what you say and Enter. An empty line says nothing (silence). Also:
  /hint                     what could be done next
  /feedback [TURN]          feedback on your last turn, or on another
  /draft WORDS              feedback on words before you say them
  /retry TURN WORDS         try a turn of yours again; the original stays
  /compare                  the branch you are in beside the one it comes off
  /branches, /switch N      the branches; go on in another
  /trust                    how far the feedback can be trusted
  /disagree TURN [WHY]      you do not agree with the feedback on a turn
  /before, /after K=V ...   how you are: distress=60 sure=40 reached=70 anxiety=0.5 objective=WORDS
  /formulate K=V; K=V       the client's formulation: situation=...; emotions=shame,anxiety; core_beliefs=helpless
  /pause, /resume [read]    stand still; go on (read: you have read the notice)
  /finish [WORDS]           end the conversation, see the report
  /leave                    end it without a report
  /report, /part, /help     the report so far; your part; this text
  /quit                     go away; the session is kept and can be taken up again`

// Pipe is the plain mode: a line in, lines out. It works on pipes and with screen readers.
type Pipe struct {
	Desk *Desk
	In   io.Reader
	Out  io.Writer
	// JSON writes one update a line (PracticeUpdate of the contracts) in place of text.
	JSON bool

	last *vignettev1.PracticeFeedback
}

// errQuit says that the trainee goes away.
var errQuit = errors.New("quit")

// maxLine is the longest line that is read, in bytes.
const maxLine = 64 << 10

// Run talks until the conversation is finished, the trainee goes away or nothing comes any more. A command that fails says why and
// the next is read; Run returns how many failed.
func (p *Pipe) Run(ctx context.Context) (failed int, err error) {
	p.begin()
	lines := bufio.NewScanner(p.In)
	lines.Buffer(make([]byte, 4096), maxLine)
	for !p.Desk.over() && lines.Scan() {
		err := p.do(ctx, strings.TrimRight(lines.Text(), "\r"))
		if errors.Is(err, errQuit) {
			return failed, nil
		}
		if ctx.Err() != nil {
			return failed, ctx.Err()
		}
		if err != nil {
			failed++
			p.fail(err)
		}
	}
	return failed, lines.Err()
}

// begin says what the session is.
func (p *Pipe) begin() {
	session := p.Desk.Session
	if p.JSON {
		p.json(&vignettev1.PracticeUpdate{Cursor: session.GetCursor(), Update: &vignettev1.PracticeUpdate_Session{Session: session}})
		return
	}
	p.lines(inert.Line(session.GetNotice()), "Session "+session.GetSession()+"; /help says what can be typed.", "")
	p.lines(partLines(session)...)
	p.lines("")
	for _, turn := range session.GetTurns() {
		p.turn(turn)
	}
	if session.GetRisk() != nil {
		p.lines(riskLines(session.GetRisk())...)
	}
}

func (p *Pipe) lines(lines ...string) {
	for _, line := range lines {
		fmt.Fprintln(p.Out, line)
	}
}

func (p *Pipe) json(m proto.Message) {
	data, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
	if err == nil {
		fmt.Fprintln(p.Out, string(data))
	}
}

func (p *Pipe) fail(err error) {
	if p.JSON {
		fmt.Fprintf(p.Out, "{\"error\":%s}\n", strconv.Quote(inert.Line(err.Error())))
		return
	}
	p.lines("! " + inert.Line(err.Error()))
}

func (p *Pipe) turn(turn *vignettev1.PracticeTurn) {
	p.lines(fmt.Sprintf("%d %s: %s", turn.GetIndex(), speaker(turn), actionText(turn.GetAction())))
	if felt := feltText(turn.GetFelt()); felt != "" {
		p.lines("    felt: " + felt)
	}
}

// update shows what happened.
func (p *Pipe) update(u *vignettev1.PracticeUpdate) {
	if p.JSON {
		p.json(u)
	}
	switch update := u.GetUpdate().(type) {
	case *vignettev1.PracticeUpdate_Turn:
		if !p.JSON {
			p.turn(update.Turn)
		}
	case *vignettev1.PracticeUpdate_Feedback:
		p.feedback(update.Feedback)
	case *vignettev1.PracticeUpdate_Risk:
		p.text(riskLines(update.Risk)...)
		p.text("/resume read goes on; /leave ends the session.")
	case *vignettev1.PracticeUpdate_Comparison:
		p.text(append(sideLines("Original", update.Comparison.GetOriginal()), sideLines("Retry", update.Comparison.GetRetry())...)...)
	case *vignettev1.PracticeUpdate_Session:
		if ended := update.Session.GetEnded(); ended != "" {
			p.text("The conversation is over (" + inert.Line(ended) + "); /finish shows the report.")
		}
	}
}

// text writes lines for people.
func (p *Pipe) text(lines ...string) {
	if !p.JSON {
		p.lines(lines...)
	}
}

func (p *Pipe) feedback(f *vignettev1.PracticeFeedback) {
	p.last = f
	for i, line := range feedbackLines(f) {
		if i > 0 {
			line = "    " + line
		}
		p.text("  " + line)
	}
}

// do does what a line says.
func (p *Pipe) do(ctx context.Context, line string) error {
	if !strings.HasPrefix(line, "/") {
		return p.Desk.Say(ctx, line, p.update)
	}
	name, rest, _ := strings.Cut(line[1:], " ")
	command, known := commands[name]
	if !known {
		return fmt.Errorf("there is no /%s; /help says what there is, and a line that is to begin with / takes a space before it", name)
	}
	return command(p, ctx, strings.TrimSpace(rest))
}

var commands map[string]func(*Pipe, context.Context, string) error

func init() {
	commands = map[string]func(*Pipe, context.Context, string) error{
		"hint": (*Pipe).hint, "feedback": (*Pipe).askFeedback, "draft": (*Pipe).draft, "retry": (*Pipe).retry, "compare": (*Pipe).compare,
		"branches": (*Pipe).branches, "switch": (*Pipe).switchTo, "trust": (*Pipe).trust, "disagree": (*Pipe).disagree,
		"before": (*Pipe).before, "after": (*Pipe).after, "formulate": (*Pipe).formulate, "report": (*Pipe).report,
		"finish": (*Pipe).finish,
		"pause": func(p *Pipe, ctx context.Context, _ string) error {
			return p.told(p.Desk.Pause(ctx), "It stands still; /resume goes on.")
		},
		"resume": func(p *Pipe, ctx context.Context, rest string) error {
			return p.told(p.Desk.Resume(ctx, rest == "read"), "It goes on.")
		},
		"leave": func(p *Pipe, ctx context.Context, _ string) error {
			return p.told(p.Desk.Leave(ctx), "You left; what was said is kept.")
		},
		"part": func(p *Pipe, _ context.Context, _ string) error {
			p.text(partLines(p.Desk.Session)...)
			return nil
		},
		"help": func(p *Pipe, _ context.Context, _ string) error {
			p.text(Commands)
			return nil
		},
		"quit": func(p *Pipe, _ context.Context, _ string) error {
			p.text("Kept: vignette practice --resume " + p.Desk.id())
			return errQuit
		},
	}
}

// told says that something was done.
func (p *Pipe) told(err error, text string) error {
	if err != nil {
		return err
	}
	p.session()
	p.text(text)
	return nil
}

// session tells programs how the session stands.
func (p *Pipe) session() {
	if p.JSON {
		p.json(&vignettev1.PracticeUpdate{Cursor: p.Desk.Session.GetCursor(), Update: &vignettev1.PracticeUpdate_Session{Session: p.Desk.Session}})
	}
}

func (p *Pipe) hint(ctx context.Context, _ string) error {
	hint, err := p.Desk.Hint(ctx)
	if err != nil {
		return err
	}
	if p.JSON {
		p.json(hint)
		return nil
	}
	p.lines("  Hint: " + nextText(hint.GetNext()))
	if hint.GetStarter() != "" {
		p.lines("  You could begin: " + inert.Line(hint.GetStarter()))
	}
	return nil
}

// turnOf reads the number of a turn, the last of the trainee's where none is given, and returns the rest.
func (p *Pipe) turnOf(rest string) (int32, string, error) {
	first, more, _ := strings.Cut(rest, " ")
	if first == "" {
		if p.Desk.lastMine() < 0 {
			return 0, "", errors.New("you have said nothing yet")
		}
		return p.Desk.lastMine(), "", nil
	}
	turn, err := strconv.ParseInt(first, 10, 32)
	if err != nil || turn < 0 {
		return 0, "", fmt.Errorf("%q is no number of a turn; the numbers stand before the turns", first)
	}
	return int32(turn), strings.TrimSpace(more), nil
}

func (p *Pipe) askFeedback(ctx context.Context, rest string) error {
	turn, _, err := p.turnOf(rest)
	if err != nil {
		return err
	}
	all, err := p.Desk.Feedback(ctx, turn)
	if err != nil {
		return err
	}
	for _, f := range all {
		p.update(&vignettev1.PracticeUpdate{Update: &vignettev1.PracticeUpdate_Feedback{Feedback: f}})
	}
	return nil
}

func (p *Pipe) draft(ctx context.Context, rest string) error {
	got, err := p.Desk.Draft(ctx, rest)
	if err != nil {
		return err
	}
	if got.GetRisk() != nil {
		p.update(&vignettev1.PracticeUpdate{Update: &vignettev1.PracticeUpdate_Risk{Risk: got.GetRisk()}})
		return nil
	}
	p.update(&vignettev1.PracticeUpdate{Update: &vignettev1.PracticeUpdate_Feedback{Feedback: got.GetFeedback()}})
	return nil
}

func (p *Pipe) retry(ctx context.Context, rest string) error {
	turn, words, err := p.turnOf(rest)
	if err != nil {
		return err
	}
	if rest == "" || words == "" {
		return errors.New("/retry takes the number of a turn of yours and the words, as in /retry 2 I see that you are short of people")
	}
	return p.Desk.Retry(ctx, turn, words, p.update)
}

func (p *Pipe) compare(ctx context.Context, _ string) error {
	got, err := p.Desk.Compare(ctx, "", "")
	if err != nil {
		return err
	}
	if p.JSON {
		p.json(got)
		return nil
	}
	for _, side := range []struct {
		name  string
		turns []*vignettev1.PracticeTurn
		side  *vignettev1.BranchSide
	}{{"Original", got.GetOriginal(), got.GetComparison().GetOriginal()}, {"Retry", got.GetRetry(), got.GetComparison().GetRetry()}} {
		p.lines(side.name)
		for _, turn := range side.turns {
			p.turn(turn)
		}
		if change := changeText(side.side.GetChange()); change != "" {
			p.lines("    moved: " + change)
		}
	}
	return nil
}

func (p *Pipe) branches(context.Context, string) error {
	p.session()
	for i, b := range p.Desk.Session.GetBranches() {
		p.text(branchLine(i, b))
	}
	return nil
}

func branchLine(i int, b *vignettev1.PracticeBranch) string {
	text := fmt.Sprintf("%d: %d turns", i+1, b.GetTurns())
	if b.GetOff() != "" {
		text += fmt.Sprintf(", tried again from turn %d: “%s”", b.GetTurn(), inert.Line(b.GetWords()))
	}
	if b.GetCurrent() {
		text += " (goes on)"
	}
	return text
}

func (p *Pipe) switchTo(ctx context.Context, rest string) error {
	branches := p.Desk.Session.GetBranches()
	n, err := strconv.Atoi(rest)
	if err != nil || n < 1 || n > len(branches) {
		return fmt.Errorf("/switch takes the number of a branch, 1 to %d; /branches lists them", len(branches))
	}
	return p.told(p.Desk.Switch(ctx, branches[n-1].GetBranch()), "You go on in branch "+rest+".")
}

func (p *Pipe) trust(context.Context, string) error {
	if p.last == nil {
		return errors.New("there was no feedback yet")
	}
	p.text(sourceLines(p.last)...)
	return nil
}

func (p *Pipe) disagree(ctx context.Context, rest string) error {
	turn, why, err := p.turnOf(rest)
	if err != nil {
		return err
	}
	return p.told(p.Desk.Disagree(ctx, turn, why), "Recorded.")
}

func (p *Pipe) before(ctx context.Context, rest string) error {
	return p.measure(ctx, vignettev1.PracticeMoment_PRACTICE_MOMENT_BEFORE, rest)
}

func (p *Pipe) after(ctx context.Context, rest string) error {
	return p.measure(ctx, vignettev1.PracticeMoment_PRACTICE_MOMENT_AFTER, rest)
}

func (p *Pipe) measure(ctx context.Context, moment vignettev1.PracticeMoment, rest string) error {
	measures, err := ParseMeasures(moment, rest)
	if err != nil {
		return err
	}
	return p.told(p.Desk.Measure(ctx, measures), "Recorded.")
}

// ParseMeasures reads how somebody is: distress, sure and reached as numbers 0-100, emotions by name 0-1, and last objective=WORDS.
func ParseMeasures(moment vignettev1.PracticeMoment, text string) (*vignettev1.Measures, error) {
	out := &vignettev1.Measures{Moment: moment}
	text, objective, _ := cutWord(text, "objective=")
	out.Objective = strings.TrimSpace(objective)
	for _, pair := range strings.Fields(text) {
		name, value, ok := strings.Cut(pair, "=")
		number, err := strconv.ParseFloat(value, 64)
		if !ok || err != nil {
			return nil, fmt.Errorf("%q is not NAME=NUMBER, such as distress=60", pair)
		}
		switch name {
		case "distress", "suds":
			out.Distress = &number
		case "sure":
			out.SelfEfficacy = &number
		case "reached":
			out.Reached = &number
		default:
			emotion, err := enumValue(vignettev1.Emotion_EMOTION_UNSPECIFIED.Descriptor(), name)
			if err != nil {
				return nil, err
			}
			out.Emotions = append(out.Emotions, &vignettev1.EmotionIntensity{Emotion: vignettev1.Emotion(emotion), Intensity: &number})
		}
	}
	return out, nil
}

func cutWord(text, word string) (before, after string, found bool) {
	if rest, ok := strings.CutPrefix(text, word); ok {
		return "", rest, true
	}
	return strings.Cut(text, " "+word)
}

// enumValue is the number of a value by its short name ("shame").
func enumValue(enum protoreflect.EnumDescriptor, name string) (protoreflect.EnumNumber, error) {
	var names []string
	for i := range enum.Values().Len() {
		value := enum.Values().Get(i)
		short := enumname.Short(value)
		if value.Number() != 0 && short == strings.ToLower(strings.TrimSpace(name)) {
			return value.Number(), nil
		}
		if value.Number() != 0 {
			names = append(names, short)
		}
	}
	return 0, fmt.Errorf("%q is none of %s", name, strings.Join(names, ", "))
}

func (p *Pipe) formulate(ctx context.Context, rest string) error {
	f, err := ParseFormulation(rest)
	if err != nil {
		return err
	}
	scored, err := p.Desk.Formulate(ctx, f)
	if err != nil {
		return err
	}
	if p.JSON {
		p.json(scored)
		return nil
	}
	p.lines(formulationLines(scored)...)
	return nil
}

// fields of a formulation in the order of the form.
var fields = []string{"situation", "automatic_thoughts", "emotions", "behaviors", "core_beliefs", "intermediate_beliefs", "coping_strategies", "relevant_history"}

// ParseFormulation reads FIELD=WORDS with semicolons between; emotions and core_beliefs are names with commas between.
func ParseFormulation(text string) (*vignettev1.Formulation, error) {
	f := &vignettev1.Formulation{}
	for part := range strings.SplitSeq(text, ";") {
		name, value, ok := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || !slices.Contains(fields, name) {
			return nil, fmt.Errorf("%q is not FIELD=WORDS; fields are %s", strings.TrimSpace(part), strings.Join(fields, ", "))
		}
		if err := setField(f, name, value); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// setField fills in one field of a formulation.
func setField(f *vignettev1.Formulation, name, value string) error {
	switch name {
	case "emotions", "core_beliefs":
		enum := vignettev1.Emotion_EMOTION_UNSPECIFIED.Descriptor()
		if name == "core_beliefs" {
			enum = vignettev1.CoreBelief_CATEGORY_UNSPECIFIED.Descriptor()
		}
		for each := range strings.SplitSeq(value, ",") {
			if strings.TrimSpace(each) == "" {
				continue
			}
			number, err := enumValue(enum, each)
			if err != nil {
				return err
			}
			if name == "emotions" {
				f.Emotions = append(f.Emotions, vignettev1.Emotion(number))
			} else {
				f.CoreBeliefs = append(f.CoreBeliefs, vignettev1.CoreBelief_Category(number))
			}
		}
	default:
		m := f.ProtoReflect()
		m.Set(m.Descriptor().Fields().ByName(protoreflect.Name(name)), protoreflect.ValueOfString(value))
	}
	return nil
}

func (p *Pipe) report(ctx context.Context, _ string) error {
	report, err := p.Desk.Report(ctx)
	if err != nil {
		return err
	}
	p.Report(report)
	return nil
}

func (p *Pipe) finish(ctx context.Context, words string) error {
	report, err := p.Desk.Finish(ctx, words)
	if err != nil {
		return err
	}
	p.Report(report)
	return nil
}

// Report writes a report.
func (p *Pipe) Report(report *vignettev1.PracticeReport) {
	if p.JSON {
		p.json(report)
		return
	}
	p.lines(reportLines(report)...)
}
