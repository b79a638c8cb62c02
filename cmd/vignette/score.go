package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/transcript"
	"github.com/vignette-sim/vignette/studies/associations"
	"github.com/vignette-sim/vignette/studies/outcomes"
	"github.com/vignette-sim/vignette/studies/scoring"
)

type scoreFlags struct {
	evaluators []string
	role       string
	objective  string
	only       string
	ablate     bool
	outcomes   bool
	episode    string
	language   string
	kinds      map[string]string
	author     string
	dry        bool
	json       bool
	samples    int32
	abstain    float64
	models     modelFlags
}

func newScore() *cobra.Command {
	var flags scoreFlags
	cmd := &cobra.Command{
		Use:   "score FILE|RUN|EPISODE --evaluator E[,E]",
		Short: "Score recorded conversations: of people, of other tools, or episodes on record",
		Long: `Puts whole conversations to evaluators. FILE is a transcript: messages with role and text
(.jsonl, .json), the CSV of AnnoMI, WebVTT, or text with "Name: words" (.txt); an export
of ours too. Where there is no such file it is a run, or an episode, on record: what the
evaluators say then is appended to the episodes' notes, the play stays as it was.

--evaluator takes names as in scenarios, and files of rubrics. --model has their judges ask
a language model. What went on inside nobody knows of a transcript: dimensions that need
it say so. --objective says what the scored role wants ("Ines wants two Tuesdays off",
"Jo wants to refuse the loan"), or "objective" in a message of the file does; without it,
dear-man and fast go by the words alone, as if all was asked for, and that is said.

Who helps and who is helped is told by names such as therapist, counselor, client and
patient; where they are others, --kinds says it: mi takes who is no client for a counselor.

--only ROLE shows the evaluator the words of this role alone, the others are silent. It
is the ablation that shows what a score feeds on: one that is the same without the
words of the person it is about says little about them. It is printed, never noted.
--ablate scores three times, the whole, the scored role's words alone and everybody else's
alone, and sets them side by side.

--outcomes says, of a run, which codes of the scored role go with what came of it for the
others: satisfaction (their trust at the end), relief, willingness and the like.`,
		Example: `  vignette score session.vtt --evaluator emotion --role Client
  vignette score talk.txt --evaluator dear-man --role Ines --objective "Ines wants two Tuesdays off"
  vignette score talks.jsonl --evaluator dear-man,give --role me --json
  vignette score session.txt --evaluator mi --role Dana --kinds Dana=client,Lee=counselor
  vignette score session.txt --evaluator rubrics/warmth.yaml --model gpt-4o-mini --role Jo
  vignette score last --evaluator give
  vignette score last --evaluator dear-man --model gpt-4o-mini --samples 5 --abstain 0.7
  vignette score last --evaluator emotion --role client --only counselor
  vignette score AnnoMI-full.csv --evaluator screening,mi --role client --ablate
  vignette score last --evaluator mi --outcomes`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runScore(cmd, args[0], flags) },
	}
	cmd.Flags().StringSliceVar(&flags.evaluators, "evaluator", nil, "evaluators by name, or rubrics by file; several with commas between")
	cmd.Flags().StringVar(&flags.role, "role", "", "whose doing is scored: an id, a name or a kind (default the focal role; of a transcript the counselor)")
	cmd.Flags().StringVar(&flags.objective, "objective", "", "of a transcript: what the scored role wants, in a sentence (default what its file says)")
	cmd.Flags().StringVar(&flags.only, "only", "", "show the evaluator this role's words alone (ablation)")
	cmd.Flags().BoolVar(&flags.ablate, "ablate", false, "score the whole, the scored role's words alone, and the others' alone, side by side")
	cmd.Flags().BoolVar(&flags.outcomes, "outcomes", false, "of a run: which codes go with what came of it for the others")
	cmd.Flags().StringVar(&flags.episode, "episode", "", "the one conversation of the file: its id, or its position from 1 (default all)")
	cmd.Flags().StringVar(&flags.language, "language", "en", "language of the transcript, BCP 47")
	cmd.Flags().StringToStringVar(&flags.kinds, "kinds", nil, "what speakers of a transcript are: NAME=client, counselor or persona, several with commas between")
	cmd.Flags().StringVar(&flags.author, "author", "", "who scores, for the notes (default your user name)")
	cmd.Flags().BoolVar(&flags.dry, "no-notes", false, "append nothing to the notes of episodes")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write NDJSON: a score record each, a done record")
	cmd.Flags().StringVar(&flags.models.model, "model", "", "model that judges, as in 'vignette run': MODEL, or evaluator=MODEL")
	cmd.Flags().Int32Var(&flags.samples, "samples", 1, "how often a model is asked each question, 1-25: confidence is then how far the answers agree")
	cmd.Flags().Float64Var(&flags.abstain, "abstain", 0, "below which confidence, 0-1, a score is missing: abstained (default never)")
	flags.models.addTerms(cmd)
	return cmd
}

