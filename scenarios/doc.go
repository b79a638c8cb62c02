// Package scenarios loads, checks and writes the files everything begins with: scenarios, personas and rubrics.
//
// A file is YAML (or JSON) that maps one to one onto [vignettev1.Scenario] or [vignettev1.Persona]; package protoyaml
// below does that walk and says, for everything that is wrong, in which line and what would be right. This package adds
// what is special about the two:
//
//   - `kind: scenario` or `kind: persona` may stand at the top; without it the fields decide.
//   - Where a persona is expected, `persona: personas/abe.yaml` names a file: relative to the file it stands in, with
//     forward slashes, and never outside the folder of the file that was asked for (no "..", no absolute path, no
//     symbolic link that leads out). A scenario from a stranger therefore reads nothing else on this machine. Where there is no
//     such file and a persona of that name ships, it is that one.
//   - `include: fragments/stop.yaml` takes in the fields that another file holds, as an entry of a list the entries; what is
//     written in place wins. The file lies where a persona's may. Files that include each other are an error.
//   - A level of a factor may be written as its value alone: `levels: [0.2, 0.8]`.
//   - The script of a replayed role may name a transcript, in the same way and in the same place as a persona. Its lines are
//     taken into the scenario, with the file's name and sha256; package transcript reads them.
//   - [Normalize] fills in what a file may leave out, once, so that nobody after it has to know the defaults.
//   - [Validate] holds what no rule of a single field can say: roles, probes, evaluators, factors must fit together.
//
// [ObjectiveOf] makes an objective of a plain statement, for what has no scenario: transcripts, files of labels.
//
// [Marshal] writes a file anew; [Rewrite] changes one that somebody wrote and keeps their comments.
//
// Errors are [Problems]: all of them at once, each with file, line, column and field.
//
// It imports the contracts and protoyaml, nothing of the engine, the agents or the broker. Start reading at [Load];
// [Find] and [FindPersonas] turn what was typed on a command line into scenarios and personas; package design turns
// scenarios and factors into the cells of a run; package imports is the door to published formats.
package scenarios
