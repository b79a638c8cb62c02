package minds

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

//go:embed session.yaml clients/*.yaml
var files embed.FS

// Modalities of counselors and of speakers, in the order of tables.
var (
	helping  = []string{"supportive", "mi", "cbt", "directive"}
	speaking = []string{"assertive", "passive", "aggressive"}
)

// libraryClient is the client that the library brings along.
const libraryClient = "cbt-intake"

// clientScenarios is a session with each client of the laboratory, and with the library's: all six styles. Each is a scenario of
// its own, since luck hangs on a scenario's id and no two clients are to have the same. Turns is how many there are.
func clientScenarios(turns int32) ([]*vignettev1.Scenario, error) {
	text, err := fs.ReadFile(files, "session.yaml")
	if err != nil {
		return nil, err
	}
	base, err := scenarios.Read("session.yaml", text)
	if err != nil {
		return nil, fmt.Errorf("the laboratory's session: %w", err)
	}
	personas, err := clients()
	if err != nil {
		return nil, err
	}
	out := make([]*vignettev1.Scenario, len(personas))
	for i, persona := range personas {
		s := proto.CloneOf(base)
		s.Id = "minds-" + persona.GetId()
		s.Stop.MaxTurns = turns
		for _, role := range s.GetRoles() {
			if role.GetKind() == vignettev1.AgentKind_AGENT_KIND_CLIENT {
				role.Persona, role.Name = persona, persona.GetName()
			}
		}
		out[i] = s
	}
	return out, nil
}

// clients are the personas that seek help: those of the library first, then the laboratory's by file name.
func clients() ([]*vignettev1.Persona, error) {
	intake, err := scenarios.Find(libraryClient)
	if err != nil {
		return nil, err
	}
	var out []*vignettev1.Persona
	for _, role := range intake.GetRoles() {
		if role.GetKind() == vignettev1.AgentKind_AGENT_KIND_CLIENT {
			out = append(out, role.GetPersona())
		}
	}
	entries, err := fs.ReadDir(files, "clients")
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		text, err := fs.ReadFile(files, "clients/"+entry.Name())
		if err != nil {
			return nil, err
		}
		persona, err := scenarios.ReadPersona(entry.Name(), text)
		if err != nil {
			return nil, fmt.Errorf("a client of the laboratory: %w", err)
		}
		out = append(out, persona)
	}
	return out, nil
}

// The library's scenarios that the laboratory plays, by id. They are named, and not all there are: a library that grows must not
// change what was measured. None in which people bid for turns, since the arms would differ in who speaks how often.
var (
	playedPartners = []string{"ask-for-leave", "family-talk", "refuse-a-loan", "repair-the-heating", "share-the-dishes"}
	playedClients  = []string{"cbt-intake", "one-glass-fewer", "until-friday"}
)

// partnerScenarios are scenarios in which somebody has to be won over.
func partnerScenarios() ([]*vignettev1.Scenario, error) { return libraryScenarios(playedPartners) }

// helpingScenarios are scenarios with a client.
func helpingScenarios() ([]*vignettev1.Scenario, error) { return libraryScenarios(playedClients) }

// libraryScenarios are those of some ids, without probes, judges and rewards: those are not what is measured here.
func libraryScenarios(ids []string) ([]*vignettev1.Scenario, error) {
	library, err := scenarios.Library()
	if err != nil {
		return nil, err
	}
	var out []*vignettev1.Scenario
	for _, s := range library {
		if !slices.Contains(ids, s.GetId()) {
			continue
		}
		s.Evaluators, s.Probes, s.Factors = nil, nil, nil
		for _, role := range s.GetRoles() {
			role.Reward = nil
		}
		out = append(out, s)
	}
	if len(out) != len(ids) {
		return nil, fmt.Errorf("the library has %d of the %d scenarios that the laboratory plays: %v", len(out), len(ids), ids)
	}
	return out, nil
}