func runScore(cmd *cobra.Command, name string, flags scoreFlags) error {
	if len(flags.evaluators) == 0 {
		return usagef("--evaluator is missing: name evaluators, as in --evaluator dear-man,emotion; there is: %s", strings.Join(node.Evaluators(), ", "))
	}
	if flags.outcomes && (flags.ablate || flags.only != "") {
		return usagef("--outcomes looks at whole conversations; leave --ablate and --only away")
	}
	if flags.ablate && flags.only != "" {
		return usagef("--ablate shows all there is to compare; leave --only away")
	}
	if flags.samples < 1 || flags.samples > 25 {
		return usagef("--samples is %d; 1 to 25 are taken", flags.samples)
	}
	if !(flags.abstain >= 0 && flags.abstain <= 1) {
		return usagef("--abstain is %v; a confidence is from 0 to 1", flags.abstain)
	}
	if err := flags.models.check(); err != nil {
		return err
	}
	uses, err := flags.uses()
	if err != nil {
		return err
	}
	s := &scoreOrder{cmd: cmd, flags: flags, uses: uses}
	switch _, err := os.Stat(name); {
	case errors.Is(err, fs.ErrNotExist) && len(flags.kinds) > 0:
		return usagef("--kinds is for transcripts, and there is no file %s; episodes on record have their kinds", name)
	case errors.Is(err, fs.ErrNotExist) && flags.objective != "":
		return usagef("--objective is for transcripts, and there is no file %s; episodes on record have their objectives", name)
	case err == nil && flags.outcomes:
		return usagef("--outcomes needs a run: what came of a conversation elsewhere nobody recorded")
	case err == nil:
		return s.file(cmd.Context(), name)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("read the file: %w", err)
	case strings.ContainsAny(name, `/\.`):
		return fmt.Errorf("there is no file %s", name)
	}
	return withExisting(cmd, func(n *node.Node) error { return s.onRecord(cmd.Context(), n, name) })
}

// uses are the evaluators that were named, as scenarios would have them.
func (f scoreFlags) uses() ([]*vignettev1.EvaluatorUse, error) {
	stage := &vignettev1.Scenario{}
	for _, name := range f.evaluators {
		use := &vignettev1.EvaluatorUse{Name: name, Samples: f.samples, AbstainBelow: f.abstain}
		switch strings.ToLower(filepath.Ext(name)) {
		case ".yaml", ".yml", ".json":
			rubric, err := scenarios.LoadRubric(name)
			if err != nil {
				return nil, err
			}
			use.Name, use.Rubric = rubric.GetId(), rubric
		}
		stage.Evaluators = append(stage.Evaluators, use)
	}
	models, err := planning.ParseModels(f.models.model, []*vignettev1.Scenario{stage})
	if err != nil {
		return nil, &usageError{err}
	}
	for _, use := range stage.Evaluators {
		if use.Model = models[use.GetName()]; use.Model == "" {
			use.Model = models[planning.ForEvaluators]
		}
	}
	return stage.GetEvaluators(), nil
}

// scoreOrder is what is to be scored and what came of it.
type scoreOrder struct {
	cmd     *cobra.Command
	flags   scoreFlags
	uses    []*vignettev1.EvaluatorUse
	scorers []*scoring.Scorer
	known   []*vignettev1.EvaluatorDescription

	table         scoring.Table
	ablation      scoring.Ablation
	associations  associations.Study
	conversations int
	noted         int
	aimless       int  // how often an evaluator that needs an objective was told none
	elsewhere     bool // it was had elsewhere: an objective can be told
}

// introduce asks the evaluators who they are.
func (s *scoreOrder) introduce(ctx context.Context, n *node.Node) error {
	if err := hostMinds(ctx, s.cmd, n); err != nil {
		return err
	}
	runner := n.Runner()
	for _, use := range s.uses {
		scorer := &scoring.Scorer{
			Directory: n.Directory(), Clock: runner.Clock, Use: use, Run: runner.NewID(), Terms: s.flags.models.terms(s.cmd), Known: node.Evaluators(),
		}
		description, err := scorer.Describe(ctx)
		if err != nil {
			return &usageError{err}
		}
		s.scorers, s.known = append(s.scorers, scorer), append(s.known, description)
	}
	return nil
}

