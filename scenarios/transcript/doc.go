// Package transcript reads conversations that were recorded elsewhere, so that a role can be played by what somebody has
// said there: exports of Vignette (JSONL), messages with role and text (JSONL, or a JSON list), plain text in the form of a script
// ("Name: words"), captions that name their speaker (WebVTT), and the CSV of AnnoMI. [ReadAnnoMI] gives the last with what its
// raters wrote.
//
// What counts as a turn:
//
//   - An utterance without words is left out of all but exports: nobody heard anything. In an export silence is an action and
//     is kept; words that should be there and are not are an error.
//   - What one speaker says in several utterances in a row is one turn in all but exports, joined with a space: a turn is all
//     that is said until somebody else speaks, and an answer belongs to all of it. Turns of an export are turns already
//     and are kept as they are, word for word.
//
// Errors are problems with file, line, what is wrong and how to mend it. It reads bytes and nothing else, and imports the
// contracts and protoyaml's problems. Start reading at [Read].
package transcript
