// Package sotopia imports and exports the data of Sotopia (arXiv 2310.11667): agents, environments, relationships, and
// combinations of an environment with two agents.
//
//   - An agent is a persona; its secret is a memory that takes nearly full trust.
//   - A combination is a scenario that can be run: its environment, with its two agents in the roles.
//   - An environment without a combination is a scenario with stand-ins.
//   - A relationship is a scenario in which its two agents meet, with their story as the setting.
//
// A goal with <extra_info> and <strategy_hint> becomes a goal, private knowledge and a hint, and is put together again at
// export. A part of a scene that is marked as the environment's alone goes where no agent reads it.
//
// Nothing is lost; package foreign says how. The data are not part of this program: users point at their own copy. It imports
// the contracts, package scenarios and package foreign. Start reading at [Import].
package sotopia