// file scores the conversations of a transcript.
func (s *scoreOrder) file(ctx context.Context, name string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read the file: %w", err)
	}
	s.elsewhere = true
	conversations, err := transcript.Read(name, data)
	if err != nil {
		return err
	}
	if err := transcript.Cast(conversations, s.flags.kinds); err != nil {
		return fmt.Errorf("--kinds: %w", err)
	}
	if s.flags.episode != "" {
		one, err := transcript.Pick(conversations, s.flags.episode)
		if err != nil {
			return err
		}
		conversations = []*transcript.Conversation{one}
	}
	open := withLaboratory
	if s.flags.models.model != "" {
		open = withNode // Answers of models are kept.
	}
	return open(ctx, s.cmd, func(n *node.Node) error {
		if err := s.introduce(ctx, n); err != nil {
			return err
		}
		for i, conversation := range conversations {
			id := conversation.ID
			if id == "" {
				id = filepath.Base(name) + "-" + strconv.Itoa(i+1)
			}
			request, err := scoring.OfTranscript(conversation, id, s.flags.language, s.flags.role)
			if err != nil {
				return fmt.Errorf("%s, conversation %s: %w", name, id, err)
			}
			if s.flags.objective != "" {
				request.Objective = scenarios.ObjectiveOf(s.flags.objective)
			}
			for j := range s.scorers {
				if _, err := s.score(ctx, j, request); err != nil {
					return err
				}
			}
			s.conversations++
		}
		return s.tell()
	})
}

// onRecord scores the episodes of a run, or one episode.
func (s *scoreOrder) onRecord(ctx context.Context, n *node.Node, name string) error {
	if err := s.introduce(ctx, n); err != nil {
		return err
	}
	planner, err := n.Reader().Run(ctx, name)
	if errors.Is(err, projection.ErrNotFound) {
		state, _, err := n.Reader().Episode(ctx, name)
		if errors.Is(err, projection.ErrNotFound) {
			return fmt.Errorf("there is no file, run or episode %q; 'vignette runs' lists the runs", name)
		}
		if err != nil {
			return err
		}
		if err := s.played(ctx, n, state); err != nil {
			return err
		}
		return s.tell()
	}
	if err != nil {
		return err
	}
	var unreadable error
	for item, err := range n.Reader().Episodes(ctx, planner) {
		if err != nil {
			return err
		}
		if item.Unreadable != nil {
			unreadable = tellUnreadable(s.cmd, item)
			continue
		}
		if item.State.Completed() == nil {
			continue
		}
		if err := s.played(ctx, n, item.State); err != nil {
			return err
		}
	}
	return errors.Join(s.tell(), unreadable)
}

// played scores an episode and notes what came of it.
func (s *scoreOrder) played(ctx context.Context, n *node.Node, state *episode.State) error {
	role, err := s.roleIn(state.Plan().Scenario)
	if err != nil {
		return err
	}
	for i, description := range s.known {
		use := proto.CloneOf(s.uses[i])
		use.Role = role
		scores, err := s.score(ctx, i, state.TranscriptFor(use, nil, description.GetNeeds()))
		if err != nil {
			return err
		}
		if s.flags.outcomes && state.Completed().GetValidity() == vignettev1.Validity_VALIDITY_OK {
			s.associations.Add(state.Plan().Cell.GetScenario(), outcomes.Client(state), associations.OutcomesOf(state), description, scores)
		}
		if s.flags.only != "" || s.flags.ablate || s.flags.outcomes || s.flags.dry {
			continue
		}
		if err := s.note(ctx, n, state, use, description, scores); err != nil {
			return err
		}
	}
	s.conversations++
	return nil
}

// roleIn is the id of the role that is scored in a scenario.
func (s *scoreOrder) roleIn(scenario *vignettev1.Scenario) (string, error) {
	if s.flags.role == "" || s.flags.role == scenarios.Focal {
		return scenario.GetFocal(), nil
	}
	var ids []string
	for _, role := range scenario.GetRoles() {
		if role.GetId() == s.flags.role {
			return role.GetId(), nil
		}
		ids = append(ids, role.GetId())
	}
	return "", usagef("--role: there is no role %q in scenario %q; there is: %s", s.flags.role, scenario.GetId(), strings.Join(ids, ", "))
}

