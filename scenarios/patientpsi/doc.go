// Package patientpsi imports and exports the patient profiles of PATIENT-Psi (arXiv 2405.19660): a JSON list of
// cognitive models of CBT, one person in one situation each.
//
// Nothing is lost: exporting what was imported gives the same JSON values. What a persona has a place for is mapped,
// and editing it changes the export; what it has no place for, and how the source wrote things that have more than one
// way to be written, is kept under the extension "patient-psi":
//
//	unmapped   fields of the source that have no place in a persona
//	verbatim   mapped fields as the source wrote them, where the export would write them differently
//	absent     mapped fields the source did not have, where the export would write them
//
// The profiles themselves are not part of this program: users point at their own copy.
//
// It imports the contracts and package scenarios. Start reading at [Import]; the table of fields is in fields.go.
package patientpsi
