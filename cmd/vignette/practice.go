package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/vignette-sim/vignette/cmd/vignette/practise"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/practice"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/studies/debrief"
)

type practiceFlags struct {
	role, help, skills, trainee, arm, consent, model, localHelp string
	resume, report, html                                        string
	ask, with, setting                                          string
	difficulty                                                  float64
	fading, exam, assign, list, progress, plain, json           bool
	seed                                                        uint64
}

func newPractice() *cobra.Command {
	var flags practiceFlags
	cmd := &cobra.Command{
		Use:   "practice [SCENARIO]",
		Short: "Talk to a simulated person, get feedback, try a turn again",
		Long: `Gives you a role of a scenario, the focal one unless --role says another, and lets you
talk to the others. They are simulated, and this is not care. What you say is answered,
told about with your own words, and can be tried again: the same partner in the same
state with the same luck, the original stays.

SCENARIO is a file or the id of one of the library; in its place, --ask and --with
describe a situation of your own. Every session is kept as it goes: --resume takes it up
again, whatever ended it.

Help levels: none, after (once it is over), on_request, live (after each turn),
co_drafting (before you say it). --fading gives less as you master the skills, --exam none
before the end. On a terminal a window opens; with --plain, or when standard input is
no terminal, lines are read and written: /help there says what can be typed.`,
		Example: `  vignette practice ask-for-leave --help-level live --trainee ann
  vignette practice --ask "I'd like you to pay back the 200 euros." --with "my brother"
  vignette practice cbt-intake --skills cbt
  vignette practice --resume last
  vignette practice --report last --html report.html`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runPractice(cmd, args, &flags) },
	}
	f := cmd.Flags()
	f.StringVar(&flags.role, "role", "", "role to play (default the focal one)")
	f.Float64Var(&flags.difficulty, "difficulty", 0, "how hard the partner makes it, 0-1 (default as the scenario has it)")
	f.StringVar(&flags.help, "help-level", "on_request", "none, after, on_request, live or co_drafting")
	f.BoolVar(&flags.fading, "fading", false, "less help as you master the skills")
	f.BoolVar(&flags.exam, "exam", false, "no help before the end, and no turn is tried again")
	f.StringVar(&flags.skills, "skills", "", "dear_man, mi, cbt or support (default what fits the scenario)")
	f.StringVar(&flags.trainee, "trainee", "", "your name or pseudonym; progress is counted by it")
	f.StringVar(&flags.arm, "arm", "", "in a study: simulation or feedback; needs --consent")
	f.BoolVar(&flags.assign, "assign", false, "in a study: draw the arm; needs --trainee and --consent")
	f.StringVar(&flags.consent, "consent", "", "in a study: what you agree to, in its words")
	f.Uint64Var(&flags.seed, "seed", 1, "seed of the partner's luck")
	f.StringVar(&flags.model, "model", "", "who plays the others: builtin, MODEL, or WHO=MODEL,...")
	f.StringVar(&flags.ask, "ask", "", "your own situation: what you want, as you would say it")
	f.StringVar(&flags.with, "with", "", "your own situation: whom you talk to")
	f.StringVar(&flags.setting, "setting", "", "your own situation: what it is about")
	f.StringVar(&flags.resume, "resume", "", "take up a session again: its id, or last")
	f.StringVar(&flags.report, "report", "", "report of a session: its id, or last")
	f.StringVar(&flags.html, "html", "", "with --report: write it as a page to this file")
	f.BoolVar(&flags.list, "list", false, "list sessions")
	f.BoolVar(&flags.progress, "progress", false, "how your skills have grown, and what to practise next")
	f.StringVar(&flags.localHelp, "local-help", "", "file that says where somebody in distress can turn (default $VIGNETTE_LOCAL_HELP)")
	f.BoolVar(&flags.plain, "plain", false, "read and write lines, without a window")
	f.BoolVar(&flags.json, "json", false, "read lines, write NDJSON")
	return cmd
}

func runPractice(cmd *cobra.Command, args []string, flags *practiceFlags) error {
	request, err := flags.request(cmd, args)
	if err != nil {
		return err
	}
	help, err := readLocalHelp(flags.localHelp)
	if err != nil {
		return err
	}
	return withNode(cmd.Context(), cmd, func(n *node.Node) error {
		client, err := practiceOf(cmd, n, help)
		if err != nil {
			return err
		}
		switch {
		case flags.list:
			return listSessions(cmd, client, flags)
		case flags.progress:
			return showProgress(cmd, client, flags)
		case flags.report != "":
			return showReport(cmd, client, flags)
		}
		desk := &practise.Desk{Client: client}
		if flags.resume != "" {
			id, err := sessionID(cmd.Context(), client, flags.resume, flags.trainee)
			if err == nil {
				err = desk.Take(cmd.Context(), id)
			}
			if err != nil {
				return err
			}
			return sit(cmd, desk, flags)
		}
		started, err := client.StartSession(cmd.Context(), request)
		if err != nil {
			return errors.New(status.Convert(err).Message())
		}
		desk.Session = started.GetSession()
		return sit(cmd, desk, flags)
	})
}