// score asks one evaluator about one conversation.
func (s *scoreOrder) score(ctx context.Context, which int, request *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
	if s.flags.only != "" {
		if !slices.ContainsFunc(request.GetParticipants(), func(p *vignettev1.Participant) bool { return p.GetId() == s.flags.only }) {
			return nil, usagef("--only: %q takes no part in %s", s.flags.only, request.GetEpisode())
		}
		request = scoring.Only(request, s.flags.only)
	}
	switch needs := slices.Contains(s.known[which].GetNeeds(), vignettev1.Need_NEED_OBJECTIVE); {
	case needs && request.GetObjective() == nil:
		s.aimless++
	case !needs && request.GetObjective() != nil:
		request = proto.CloneOf(request)
		request.Objective = nil
	}
	if s.flags.ablate {
		return nil, s.ablate(ctx, which, request)
	}
	scores, err := s.scorers[which].Score(ctx, s.known[which], request)
	if err != nil {
		return nil, err
	}
	s.table.Add(s.known[which], scores)
	for _, score := range scores {
		if !s.flags.json {
			break
		}
		raw, err := protojson.MarshalOptions{UseProtoNames: true, EmitDefaultValues: true}.Marshal(score)
		if err != nil {
			return nil, fmt.Errorf("write a score: %w", err)
		}
		if err := writeJSON(s.cmd, map[string]any{"type": "score", "conversation": request.GetEpisode(), "only": s.flags.only, "score": json.RawMessage(raw)}); err != nil {
			return nil, err
		}
	}
	return scores, nil
}

// ablate asks one evaluator about one conversation, shown in three ways.
func (s *scoreOrder) ablate(ctx context.Context, which int, request *vignettev1.EvaluateRequest) error {
	for _, shown := range scoring.Views {
		scores, err := s.scorers[which].Score(ctx, s.known[which], shown.Of(request))
		if err != nil {
			return err
		}
		s.ablation.Add(s.known[which], request.GetEpisode(), shown, scores)
	}
	return nil
}

// tellAblation writes what the three ways came to.
func (s *scoreOrder) tellAblation() error {
	rows := s.ablation.Rows()
	if s.flags.json {
		return writeJSON(s.cmd, map[string]any{"type": "done", "conversations": s.conversations, "no_objective": s.aimless, "ablation": rows})
	}
	p := newPage(s.cmd.OutOrStdout())
	var grid [][]string
	for _, row := range rows {
		grid = append(grid, []string{
			row.Evaluator, row.Dimension, row.Per, score(row.Whole.Mean), fmt.Sprint(row.Whole.N),
			score(row.Participant.Mean), fmt.Sprint(row.Participant.N), score(row.ParticipantR), score(row.ParticipantSame),
			score(row.Others.Mean), fmt.Sprint(row.Others.N), score(row.OthersR), score(row.OthersSame),
		})
	}
	p.grid("", []string{"evaluator", "dimension", "per", "whole", "n", "alone", "n", "r", "same", "others", "n", "r", "same"}, grid, 2, func(column int) bool { return column >= 3 })
	p.printf("\n")
	p.paragraph("", "  ", plural(s.conversations, "conversation", "conversations")+". alone: the words of the scored role and nobody else's; others: everybody's but theirs. "+
		"r is Pearson's correlation with the score of the whole, same the share of scores that stay the same, both over what has a value in both ways.")
	p.paragraph("", "  ", "A score that the others' words alone explain feeds on how the person was asked, and not on the person.")
	s.tellAimless(p)
	return nil
}

// tellAssociations writes which codes go with what came of it.
func (s *scoreOrder) tellAssociations() error {
	const seed, shown = 1, 12
	kinds := []string{associations.Satisfaction}
	for _, kind := range outcomes.Kinds() {
		kinds = append(kinds, string(kind))
	}
	var all []associations.Association
	for _, kind := range kinds {
		all = append(all, s.associations.Of(kind, seed)...)
	}
	if s.flags.json {
		return writeJSON(s.cmd, map[string]any{"type": "done", "conversations": s.conversations, "associations": all})
	}
	p := newPage(s.cmd.OutOrStdout())
	for _, kind := range kinds {
		var grid [][]string
		for _, a := range all {
			if a.Outcome == kind && len(grid) < shown {
				mark := ""
				if a.Clear() {
					mark = "*"
				}
				grid = append(grid, []string{a.Dimension, a.Code, figure(a.Share), within(a.R, a.CI), mark, fmt.Sprint(a.N), fmt.Sprint(a.Clients)})
			}
		}
		if len(grid) > 0 {
			p.printf("%s\n", p.bold(strings.ReplaceAll(kind, "_", " ")))
			p.grid("  ", []string{"dimension", "code", "share", "r", "", "episodes", "clients"}, grid, 2, func(column int) bool { return column == 2 || column > 4 })
			p.printf("\n")
		}
	}
	if len(all) == 0 {
		p.paragraph("", "  ", fmt.Sprintf("No association can be told: it takes %d valid episodes, codes that vary, and outcomes of others.", associations.MinEpisodes))
	}
	p.paragraph("", "  ", plural(s.conversations, "conversation", "conversations")+fmt.Sprintf(". share: of the scored role's turns. r: Pearson's correlation of share and outcome within scenarios; its interval draws clients, at a level raised for how many codes are looked at; * leaves out zero. At most %d codes of each outcome, the strongest.", shown))
	p.paragraph("", "  ", "satisfaction is the others' trust at the end, as their minds tell it; less of distress change is relief. An association is no effect.")
	return nil
}

