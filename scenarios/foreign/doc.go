// Package foreign brings records of published formats into our messages and back without losing anything. It is what all
// imports have in common; what a format's fields mean stands in a package of its own beside this one.
//
// A format is a table of [Field]s, gathered in a [Source]. A field reads one value of a record, or several that belong
// together, into a message, and writes what the message says now. From that table alone follow:
//
//   - Import and export are inverse: exporting what was imported gives the same JSON values.
//
//   - Editing what is mapped changes the export, in that field and no other.
//
//   - What has no place in a message is kept in its extension of the format's name, and no agent reads it:
//
//     unmapped   values that no field has, where they stood
//     verbatim   mapped values as the source wrote them, where the export would write them differently
//     absent     mapped values the source did not have, where the export would write them
//
// A value within a record is named by a path: names parted by "/", with "~1" for a slash in a name and "~0" for a tilde, as
// in a JSON Pointer (RFC 6901) without the slash at its beginning. Lists are values of their own: a path does not lead into
// them.
//
// Errors are [scenarios.Problems] and say file, record, field and what would be right; all records are looked at.
//
// It imports the contracts, package scenarios and internal packages. Start reading at [Source].
package foreign
