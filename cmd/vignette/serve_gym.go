package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/environment"
	"github.com/vignette-sim/vignette/node"
	"github.com/vignette-sim/vignette/node/edge/openenv"
	"github.com/vignette-sim/vignette/scenarios"
)

// gymFlags say how environments are served to trainers.
type gymFlags struct {
	address, tokenFile     string
	scenario, role, reward string
	maxSteps               int32
	max                    int
	idle                   time.Duration
	policyHosts            []string
}

func (f *gymFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.address, "openenv", "", "address of OpenEnv over WebSocket and HTTP, host:port (port 0: any; default not served)")
	cmd.Flags().StringVar(&f.tokenFile, "openenv-token-file", "", "file with the bearer token that OpenEnv's clients must present (default $VIGNETTE_OPENENV_TOKEN)")
	cmd.Flags().StringVar(&f.scenario, "scenario", "", "library scenario that OpenEnv's clients play where their reset does not say")
	cmd.Flags().StringVar(&f.role, "role", "", "role they play in it (default the focal role)")
	cmd.Flags().StringVar(&f.reward, "reward", "outcome", "when they are paid: outcome, with the last step, or turn, with each")
	cmd.Flags().Int32Var(&f.maxSteps, "max-steps", 0, "steps after which their episodes are cut off and count as truncated (0: never)")
	cmd.Flags().IntVar(&f.max, "environments", environment.DefaultMax, "how many environments may be open at once")
	cmd.Flags().DurationVar(&f.idle, "environment-idle", environment.DefaultIdle, "after how long without a call an environment is closed")
	cmd.Flags().StringSliceVar(&f.policyHosts, "policy-host", nil, "hosts beside loopback at which RunEpisode may ask policies: HOST or HOST:PORT, several with commas between")
}

func (f *gymFlags) check() error {
	switch {
	case f.reward != "outcome" && f.reward != "turn":
		return usagef("--reward: %q is none of outcome, turn", f.reward)
	case f.maxSteps < 0 || f.maxSteps > 10000:
		return usagef("--max-steps: %d; it takes 0 to 10000", f.maxSteps)
	case f.max < 1:
		return usagef("--environments: %d; it takes 1 or more", f.max)
	case f.idle < time.Second:
		return usagef("--environment-idle: %v; it takes a second or more", f.idle)
	case f.scenario == "":
		return nil
	}
	if _, err := scenarios.LibraryFile(f.scenario); err != nil {
		return usagef("--scenario: the library has no scenario %q; 'vignette scenarios' lists them", f.scenario)
	}
	return nil
}

// serve serves OpenEnv if it was asked for, and returns where. A port that was chosen once is kept: callers have been told of it.
func (f *gymFlags) serve(n *node.Node) (string, error) {
	if f.address == "" {
		return "", nil
	}
	token, err := readToken(f.tokenFile, "VIGNETTE_OPENENV_TOKEN")
	if err != nil {
		return "", err
	}
	server, err := n.ServeOpenEnv(openenv.Config{
		Address: f.address, Token: token, Idle: f.idle, Connections: 2 * f.max,
		Defaults: openenv.Defaults{Scenario: f.scenario, Role: f.role, Reward: f.reward, MaxSteps: f.maxSteps},
	})
	if err != nil {
		return "", err
	}
	f.address = server.Addr()
	return f.address, nil
}
