package conductor

import (
	"context"
	"fmt"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Terms say on what terms the models behind agents and judges may be asked. The zero value uses recorded answers, asks
// where there are none, and sets no limit.
type Terms struct {
	// Recorded says what may be done with recorded answers.
	Recorded vignettev1.RecordedAnswers
	// MaxCost is the most that the run may cost, in the currency of the prices; nil means no limit.
	MaxCost *float64
	// MaxTokens is the most tokens that the run may use; nil means no limit.
	MaxTokens *int64
}

// PausedError says that an episode stands still because its run does: its budget is used up, somebody paused it, or the disk is
// nearly full. Nothing is lost: it goes on when that is over.
type PausedError struct {
	// Episode is which.
	Episode string
	// Reason is what is used up, for people.
	Reason string
	// Budget says that it is what the run may spend; else somebody paused it, or there is no room to write.
	Budget bool
}

// Error implements error.
func (e *PausedError) Error() string {
	return fmt.Sprintf("episode %s is paused: %s", e.Episode, e.Reason)
}

// What the model gateway says when a run's budget is used up; see model.proto.
const (
	modelsDomain = "models"
	budgetReason = "BUDGET"
)

// interrupted returns why the episode cannot go on now though nothing in it has failed, or nil.
func (p *play) interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil {
		return nil
	}
	if reason, spent := BudgetSpent(err); spent {
		return &PausedError{Episode: p.state.Plan().Episode, Reason: reason, Budget: true}
	}
	return nil
}

// BudgetSpent says whether a call failed because what may be spent on models is spent, and in which words.
func BudgetSpent(err error) (reason string, spent bool) {
	if err == nil {
		return "", false
	}
	refused := status.Convert(rootStatus(err))
	for _, detail := range refused.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.GetDomain() == modelsDomain && info.GetReason() == budgetReason {
			return refused.Message(), true
		}
	}
	return "", false
}

// observe is what a role may know, and on whose account it may ask a model.
func (p *play) observe(role, task string) *vignettev1.Observation {
	observation := p.state.Observe(role)
	kind := enumname.Of(observation.GetSelf().GetKind())
	observation.Account = p.account(task, role, kind, proto.Int32(observation.GetTurnIndex()))
	return observation
}

func (p *play) account(task, who, kind string, turn *int32) *vignettev1.ModelAccount {
	plan := p.state.Plan()
	return &vignettev1.ModelAccount{
		Run: plan.Run, Episode: plan.Episode, Task: task, Who: who, Kind: kind, TurnIndex: turn, Sample: p.state.Sample(),
		Recorded: p.Terms.Recorded, MaxCost: p.Terms.MaxCost, MaxTokens: p.Terms.MaxTokens,
	}
}
