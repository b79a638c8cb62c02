package studies

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// RunFactor is what the run an episode is of is called where runs are compared.
const RunFactor = "run"

// OfRun is a cell that says which run it is of: added to a table under it, episodes of two runs make pairs where they share scenario, levels
// and repeat.
func OfRun(run string, cell *vignettev1.Cell) *vignettev1.Cell {
	out := proto.CloneOf(cell)
	out.Factors = append(out.Factors, &vignettev1.FactorLevel{Factor: RunFactor, Level: run})
	return out
}

// Apart says in sentences how two runs differ besides in what is compared: whatever is not in it is the same in both. Of two runs that differ
// in several things nobody can tell which of them made the difference.
func Apart(first, second *vignettev1.Manifest) (out []string) {
	if first.GetSeed() != second.GetSeed() {
		out = append(out, fmt.Sprintf("seeds differ (%d and %d): pairs share scenario and levels, but not their luck, and intervals are wider for it", first.GetSeed(), second.GetSeed()))
	}
	if first.GetProgramVersion() != second.GetProgramVersion() {
		out = append(out, fmt.Sprintf("versions of the program differ (%s and %s)", first.GetProgramVersion(), second.GetProgramVersion()))
	}
	if !maps.Equal(first.GetModels(), second.GetModels()) {
		out = append(out, fmt.Sprintf("models differ (%s and %s)", modelsInWords(first), modelsInWords(second)))
	}
	out = append(out, scenariosApart(first, second)...)
	return append(out, judgesApart(first, second)...)
}

func modelsInWords(m *vignettev1.Manifest) string {
	var out []string
	for _, who := range slices.Sorted(maps.Keys(m.GetModels())) {
		out = append(out, strings.TrimPrefix(who+"="+m.GetModels()[who], "="))
	}
	if len(out) == 0 {
		return "rules alone"
	}
	return strings.Join(out, ",")
}

// scenariosApart names scenarios of one id that are not the same, and those that one run has alone.
func scenariosApart(first, second *vignettev1.Manifest) (out []string) {
	of := map[string]*vignettev1.Scenario{}
	for _, s := range second.GetScenarios() {
		of[s.GetId()] = s
	}
	var alone []string
	for _, s := range first.GetScenarios() {
		other := of[s.GetId()]
		delete(of, s.GetId())
		switch {
		case other == nil:
			alone = append(alone, s.GetId())
		case !proto.Equal(s, other):
			out = append(out, fmt.Sprintf("scenario %s is not the same in both: %s", s.GetId(), strings.Join(fieldsApart(s, other), ", ")))
		}
	}
	alone = append(alone, slices.Sorted(maps.Keys(of))...)
	if len(alone) > 0 {
		out = append(out, "played in one run only, and left out: "+strings.Join(alone, ", "))
	}
	return out
}

// fieldsApart are the parts of a scenario that differ; of roles, which role and which part of it.
func fieldsApart(a, b *vignettev1.Scenario) []string {
	var out []string
	x, y := proto.CloneOf(a), proto.CloneOf(b)
	if len(a.GetRoles()) == len(b.GetRoles()) {
		for i, role := range a.GetRoles() {
			for _, field := range partsApart(role, b.GetRoles()[i]) {
				out = append(out, role.GetId()+"."+field)
			}
		}
		x.Roles, y.Roles = nil, nil
	}
	return append(out, partsApart(x, y)...)
}

// partsApart are the fields of a message that differ.
func partsApart(a, b proto.Message) (out []string) {
	fields := a.ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if !a.ProtoReflect().Get(f).Equal(b.ProtoReflect().Get(f)) {
			out = append(out, string(f.Name()))
		}
	}
	return out
}

// judgesApart names evaluators that are of another version, or another model, in the second run.
func judgesApart(first, second *vignettev1.Manifest) (out []string) {
	for _, e := range first.GetEvaluators() {
		for _, other := range second.GetEvaluators() {
			if e.GetName() == other.GetName() && (e.GetVersion() != other.GetVersion() || e.GetModel() != other.GetModel()) {
				out = append(out, fmt.Sprintf("evaluator %s is not the same in both (%s and %s): what it scores may differ for that alone", e.GetName(), judgeName(e), judgeName(other)))
			}
		}
	}
	return out
}

func judgeName(e *vignettev1.EvaluatorDescription) string {
	return strings.TrimSpace(e.GetVersion() + " " + e.GetModel())
}
