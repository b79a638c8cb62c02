// Package patienthub imports and exports the simulated clients that PatientHub gathers from nine published systems, each in
// its own format: consistentMI, patientAct, adaptiveVP, cars, mindVoyager, annaAgent, simPatient, clientCast and psyche.
//
// A profile becomes a client's persona: who they are, a cognitive model, what they might change and how ready they are,
// memories with the trust it takes to tell them, and a style. Nothing is lost; package foreign says how. What a format holds
// for others than the client (a case report, item scores of questionnaires, a judge's notes) is kept and not mapped: the client
// would know it otherwise.
//
// Some things follow from a profile and are not in it: a style from "decreased verbal productivity", a stage of change from
// ratings. They are set at import, stand where one can change them, and are not written back; docs/imports.md lists them.
//
// The profiles themselves are not part of this program: users point at their own copy. It imports the contracts, package
// scenarios and package foreign. Start reading at [Formats]; each format is a file of its own.
package patienthub
