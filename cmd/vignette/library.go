package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

func newScenarios() *cobra.Command {
	var tags []string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "scenarios [WORD...]",
		Short: "List the scenarios that ship, or search them",
		Long: `Lists the scenarios that ship with the program: id, who is focal, what kind of
objective that role has, tags and title. With words it lists those that have them
in title, description, setting, objective, tags or names, in any form or in a word
that means the same (boss, manager), the best first: those that have all of them, or,
where none has, as many as any has. With --tag it lists those that carry a tag.`,
		Example: `  vignette scenarios
  vignette scenarios money friend
  vignette scenarios --tag work --json`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, words []string) error {
			fitting, err := tagged(tags)
			if err != nil {
				return err
			}
			found, whole := scenarios.Search(fitting, strings.Join(words, " "))
			if len(found) > 0 && !whole {
				p := newPage(cmd.ErrOrStderr())
				p.paragraph("", "", "No scenario of the library has all of these words; these have some, the best first.")
			}
			return tellScenarios(cmd, found, asJSON)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON object a line")
	addTagFlag(cmd, &tags)
	return cmd
}

// addTagFlag adds the flag that picks scenarios of the library by tag.
func addTagFlag(cmd *cobra.Command, tags *[]string) {
	cmd.Flags().StringArrayVar(tags, "tag", nil, "scenarios of the library with this tag; several times: with all of them")
	completeFlag(cmd, "tag", func(*cobra.Command) []string { return libraryTags() })
}

// tagged are the scenarios of the library that carry all tags. The error says which tags there are.
func tagged(tags []string) ([]*vignettev1.Scenario, error) {
	shipped, err := scenarios.Library()
	if err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(shipped, func(s *vignettev1.Scenario) bool {
		return slices.ContainsFunc(tags, func(tag string) bool { return !slices.Contains(s.GetTags(), tag) })
	})
	if len(found) == 0 {
		return nil, usagef("no scenario of the library has %s; tags there are: %s", describeTags(tags), strings.Join(libraryTags(), ", "))
	}
	return found, nil
}

func describeTags(tags []string) string {
	if len(tags) == 1 {
		return fmt.Sprintf("the tag %q", tags[0])
	}
	return fmt.Sprintf("all the tags %q", tags)
}

