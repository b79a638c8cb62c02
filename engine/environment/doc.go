// Package environment is the driver for policies under training: one role of an episode is played from outside, and rewarded. It
// drives the same episode machine as a batch does, and offers it as EnvironmentService of the contracts.
//
// An environment plays one episode after the other; each is a run of its own in the log ([runs.Runner.PrepareLike]), so that it can
// be shown, scored and exported like any other. The environment itself lives in memory: when it is closed, or nobody has used it
// for a while, an episode that was not over is completed as truncated.
//
// What a policy may know is built in one place, view.go, of what [episode.State.Observe] gives.
//
// It may touch the contracts, scenarios and the engine's other rooms. Start reading at [Service].
package environment
