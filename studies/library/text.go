package library

// pageText is the page of the library; what stands in it of numbers is measured.
const pageText = `# The library

*This page is written by ` + "`go test ./studies/library -update`" + `; to change it, change that.*

{{len .Scenarios}} scenarios and {{len .Personas}} personas ship with the program. ` + "`vignette run ID`" + ` plays a scenario;
` + "`--vary ROLE.persona=ID,ID`" + ` puts personas into a role. The files are in [scenarios/library](../scenarios/library); how they are
written is told in [scenarios.md](scenarios.md).

## Scenarios, and how hard they are in simulation

**Measured with builtin minds, not with people.** {{.Repeats}} episodes of each scenario with a novice in the focal role (skill
{{.Novice}}) and {{.Repeats}} with a skilled one ({{.Skilled}}), seed {{.Seed}}; both meet the same people with the same luck. The rules
that play, and those that score, are described in [minds.md](minds.md) and [evaluators.md](evaluators.md). With {{.Repeats}} episodes a
share of one half is known to about ±.2: read the table by its large differences.

- *fits*: the way of speaking or helping it is made for.
- *agreed*: share of partners who said yes, took the no, or made a counter-offer that was taken; novice → skilled. A dash: nobody
  has to agree.
- *reward*: of the focal role, by the scenario's own terms, -1 to 1; novice → skilled.
- *difficulty (from simulation)*: by the share that agreed over both skills: easy from two thirds, middle from one third, else hard.

| scenario | what | roles | turns | fits | agreed | reward | difficulty (from simulation) |
|---|---|---|---|---|---|---|---|
{{range .Scenarios -}}
| [{{.ID}}](../scenarios/library/{{.ID}}.yaml) | {{.Title}} | {{.Roles}} | {{.Turns}} | {{.Fits}} | {{.Agreed}} | {{.Reward}} | {{.Difficulty}} |
{{end}}
## Three levels of difficulty

Scenarios with one partner come at three levels, by how hard the partner makes it: ` + "`vignette run ID --vary ROLE.stance.difficulty=0.2,0.5,0.8`" + `.
Share agreed, novice → skilled, measured as above.

| scenario | role | 0.2 | 0.5 | 0.8 |
|---|---|---|---|---|
{{range .Levels -}}
| {{.ID}} | {{.Role}} |{{range .Cells}} {{.}} |{{end}}
{{end}}
## By tag

| tag | n | scenarios |
|---|---|---|
{{range .Tags -}}
| {{.Tag}} | {{len .IDs}} | {{join .IDs ", "}} |
{{end}}
## Personas

Only name and introduction are known to the others; all else is private to the role that plays them.

| id | who |
|---|---|
{{range .Personas -}}
| [{{.ID}}](../scenarios/library/personas/{{.ID}}.yaml) | {{.Name}}: {{.Introduction}} |
{{end -}}
`
