// Package dailydilemmas imports and exports the everyday dilemmas of DailyDilemmas (arXiv 2410.02683): a situation, two
// actions, what may come of each, and the values it touches.
//
// It reads two tables: the one with a row for each of the two actions of a dilemma, and the one with a dilemma a row and no
// actions. A dilemma becomes a scenario in which the one who must decide talks it over with a friend; the two actions, what
// comes of them and the values stand in the scenario's decision.
//
// Nothing is lost; package foreign says how. The dilemmas are not part of this program: users point at their own copy. It
// imports the contracts, package scenarios and package foreign.
package dailydilemmas
