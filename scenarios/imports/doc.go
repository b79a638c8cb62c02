// Package imports is the door to all published formats that personas and scenarios are read from and written back to: their
// names, what files they are in, and who reads them. docs/imports.md says for each what maps where.
//
// It imports package scenarios and the packages of the formats beside this one. Start reading at [Formats].
package imports