// request is the session that the flags ask for; nil where they ask for something else.
func (f *practiceFlags) request(cmd *cobra.Command, args []string) (*vignettev1.StartSessionRequest, error) {
	other := 0
	for _, is := range []bool{f.list, f.progress, f.report != "", f.resume != ""} {
		if is {
			other++
		}
	}
	own := f.ask != "" || f.with != ""
	switch {
	case other > 1:
		return nil, usagef("--list, --progress, --report and --resume do not go together: give one of them")
	case other == 1 && (len(args) > 0 || own):
		return nil, usagef("a scenario begins a session; --list, --progress, --report and --resume look at those there are")
	case f.html != "" && f.report == "":
		return nil, usagef("--html goes with --report")
	case other == 1:
		return nil, nil
	case len(args) == 0 && (f.ask == "" || f.with == ""):
		return nil, usagef("give a scenario ('vignette scenarios' lists them), or your own situation with --ask and --with")
	case len(args) > 0 && own:
		return nil, usagef("give a scenario, or your own situation with --ask and --with, not both")
	}
	request := &vignettev1.StartSessionRequest{Role: f.role, Fading: f.fading, Exam: f.exam, Trainee: f.trainee, Assign: f.assign, Seed: f.seed}
	if cmd.Flags().Changed("difficulty") {
		request.Difficulty = proto.Float64(f.difficulty)
	}
	if f.consent != "" {
		request.Consent = &vignettev1.Consent{Given: true, Text: f.consent}
	}
	for _, each := range []struct {
		flag, value string
		enum        protoreflect.EnumDescriptor
		set         func(protoreflect.EnumNumber)
	}{
		{"help-level", f.help, request.GetHelp().Descriptor(), func(v protoreflect.EnumNumber) { request.Help = vignettev1.HelpLevel(v) }},
		{"skills", f.skills, request.GetSkills().Descriptor(), func(v protoreflect.EnumNumber) { request.Skills = vignettev1.SkillSet(v) }},
		{"arm", f.arm, request.GetArm().Descriptor(), func(v protoreflect.EnumNumber) { request.Arm = vignettev1.StudyArm(v) }},
	} {
		if each.value == "" {
			continue
		}
		value, names := named(each.enum, each.value)
		if value == 0 {
			return nil, usagef("--%s is %q; it is one of %s", each.flag, each.value, strings.Join(names, ", "))
		}
		each.set(value)
	}
	if own {
		request.Situation = &vignettev1.OwnSituation{Partner: f.with, Request: f.ask, Setting: f.setting}
		return request, nil
	}
	scenario, err := scenarios.Find(args[0])
	if err != nil {
		return nil, err
	}
	request.Scenario = scenario
	request.Models, err = planning.ParseModels(f.model, []*vignettev1.Scenario{scenario})
	if err != nil {
		return nil, usagef("%w", err)
	}
	return request, nil
}

// named is the value of a short name, 0 when there is none, and all names.
func named(enum protoreflect.EnumDescriptor, name string) (protoreflect.EnumNumber, []string) {
	var names []string
	for i := range enum.Values().Len() {
		value := enum.Values().Get(i)
		if value.Number() == 0 {
			continue
		}
		short := enumname.Short(value)
		if short == strings.ReplaceAll(name, "-", "_") {
			return value.Number(), nil
		}
		names = append(names, short)
	}
	return 0, names
}

// readLocalHelp reads where somebody in distress can turn; nil without a file.
func readLocalHelp(file string) (*vignettev1.LocalHelp, error) {
	file = cmp.Or(file, os.Getenv("VIGNETTE_LOCAL_HELP"))
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("local help: %w", err)
	}
	return practice.ReadLocalHelp(file, data)
}

// practiceOf is whoever serves practice in the directory; where nobody does, this process does.
func practiceOf(cmd *cobra.Command, n *node.Node, help *vignettev1.LocalHelp) (vignettev1.PracticeServiceClient, error) {
	ctx, client := cmd.Context(), n.Directory().Practice()
	_, err := client.ListSessions(ctx, &vignettev1.ListSessionsRequest{Limit: 1})
	if status.Code(err) != codes.Unavailable {
		return client, err
	}
	if err := hostMinds(ctx, cmd, n); err != nil {
		return nil, err
	}
	_, err = n.HostPractice(ctx, help)
	return client, err
}

