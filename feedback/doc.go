// Package feedback is the room of what people, and time, say of conversations after they were played:
//
//   - feedback/hindsight simulates what came of an episode and judges it before and after that is known. Start reading there.
//   - feedback/campaign collects people's ratings: FeedbackService.
//   - feedback/annotators are simulated raters with known faults.
//
// All it finds is written as notes beside the play, never into it. The room reads episodes through the engine's read side and
// may import the engine, the scenarios, the broker and the pure evaluators; no agent, no evaluator service and no model.
package feedback