// note appends scores to the notes of an episode. The same evaluator in the same version, asked about the same again, is noted
// once.
func (s *scoreOrder) note(ctx context.Context, n *node.Node, state *episode.State, use *vignettev1.EvaluatorUse, description *vignettev1.EvaluatorDescription, scores []*vignettev1.Score) error {
	author := s.flags.author
	if author == "" {
		author = userName()
	}
	run, id := state.Plan().Run, state.Plan().Episode
	note := noteID(id, "rescored", author, use.GetName(), use.GetRole(), description.GetMethod(), description.GetModel(), description.GetVersion())
	for _, score := range scores {
		score.Id = note + "-" + score.GetId()[strings.LastIndexByte(score.GetId(), '-')+1:]
	}
	_, err := n.Log().AppendNote(ctx, run, id, &vignettev1.Note{
		SchemaVersion: 1, Id: note, Time: timestamppb.New(time.Now()), Author: author,
		Note: &vignettev1.Note_Rescored{Rescored: &vignettev1.Evaluated{Evaluator: use.GetName(), Role: use.GetRole(), Scores: scores}},
	})
	if err != nil {
		return fmt.Errorf("note on episode %s: %w", id, err)
	}
	s.noted++
	return nil
}

type jsonScored struct {
	Type          string        `json:"type"`
	Conversations int           `json:"conversations"`
	Notes         int           `json:"notes"`
	Only          string        `json:"only,omitempty"`
	NoObjective   int           `json:"no_objective,omitempty"`
	Dimensions    []scoring.Row `json:"dimensions"`
}

// tell writes what it came to.
func (s *scoreOrder) tell() error {
	if s.flags.ablate {
		return s.tellAblation()
	}
	if s.flags.outcomes {
		return s.tellAssociations()
	}
	rows := s.table.Rows()
	if s.flags.json {
		return writeJSON(s.cmd, jsonScored{"done", s.conversations, s.noted, s.flags.only, s.aimless, rows})
	}
	p := newPage(s.cmd.OutOrStdout())
	var grid [][]string
	for _, row := range rows {
		grid = append(grid, []string{row.Evaluator, row.Dimension, row.Per, average(row), fmt.Sprint(row.N), fmt.Sprint(row.Inapplicable), line(reasonsOf(row.Missing))})
	}
	p.grid("", []string{"evaluator", "dimension", "per", "mean or most", "n", "n/a", "missing"}, grid, 2, func(column int) bool { return column >= 3 && column <= 5 })
	p.printf("\n%s", plural(s.conversations, "conversation", "conversations"))
	if s.flags.only != "" {
		p.printf(", of which only the words of %s were shown", printable(s.flags.only))
	}
	if s.noted > 0 {
		p.printf("; %s appended, the play stays as it was", plural(s.noted, "note", "notes"))
	}
	p.printf("\n")
	s.tellAimless(p)
	return nil
}

// tellAimless says that evaluators which need an objective were told none.
func (s *scoreOrder) tellAimless(p *page) {
	if s.aimless == 0 {
		return
	}
	said := "No objective is known: evaluators that need one went by the words alone, as if all was asked for."
	if s.elsewhere {
		said += " --objective says what the scored role wants."
	}
	p.paragraph("", "  ", said)
}

// average is the mean of a row or, of labels without order, the one that comes up most (of equals the first by name) and how often.
func average(row scoring.Row) string {
	most := ""
	for _, label := range slices.Sorted(maps.Keys(row.Labels)) {
		if row.Labels[label] > row.Labels[most] {
			most = label
		}
	}
	if most == "" {
		return score(row.Mean)
	}
	return fmt.Sprintf("%s %d", most, row.Labels[most])
}

// reasonsOf lists why scores are missing, a dash for none.
func reasonsOf(missing map[string]int) string {
	var parts []string
	for _, reason := range slices.Sorted(maps.Keys(missing)) {
		parts = append(parts, fmt.Sprintf("%d %s", missing[reason], reason))
	}
	if len(parts) == 0 {
		return "-"
	}
	return strings.Join(parts, ", ")
}
