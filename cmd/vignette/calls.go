package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// showCalls shows what was asked of language models for an episode.
func showCalls(cmd *cobra.Command, n *node.Node, name string, asJSON bool) error {
	ctx := cmd.Context()
	state, planner, err := n.Reader().Episode(ctx, name)
	if errors.Is(err, projection.ErrNotFound) {
		return fmt.Errorf("there is no episode %q; 'vignette show RUN' lists a run's episodes", name)
	}
	if err != nil {
		return err
	}
	p, any := newPage(cmd.OutOrStdout()), false
	for call, err := range n.Calls().Calls(ctx, planner.Manifest().GetRun(), state.Plan().Episode) {
		if err != nil {
			return err
		}
		// Without an answer on record (none came, or it was deleted) the call still says what became of it.
		var answer *vignettev1.ModelAnswer
		if call.GetAnswer() != "" {
			answer, err = n.Calls().Answer(ctx, call.GetAnswer())
			if err != nil && !node.NoAnswer(err) {
				return err
			}
		}
		any = true
		if asJSON {
			if err := writeJSON(cmd, callRecord(call, answer)); err != nil {
				return err
			}
			continue
		}
		p.call(call, answer)
	}
	if !any && !asJSON {
		p.printf("No language model was asked in episode %s.\n", state.Plan().Episode)
	}
	return nil
}

// call writes one call: what it was and took, the prompt, the answer.
func (p *page) call(call *vignettev1.ModelCall, answer *vignettev1.ModelAnswer) {
	p.printf("%s\n", p.bold(callTitle(call)))
	p.paragraph("  ", "  ", callFacts(call))
	if call.GetError() != "" {
		p.paragraph("  error: ", "    ", call.GetError())
	}
	if answer == nil {
		if call.GetError() == "" {
			p.printf("  %s\n", p.dim("the answer is not on record any more"))
		}
		p.printf("\n")
		return
	}
	for _, message := range promptOf(answer) {
		p.printf("  %s\n", p.dim(line(message.Role)))
		p.lines("    ", message.Content)
	}
	completion := answer.GetCompletion()
	if completion.GetReasoning() != "" {
		p.printf("  %s\n", p.dim("reasoning"))
		p.lines("    ", completion.GetReasoning())
	}
	p.printf("  %s\n", p.dim("answer"))
	p.lines("    ", completion.GetText())
	if completion.GetDetail() != "" {
		p.paragraph("  "+enumname.Of(completion.GetOutcome())+": ", "    ", completion.GetDetail())
	}
	p.printf("\n")
}

func callTitle(call *vignettev1.ModelCall) string {
	account := call.GetAccount()
	title := fmt.Sprintf("%s (%s): %s", line(account.GetWho()), line(account.GetKind()), line(call.GetPurpose()))
	if account.TurnIndex != nil {
		title = fmt.Sprintf("turn %d, ", account.GetTurnIndex()) + title
	}
	if call.GetRepair() {
		title += ", repair"
	}
	// A further draft of a strategy is another draw, and says so itself.
	if ask := account.GetSample().GetAsk(); ask > 0 && !strings.Contains(call.GetPurpose(), ": draft ") {
		title += fmt.Sprintf(", asked again (%d)", ask)
	}
	return title
}

// callFacts is what a call took, in a line.
func callFacts(call *vignettev1.ModelCall) string {
	facts := []string{line(call.GetEndpoint() + "/" + call.GetModel())}
	if call.GetRung() != vignettev1.Rung_RUNG_UNSPECIFIED {
		facts = append(facts, "by "+enumname.Of(call.GetRung()))
	}
	if call.GetOutcome() != vignettev1.Outcome_OUTCOME_UNSPECIFIED {
		facts = append(facts, enumname.Of(call.GetOutcome()))
	}
	if call.GetRecorded() {
		return strings.Join(append(facts, "from the record, nothing was asked"), " · ")
	}
	latency := call.GetLatency().AsDuration().Round(time.Millisecond).String()
	if waiting := call.GetWaiting().AsDuration().Round(time.Millisecond); waiting > 0 {
		latency += fmt.Sprintf(" (%s of it waiting)", waiting)
	}
	facts = append(facts, plural(int(call.GetAttempts()), "attempt", "attempts"), latency)
	for _, failure := range call.GetFailures() {
		facts = append(facts, fmt.Sprintf("%s %d", strings.ReplaceAll(failure.GetKind(), "_", " "), failure.GetCount()))
	}
	if usage := call.GetUsage(); usage != nil {
		about := ""
		if usage.GetEstimated() {
			about = "about "
		}
		facts = append(facts, fmt.Sprintf("%s%d tokens in, %d out", about, usage.GetPromptTokens(), usage.GetCompletionTokens()))
	}
	cost := "cost not known"
	if call.Cost != nil {
		cost = fmt.Sprintf("cost %.4g", call.GetCost())
	}
	facts = append(facts, cost)
	if call.GetDroppedMessages() > 0 {
		facts = append(facts, plural(int(call.GetDroppedMessages()), "oldest message", "oldest messages")+" left out")
	}
	return strings.Join(facts, " · ")
}

