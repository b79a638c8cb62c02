// Package patientpsi imports and exports the patient profiles of PATIENT-Psi (arXiv 2405.19660): a JSON list of
// cognitive models of CBT, one person in one situation each.
//
// Nothing is lost: exporting what was imported gives the same JSON values; package foreign says how. The profiles themselves
// are not part of this program: users point at their own copy.
//
// It imports the contracts, package scenarios and package foreign. Start reading at [Import]; the table of fields is in
// fields.go.
package patientpsi
