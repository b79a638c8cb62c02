// Package design turns scenarios, factors and repeats into the cells of a run, and a cell back into the scenario that
// is played there.
//
// A cell is one combination of scenario, one level for each factor, and repeat. The order is fixed: scenarios as the
// manifest lists them; within a scenario the factors in order, the last varying fastest; then the repeat, fastest of
// all. The run's own factors come before those a scenario declares, and one of the same role and field replaces it
// ("focal" and the focal role's id are the same role). A cell is computed from its number, so a design of millions
// costs nothing until it is played.
//
// Levels are applied from the outside in, whatever the order of the factors: a whole persona first, then
// persona.style, so that varying both varies both.
//
// It imports the contracts and package scenarios. Start reading at [Design]; [ParseVary] reads the --vary flag.
package design
