package sotopia

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/scenarios/foreign"
)

// Labels that stand before what is known and before a hint.
const (
	labelExtra = "Extra information:"
	labelHint  = "Hint:"
)

var (
	extraTag = regexp.MustCompile(`(?s)<extra_info>(.*?)</extra_info>`)
	hintTag  = regexp.MustCompile(`(?s)<(strategy_hint|clarification_hint)>(.*?)</(strategy_hint|clarification_hint)>`)
	sceneTag = regexp.MustCompile(`(?s)\s*<p viewer="environment">(.*?)</p>`)
)

// goal is one agent's goal with all that is written into it. Each part is where it stands in the source's text.
type goal struct {
	text              string
	wanted, has, hint span
}

// span is a part of a text; none is the empty one at 0.
type span struct{ from, to int }

func (g goal) at(s span) string { return g.text[s.from:s.to] }

// parseGoal finds the parts of a goal.
func parseGoal(text string) goal {
	g := goal{text: text}
	end := len(text)
	if m := hintTag.FindStringSubmatchIndex(text); m != nil {
		end = min(end, m[0])
		g.hint = g.content(m[4], m[5], labelHint)
	}
	if m := extraTag.FindStringSubmatchIndex(text); m != nil {
		end = min(end, m[0])
		last := m[3]
		if inner := hintTag.FindStringIndex(text[m[2]:m[3]]); inner != nil {
			last = m[2] + inner[0]
		}
		g.has = g.content(m[2], last, labelExtra)
	}
	g.wanted = span{0, len(strings.TrimRight(text[:end], " \t\n("))}
	if end == len(text) {
		g.wanted.to = len(text)
	}
	return g
}

// content is a part without its label and the space around it.
func (g goal) content(from, to int, label string) span {
	inside := strings.TrimLeft(g.text[from:to], " \t\n")
	inside = strings.TrimLeft(strings.TrimPrefix(inside, label), " \t")
	from = to - len(inside)
	return span{from, from + len(strings.TrimRight(inside, " \t\n"))}
}

// written is the text of a goal that has other parts now: the source's with the parts replaced where it has the same ones, so
// that brackets, spaces and tags stay as they were; else one put together as most of Sotopia's are.
func (g goal) written(wanted, has, hint string) string {
	same := (has != "") == (g.has.to > g.has.from) && (hint != "") == (g.hint.to > g.hint.from) && g.text != ""
	if !same {
		return compose(wanted, has, hint)
	}
	type change struct {
		span
		now string
	}
	changes := []change{{g.wanted, wanted}}
	for _, c := range []change{{g.has, has}, {g.hint, hint}} {
		if c.now != "" {
			changes = append(changes, c)
		}
	}
	slices.SortFunc(changes, func(a, b change) int { return b.from - a.from })
	out, next := g.text, len(g.text)
	for _, c := range changes {
		if c.to > next {
			return compose(wanted, has, hint) // One part lies within another.
		}
		next = c.from
		out = out[:c.from] + c.now + out[c.to:]
	}
	return out
}

func compose(wanted, has, hint string) string {
	if hint != "" {
		hint = fmt.Sprintf("<strategy_hint>%s %s</strategy_hint>", labelHint, hint)
	}
	switch {
	case has != "" && hint != "":
		return fmt.Sprintf("%s (<extra_info>%s %s %s</extra_info>)", wanted, labelExtra, has, hint)
	case has != "":
		return fmt.Sprintf("%s (<extra_info>%s %s</extra_info>)", wanted, labelExtra, has)
	case hint != "":
		return fmt.Sprintf("%s (%s)", wanted, hint)
	}
	return wanted
}

// readGoals parts each agent's goal into what it wants, what it alone knows, and a hint, which stands last in its knowledge.
func readGoals(from foreign.Part, s *scenario) error {
	goals, err := foreign.Texts(from, "agent_goals")
	if err != nil {
		return err
	}
	if len(goals) != len(roleIDs) {
		return fmt.Errorf("there are %d goals; an environment has one for each of its two agents", len(goals))
	}
	for i, role := range roles(s) {
		g := parseGoal(goals[i])
		role.Goal = g.at(g.wanted)
		if has := g.at(g.has); has != "" {
			role.Knowledge = append(role.Knowledge, has)
		}
		if hint := g.at(g.hint); hint != "" {
			role.Knowledge = append(role.Knowledge, labelHint+" "+hint)
		}
	}
	return nil
}

func writeGoals(s *scenario, was, into foreign.Part) error {
	before, _ := was["agent_goals"].([]any)
	var out []string
	for i, role := range roles(s) {
		var has []string
		hint := ""
		for _, known := range role.GetKnowledge() {
			if rest, is := strings.CutPrefix(known, labelHint+" "); is {
				hint = strings.TrimSpace(hint + " " + rest)
				continue
			}
			has = append(has, known)
		}
		source := ""
		if i < len(before) {
			source, _ = before[i].(string)
		}
		out = append(out, parseGoal(source).written(role.GetGoal(), strings.Join(has, "\n"), hint))
	}
	into["agent_goals"] = foreign.List(out)
	return nil
}

// readScene takes a scene apart from what in it is the environment's alone.
func readScene(from foreign.Part, s *scenario) error {
	text, err := foreign.Text(from, "scenario")
	if m := sceneTag.FindStringSubmatch(text); m != nil {
		s.Description = m[1]
	}
	s.Setting = sceneTag.ReplaceAllString(text, "")
	return err
}

func writeScene(s *scenario, _, into foreign.Part) error {
	into["scenario"] = s.GetSetting()
	if s.GetDescription() != "" {
		into["scenario"] = fmt.Sprintf("%s <p viewer=\"environment\">%s</p>", s.GetSetting(), s.GetDescription())
	}
	return nil
}
