// Package rubric makes evaluators of rubrics: files in which somebody says what is to be rated, on which levels, with examples.
//
// [Describe] says what a rubric measures, as any evaluator describes itself. [NewService] serves all rubrics under one name: a
// request carries its rubric, so nothing about any of them is kept. Who rates by a rubric is handed in: package judge asks a
// language model. Rules cannot read definitions, so [Unread] gives each score its reason instead of a number.
//
// It may import the contracts and evaluators. Whether a rubric is right is for package scenarios to say, which reads the files.
package rubric