// libraryTags are all tags of the library, each once, sorted.
func libraryTags() []string {
	shipped, err := scenarios.Library()
	if err != nil {
		return nil // Whoever plays says what is wrong with it.
	}
	var tags []string
	for _, s := range shipped {
		tags = append(tags, s.GetTags()...)
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

type jsonScenario struct {
	Type        string   `json:"type"`
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description,omitempty"`
	Focal       string   `json:"focal"`
	Objective   string   `json:"objective"`
	Roles       []string `json:"roles"`
	Tags        []string `json:"tags"`
	MaxTurns    int32    `json:"max_turns"`
	Evaluators  []string `json:"evaluators"`
}

func scenarioRecord(s *vignettev1.Scenario) jsonScenario {
	record := jsonScenario{
		Type: "scenario", ID: s.GetId(), Title: s.GetTitle(), Description: s.GetDescription(), Focal: s.GetFocal(), Objective: objectiveKind(s),
		Roles: []string{}, Tags: append([]string{}, s.GetTags()...), MaxTurns: s.GetStop().GetMaxTurns(), Evaluators: []string{},
	}
	for _, role := range s.GetRoles() {
		record.Roles = append(record.Roles, role.GetId())
	}
	for _, use := range s.GetEvaluators() {
		record.Evaluators = append(record.Evaluators, use.GetName())
	}
	return record
}

// objectiveKind is what kind of thing the focal role is to reach; "" where it has no objective.
func objectiveKind(s *vignettev1.Scenario) string {
	if s.GetObjective() == nil {
		return ""
	}
	return enumname.Of(s.GetObjective().GetKind())
}

func tellScenarios(cmd *cobra.Command, found []*vignettev1.Scenario, asJSON bool) error {
	if asJSON {
		for _, s := range found {
			if err := writeJSON(cmd, scenarioRecord(s)); err != nil {
				return err
			}
		}
		return nil
	}
	p := newPage(cmd.OutOrStdout())
	if len(found) == 0 {
		p.paragraph("", "", "No scenario of the library has these words. 'vignette scenarios' lists them all.")
		return nil
	}
	p.library(found)
	return nil
}

// library lists scenarios: a line of facts, and below it the title, which may take more than one.
func (p *page) library(found []*vignettev1.Scenario) {
	for _, s := range found {
		people := fmt.Sprintf("%s, %s", orDash(objectiveKind(s)), plural(len(s.GetRoles()), "role", "roles"))
		p.paragraph(p.bold(line(s.GetId()))+"  ", "  ", s.GetTitle())
		p.note("  ", fmt.Sprintf("%s (focal: %s) · %s", people, s.GetFocal(), strings.Join(s.GetTags(), ", ")))
	}
	p.printf("\n")
	p.paragraph("", "", plural(len(found), "scenario", "scenarios")+". 'vignette brief ID' shows one, 'vignette run ID' plays it.")
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

func newBrief() *cobra.Command {
	var asJSON, asFile bool
	cmd := &cobra.Command{
		Use:   "brief SCENARIO",
		Short: "Show what a scenario is about",
		Long: `Shows a scenario of the library or of a file: who is in it, what the focal role is
to reach, what stands against it, how it ends, who scores and what is rewarded.
What the others keep to themselves is left out, so that one can play it;
--file prints the text of a scenario that ships, with everything in it, to begin an
own one from.`,
		Example: `  vignette brief ask-for-leave
  vignette brief my-scenario.yaml --json
  vignette brief ask-for-leave --file > my-scenario.yaml`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := apart(cmd, "file", "json"); err != nil {
				return err
			}
			if asFile {
				return printFile(cmd, args[0])
			}
			scenario, err := scenarios.Find(args[0])
			if err != nil {
				return &usageError{err}
			}
			if asJSON {
				return writeJSON(cmd, scenarioRecord(scenario))
			}
			newPage(cmd.OutOrStdout()).brief(scenario)
			return nil
		},
		ValidArgsFunction: completeScenarios,
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write a JSON object")
	cmd.Flags().BoolVar(&asFile, "file", false, "print the file of a scenario that ships")
	return cmd
}

func printFile(cmd *cobra.Command, id string) error {
	text, err := scenarios.LibraryFile(id)
	if err != nil {
		return usagef("the library has no scenario %q; 'vignette scenarios' lists those that ship", id)
	}
	_, err = cmd.OutOrStdout().Write(text)
	return err
}

// brief writes what whoever plays the focal role may know, and what it is scored by.
func (p *page) brief(s *vignettev1.Scenario) {
	p.paragraph(p.bold(line(s.GetId()))+"  ", "  ", s.GetTitle())
	if len(s.GetTags()) > 0 {
		p.note("", strings.Join(s.GetTags(), ", "))
	}
	for _, text := range []string{s.GetDescription(), s.GetSetting()} {
		if text != "" {
			p.printf("\n")
			p.paragraph("", "", text)
		}
	}
	p.printf("\n")
	for _, role := range s.GetRoles() {
		p.briefRole(s, role)
	}
	if s.GetObjective() != nil {
		p.printf("\n")
		p.paragraph(p.bold("objective")+"  ", "  ", fmt.Sprintf("(%s) %s", objectiveKind(s), s.GetObjective().GetStatement()))
		for _, part := range []struct {
			name  string
			lines []string
		}{
			{"asks", nonEmpty(s.GetObjective().GetRequest())}, {"facts", s.GetObjective().GetFacts()}, {"feels", s.GetObjective().GetFeelings()},
			{"offers", s.GetObjective().GetBenefits()}, {"could live with", s.GetObjective().GetCompromises()},
		} {
			for _, text := range part.lines {
				p.paragraph("  "+p.dim(part.name+": "), "    ", text)
			}
		}
	}
	p.printf("\n")
	p.paragraph("", "  ", fmt.Sprintf("Ends after %s at the latest; %s.", plural(int(s.GetStop().GetMaxTurns()), "turn", "turns"), turnTaking(s)))
	p.briefScoring(s)
	p.printf("\n%s\n", p.dim("Next:"))
	p.next("run "+line(s.GetId())+" --repeats 10 --vary focal.policy.skill=0.2,0.9", "novice and skilled, in pairs")
}

func nonEmpty(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

func turnTaking(s *vignettev1.Scenario) string {
	switch s.GetTurnTaking() {
	case vignettev1.TurnTaking_TURN_TAKING_BID:
		return "whoever wants to most speaks next"
	case vignettev1.TurnTaking_TURN_TAKING_ADDRESSED:
		return "whoever was spoken to speaks next"
	case vignettev1.TurnTaking_TURN_TAKING_ROUND_ROBIN:
		return "all speak in turn"
	}
	return "both speak in turn"
}

func (p *page) briefRole(s *vignettev1.Scenario, role *vignettev1.Role) {
	text := fmt.Sprintf("%s (%s, %s", episode.DisplayName(role), role.GetId(), enumname.Of(role.GetKind()))
	if role.GetId() == s.GetFocal() {
		text += ", focal"
	}
	text += ")"
	if introduction := role.GetPersona().GetIntroduction(); introduction != "" {
		text += " " + introduction
	}
	p.paragraph("  ", "    ", text)
	if role.GetId() == s.GetFocal() {
		for _, known := range nonEmpty(role.GetGoal()) {
			p.paragraph("    "+p.dim("wants: "), "      ", known)
		}
	}
}

func (p *page) briefScoring(s *vignettev1.Scenario) {
	for _, use := range s.GetEvaluators() {
		p.paragraph("", "  ", fmt.Sprintf("Scored by %s, for %s.", use.GetName(), use.GetRole()))
	}
	for _, role := range s.GetRoles() {
		var terms []string
		for _, term := range role.GetReward() {
			weight := 1.0
			if term.Weight != nil {
				weight = term.GetWeight()
			}
			terms = append(terms, fmt.Sprintf("%g x %s", weight, term.GetDimension()))
		}
		if len(terms) > 0 {
			p.paragraph("", "  ", fmt.Sprintf("Reward of %s: %s.", role.GetId(), strings.Join(terms, " + ")))
		}
	}
}
