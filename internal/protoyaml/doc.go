// Package protoyaml reads YAML and JSON files into protobuf messages and writes them back, and says exactly where a
// file is wrong.
//
// A file maps one to one onto a message: keys are the field names of the proto (snake_case), enum values are written
// short and in lower case ("turn_taking: round_robin"; the prefix is derived from the enum's type name), lists are
// lists, maps are maps. The syntax tree is walked against the descriptors, so nothing is guessed: an unknown key, a
// wrong type, a key given twice or a broken protovalidate rule is a [Problem] with file, line, column, field, what is
// wrong and what would be right. All problems of a file are reported at once.
//
// What several files have in common can be included ([Document.Including]). [Schema] is what an editor needs to know of such
// files; [Rewrite] changes one that a person wrote and leaves their comments where they are.
//
// It knows no scenario and no persona: what is special about them comes in through [Expander], [Includer], [SchemaOptions] and
// [Document.Report].
// It imports the YAML parser, protobuf and protovalidate, nothing else. Files from strangers are safe to read: size,
// depth and the number of values (aliases expanded) are bounded.
//
// Start reading at [Parse] and [Document]; [Marshal] is the way back.
package protoyaml
