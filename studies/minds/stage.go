package minds

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Stage is where experiments are played: what they need of a node. Its fields must not change; it is for one experiment at a
// time.
type Stage struct {
	// Runner plays runs. The builtin minds are hosted where it finds agents.
	Runner *runs.Runner
	// Host puts an agent on the wire under a name that nobody else has.
	Host func(ctx context.Context, name, summary string, register func(grpc.ServiceRegistrar)) error
	// Agent finds an agent on the wire.
	Agent func(name string) vignettev1.AgentServiceClient
	// Deaf is the name of a builtin client that hears at random.
	Deaf string
	// Perceive names the acts that the builtin client hears in a text after it has said something.
	Perceive func(text, said string) []string

	names   sync.Mutex
	serving map[string]string // names on the wire by what they are in tables
	players map[string]*changing
	// each is told of every episode of the experiment that came to its end; nil where nobody asks.
	each func(*episode.State)
}

// Options say how to experiment.
type Options struct {
	// Episodes is how many an experiment plays at least; 0 means each experiment's own number.
	Episodes int
	// Seed of all chance, that of intervals too.
	Seed uint64
	// Workers is how many episodes are played at once; 0 leaves it to the runner.
	Workers int
	// Progress is told how many episodes of how many have been played in a part of an experiment. May be nil.
	Progress func(part string, done, total int)
	// Drain, when closed, ends the experiment after the episodes in flight, with [ErrDrained]. May be nil.
	Drain <-chan struct{}
}

// ErrDrained says that an experiment was ended before all its episodes were played.
var ErrDrained = errors.New("the experiment was ended before all its episodes were played")

// repeats is how often a design of some cells is repeated so that it has as many episodes as were asked for.
func (o Options) repeats(usual, cells int) int {
	wanted := cmp.Or(o.Episodes, usual)
	return max(1, (wanted+cells-1)/cells)
}

// play plays a design and returns a session for every episode, in the design's order.
func (s *Stage) play(ctx context.Context, part string, design runs.Design, options Options) ([]*session, error) {
	design.Seed = options.Seed
	planner, err := s.Runner.Prepare(ctx, design)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", part, err)
	}
	sessions := make([]*session, planner.Len())
	done, failed := 0, error(nil)
	tell := func() {
		if options.Progress != nil {
			options.Progress(part, done, len(sessions))
		}
	}
	tell()
	err = s.Runner.Play(ctx, planner, runs.Options{
		Workers: options.Workers, Drain: options.Drain,
		Each: func(index int, state *episode.State) {
			done++
			tell()
			if f := state.Failed(); f != nil {
				failed = errors.Join(failed, fmt.Errorf("%s: episode %s failed: %s", part, state.Plan().Episode, f.GetMessage()))
				return
			}
			sessions[index] = sessionOf(state)
			if s.each != nil {
				s.each(state)
			}
		},
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", part, err)
	case failed != nil:
		return nil, failed
	case done < len(sessions):
		return nil, ErrDrained
	}
	return sessions, nil
}

// factor varies a field of a role by text; the names of the levels are what tables call them.
func factor(role, field string, names, values []string) *vignettev1.Factor {
	f := &vignettev1.Factor{Role: role, Field: field}
	for i, name := range names {
		f.Levels = append(f.Levels, &vignettev1.Level{Name: name, Value: structpb.NewStringValue(values[i])})
	}
	return f
}

// skillFactor varies the skill of the focal role.
func skillFactor(skills ...float64) *vignettev1.Factor {
	f := &vignettev1.Factor{Role: "focal", Field: skillField}
	for _, skill := range skills {
		f.Levels = append(f.Levels, &vignettev1.Level{Name: skillName(skill), Value: structpb.NewNumberValue(skill)})
	}
	return f
}

func modalityFactor(modalities ...string) *vignettev1.Factor {
	return factor("focal", modalityField, modalities, modalities)
}

func skillName(skill float64) string { return fmt.Sprint(skill) }

// Fields that experiments vary.
const (
	skillField    = "policy.skill"
	modalityField = "policy.modality"
	agentField    = "agent"
)