type promptMessage struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// promptOf reads the messages out of the body that was sent.
func promptOf(answer *vignettev1.ModelAnswer) []promptMessage {
	var body struct {
		Messages []promptMessage `json:"messages"`
	}
	if json.Unmarshal(answer.GetRequest(), &body) != nil {
		return []promptMessage{{"request", string(answer.GetRequest())}}
	}
	return body.Messages
}

// lines writes a text as it is, wrapped and indented.
func (p *page) lines(indent, text string) {
	for l := range strings.Lines(printable(text)) {
		p.paragraph(indent, indent, l)
	}
}

type jsonCall struct {
	Type     string                 `json:"type"`
	ID       string                 `json:"id"`
	Time     string                 `json:"time"`
	Turn     *int32                 `json:"turn"`
	Who      string                 `json:"who"`
	Kind     string                 `json:"kind"`
	Task     string                 `json:"task"`
	Purpose  string                 `json:"purpose"`
	Ask      int32                  `json:"ask"`
	Endpoint string                 `json:"endpoint"`
	Model    string                 `json:"model"`
	Prompt   string                 `json:"prompt_hash,omitempty"`
	Recorded bool                   `json:"recorded"`
	Repair   bool                   `json:"repair"`
	Outcome  string                 `json:"outcome,omitempty"`
	Rung     string                 `json:"rung,omitempty"`
	Attempts int32                  `json:"attempts"`
	Failures map[string]int32       `json:"failures"`
	Latency  float64                `json:"latency_seconds"`
	Waiting  float64                `json:"waiting_seconds"`
	Usage    *vignettev1.ModelUsage `json:"usage"`
	Cost     *float64               `json:"cost"`
	Dropped  int32                  `json:"dropped_messages"`
	Error    string                 `json:"error,omitempty"`
	Request  json.RawMessage        `json:"request"`
	Answer   *string                `json:"answer"`
	Thoughts string                 `json:"reasoning,omitempty"`
}

func callRecord(call *vignettev1.ModelCall, answer *vignettev1.ModelAnswer) jsonCall {
	account := call.GetAccount()
	record := jsonCall{
		Type: "call", ID: call.GetId(), Time: call.GetTime().AsTime().Format(time.RFC3339Nano), Turn: account.TurnIndex, Who: account.GetWho(),
		Kind: account.GetKind(), Task: account.GetTask(), Purpose: call.GetPurpose(), Ask: account.GetSample().GetAsk(), Endpoint: call.GetEndpoint(),
		Model: call.GetModel(), Prompt: call.GetPromptHash(), Recorded: call.GetRecorded(), Repair: call.GetRepair(), Attempts: call.GetAttempts(),
		Failures: map[string]int32{}, Latency: call.GetLatency().AsDuration().Seconds(), Waiting: call.GetWaiting().AsDuration().Seconds(),
		Usage: call.GetUsage(), Cost: call.Cost, Dropped: call.GetDroppedMessages(), Error: call.GetError(),
	}
	if call.GetOutcome() != vignettev1.Outcome_OUTCOME_UNSPECIFIED {
		record.Outcome = enumname.Of(call.GetOutcome())
	}
	if call.GetRung() != vignettev1.Rung_RUNG_UNSPECIFIED {
		record.Rung = enumname.Of(call.GetRung())
	}
	for _, failure := range call.GetFailures() {
		record.Failures[failure.GetKind()] = failure.GetCount()
	}
	if answer != nil {
		text := answer.GetCompletion().GetText()
		record.Answer, record.Thoughts = &text, answer.GetCompletion().GetReasoning()
		if json.Valid(answer.GetRequest()) {
			record.Request = json.RawMessage(bytes.TrimSpace(answer.GetRequest()))
		}
	}
	return record
}
