package openenv

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vignette-sim/vignette/engine/environment"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const (
	scoreTimeout = 170 * time.Second // OpenRLHF waits 180 s
	maxQueries   = 4096
	scoring      = 4 // queries of a request that are scored at once
)

// scoreBody is what OpenRLHF asks a remote reward: prompts with their answers, the prompts alone, and what the data set says.
type scoreBody struct {
	Query   []string `json:"query"`
	Prompts []string `json:"prompts"`
	Labels  []string `json:"labels"`
}

// scoreAnswer is what it is told. Rewards and scores are the same, in the order of the queries.
type scoreAnswer struct {
	Rewards []float64      `json:"rewards"`
	Scores  []float64      `json:"scores"`
	Logs    map[string]any `json:"extra_logs"`
}

// postScore scores answers by the reward of a scenario's role. A reward that is missing is an error, since OpenRLHF has no word for
// it; ?missing=NUMBER says what to put in its place.
func (s *Server) postScore(w http.ResponseWriter, r *http.Request) {
	data, wrong := body(w, r)
	var asked scoreBody
	if wrong == nil {
		wrong = read(data, &asked)
	}
	var instead *float64
	if wrong == nil {
		instead, wrong = insteadOf(r.URL.Query().Get("missing"))
	}
	if wrong == nil {
		wrong = asked.check()
	}
	if wrong != nil {
		refuse(w, statusOf(wrong), wrong)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), scoreTimeout)
	defer cancel()
	rewards, wrongs := s.scoreAll(ctx, asked)
	told := scoreAnswer{Rewards: make([]float64, len(rewards)), Logs: map[string]any{}}
	sums, counts := map[string]float64{}, map[string]int{}
	missing := make([]float64, len(rewards))
	for i, reward := range rewards {
		if wrongs[i] != nil {
			refuse(w, statusOf(wrongs[i]), faultf(wrongs[i].Code, "query %d: %s", i, wrongs[i].Message))
			return
		}
		switch outcome := reward.GetOutcome().(type) {
		case *vignettev1.Reward_Value:
			told.Rewards[i] = outcome.Value
		default:
			if instead == nil {
				refuse(w, http.StatusUnprocessableEntity, faultf(executionError,
					"query %d: its reward is missing (%s); ?missing=NUMBER in the address says what to put in its place", i, reward.GetMissing().GetDetail()))
				return
			}
			told.Rewards[i], missing[i] = *instead, 1
		}
		for _, term := range reward.GetTerms() {
			if value, ok := term.GetOutcome().(*vignettev1.RewardTermValue_Value); ok {
				name := term.GetEvaluator() + "/" + term.GetDimension()
				sums[name] += value.Value
				counts[name]++
			}
		}
	}
	for name, sum := range sums {
		told.Logs[name] = sum / float64(counts[name])
	}
	if len(missing) > 0 {
		told.Logs["missing"] = mean(missing)
	}
	told.Scores = told.Rewards
	write(w, http.StatusOK, told)
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

func insteadOf(text string) (*float64, *fault) {
	if text == "" {
		return nil, nil
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || value != value || value < -1e9 || value > 1e9 {
		return nil, faultf(validationError, "missing: %q is no number", shorten(text))
	}
	return &value, nil
}

func (b scoreBody) check() *fault {
	switch {
	case len(b.Query) > maxQueries:
		return faultf(validationError, "query: %d; at most %d go into a request", len(b.Query), maxQueries)
	case len(b.Prompts) != 0 && len(b.Prompts) != len(b.Query):
		return faultf(validationError, "prompts: %d for %d queries", len(b.Prompts), len(b.Query))
	case len(b.Labels) != 0 && len(b.Labels) != len(b.Query):
		return faultf(validationError, "labels: %d for %d queries", len(b.Labels), len(b.Query))
	}
	return nil
}

// scoreAll scores the queries of a request, some at once.
func (s *Server) scoreAll(ctx context.Context, asked scoreBody) ([]*vignettev1.Reward, []*fault) {
	rewards, wrongs := make([]*vignettev1.Reward, len(asked.Query)), make([]*fault, len(asked.Query))
	next := make(chan int)
	var wait sync.WaitGroup
	for range scoring {
		wait.Go(func() {
			for i := range next {
				rewards[i], wrongs[i] = s.score(ctx, asked, i)
			}
		})
	}
	for i := range asked.Query {
		next <- i
	}
	close(next)
	wait.Wait()
	return rewards, wrongs
}

// score scores one query. The label, where there is one, is the id of the scenario whose reward is asked for.
func (s *Server) score(ctx context.Context, asked scoreBody, i int) (*vignettev1.Reward, *fault) {
	scenario, role := s.config.Defaults.Scenario, s.config.Defaults.Role
	if len(asked.Labels) > 0 && asked.Labels[i] != "" {
		scenario, role = asked.Labels[i], ""
	}
	if scenario == "" {
		return nil, faultf(validationError, "labels: say the id of the scenario whose reward is asked for, here or when the server is started")
	}
	prompt := ""
	if len(asked.Prompts) > 0 {
		prompt = asked.Prompts[i]
	}
	reward, err := s.config.Service.Judge(ctx, scenario, role, lines(asked.Query[i], prompt))
	if err != nil {
		var known interface {
			Refused() *vignettev1.EnvironmentError
		}
		if errors.As(err, &known) {
			return nil, faultOf(known.Refused(), false)
		}
		return nil, faultf(executionError, "%v", err)
	}
	return reward, nil
}

// closing are the marks with which chat templates close an answer.
var closing = regexp.MustCompile(`(?:\s*(?:<\|[a-z_]+\|>|</s>|<eos>|<end_of_turn>))+\s*$`)

// lines are the turns of a query: those of its prompt, where that is a list of chat messages as JSON, and the answer, which is what
// follows the prompt.
func lines(query, prompt string) []environment.Line {
	said := strings.TrimSpace(closing.ReplaceAllString(strings.TrimPrefix(query, prompt), ""))
	var before []struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	var out []environment.Line
	if json.Unmarshal([]byte(prompt), &before) == nil {
		for _, m := range before {
			if m.Role == "user" || m.Role == "assistant" {
				out = append(out, environment.Line{Learner: m.Role == "assistant", Text: m.Content})
			}
		}
	}
	return append(out, environment.Line{Learner: true, Text: said})
}