// sessionID is a session by its id, or the newest of a trainee by the name "last".
func sessionID(ctx context.Context, client vignettev1.PracticeServiceClient, name, trainee string) (string, error) {
	if name != "last" {
		return name, nil
	}
	listed, err := client.ListSessions(ctx, &vignettev1.ListSessionsRequest{Trainee: trainee, Limit: 1})
	if err != nil {
		return "", errors.New(status.Convert(err).Message())
	}
	if len(listed.GetSessions()) == 0 {
		return "", errors.New("there is no session yet; 'vignette practice SCENARIO' starts one")
	}
	return listed.GetSessions()[0].GetSession(), nil
}

// sit opens the window, or the plain mode where there is no terminal.
func sit(cmd *cobra.Command, desk *practise.Desk, flags *practiceFlags) error {
	in, isFile := cmd.InOrStdin().(*os.File)
	if isFile && term.IsTerminal(int(in.Fd())) && term.IsTerminal(int(os.Stdout.Fd())) && os.Getenv("TERM") != "dumb" && !flags.plain && !flags.json {
		if err := practise.Open(cmd.Context(), desk); err != nil {
			return err
		}
		page := newPage(cmd.OutOrStdout())
		if desk.Session.GetPhase() == vignettev1.PracticePhase_PRACTICE_PHASE_FINISHED {
			page.printf("Report: vignette practice --report %s\n", desk.Session.GetSession())
		} else if desk.Session.GetPhase() != vignettev1.PracticePhase_PRACTICE_PHASE_LEFT {
			page.printf("Kept: vignette practice --resume %s\n", desk.Session.GetSession())
		}
		return nil
	}
	pipe := &practise.Pipe{Desk: desk, In: cmd.InOrStdin(), Out: cmd.OutOrStdout(), JSON: flags.json}
	failed, err := pipe.Run(cmd.Context())
	if err == nil && failed > 0 {
		err = fmt.Errorf("%d lines could not be carried out; the lines that begin with ! say why", failed)
	}
	return err
}

// writeProto writes a message of the contracts as one line of JSON.
func writeProto(cmd *cobra.Command, m proto.Message) error {
	data, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), string(data))
	return err
}

func listSessions(cmd *cobra.Command, client vignettev1.PracticeServiceClient, flags *practiceFlags) error {
	listed, err := client.ListSessions(cmd.Context(), &vignettev1.ListSessionsRequest{Trainee: flags.trainee})
	if err != nil {
		return errors.New(status.Convert(err).Message())
	}
	if flags.json {
		return writeProto(cmd, listed)
	}
	page := newPage(cmd.OutOrStdout())
	for _, s := range listed.GetSessions() {
		page.printf("%s  %-9s  %d branches  %s  %s\n", s.GetSession(), enumname.Of(s.GetPhase()), len(s.GetBranches()), line(s.GetScenario()), line(s.GetPractice().GetTrainee()))
	}
	if len(listed.GetSessions()) == 0 {
		page.printf("There is no session yet; 'vignette practice SCENARIO' starts one.\n")
	}
	return nil
}

func showProgress(cmd *cobra.Command, client vignettev1.PracticeServiceClient, flags *practiceFlags) error {
	request := &vignettev1.GetProgressRequest{Trainee: flags.trainee}
	if flags.skills != "" {
		value, names := named(request.GetSkills().Descriptor(), flags.skills)
		if value == 0 {
			return usagef("--skills is %q; it is one of %s", flags.skills, strings.Join(names, ", "))
		}
		request.Skills = vignettev1.SkillSet(value)
	}
	got, err := client.GetProgress(cmd.Context(), request)
	if err != nil {
		return errors.New(status.Convert(err).Message())
	}
	if flags.json {
		return writeProto(cmd, got)
	}
	page := newPage(cmd.OutOrStdout())
	for _, text := range practise.ProgressLines(got) {
		page.printf("%s\n", text)
	}
	return nil
}

func showReport(cmd *cobra.Command, client vignettev1.PracticeServiceClient, flags *practiceFlags) error {
	id, err := sessionID(cmd.Context(), client, flags.report, flags.trainee)
	if err != nil {
		return err
	}
	got, err := client.GetReport(cmd.Context(), &vignettev1.GetReportRequest{Session: id})
	if err != nil {
		return errors.New(status.Convert(err).Message())
	}
	if flags.html != "" {
		var page strings.Builder
		if err := debrief.Write(&page, got.GetReport()); err != nil {
			return err
		}
		return os.WriteFile(flags.html, []byte(page.String()), 0o600)
	}
	(&practise.Pipe{Out: cmd.OutOrStdout(), JSON: flags.json}).Report(got.GetReport())
	return nil
}
