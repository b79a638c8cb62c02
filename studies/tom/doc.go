// Package tom says how well the roles of a run read other minds, beside forecasts that take no reading ("vignette tom RUN";
// docs/evaluators.md has the rules).
//
// [Study] takes in the episodes of a run, one after the other, and keeps every answer to a probe in closed form with what came of
// it; [Study.Report] scores them arm by arm, beside the baselines (baselines.go), with intervals over episodes and the
// reliability of what was said. What came of a probe, and how one forecast is scored, stand in evaluators/tom/outcome: the
// evaluator in a run and this study cannot disagree about it.
//
// Missing is not wrong: an answer that was refused, or whose truth nobody told, is counted by its reason and scored nowhere.
//
// It may import what the room of studies may, and evaluators/emotion/expressed for the baseline that reads the last utterance
// alone. Start reading at study.go; items has stories with questions, to be asked of any model.
package tom
