package scenarios

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Study is a study file with what it names.
type Study struct {
	// Study is the file, with defaults filled in.
	*vignettev1.Study
	// Played are its scenarios, in order, and Sources where each was read from.
	Played  []*vignettev1.Scenario
	Sources []*vignettev1.ScenarioSource
}

// Factors are what the study varies, as a run takes it.
func (s *Study) Factors() []*vignettev1.Factor {
	out := make([]*vignettev1.Factor, len(s.GetFactors()))
	for i, f := range s.GetFactors() {
		out[i] = factorOf(f)
	}
	return out
}

func factorOf(f *vignettev1.StudyFactor) *vignettev1.Factor {
	return &vignettev1.Factor{Role: f.GetRole(), Field: f.GetField(), Levels: f.GetLevels()}
}

// What a study is where its file does not say.
const (
	studyRepeats = 5
	studySeed    = 1
)

// LoadStudy reads a study file and the scenarios it names, fills in defaults and checks everything, each level on each scenario among it. An
// error is always [Problems].
func LoadStudy(file string) (*Study, error) {
	return openAndRead(file, func(r *reader, name string) (*Study, error) { return r.study(name) })
}

// IsStudy says whether a file holds a study; one that cannot be read does not.
func IsStudy(file string) bool {
	kind, err := openAndRead(file, func(r *reader, name string) (string, error) {
		root, err := r.parse(name)
		if err != nil {
			return "", err
		}
		return guessKind(root), nil
	})
	return err == nil && kind == kindStudy
}

// FindStudy turns what somebody typed into a study: the name of a file that exists, else the id of one that ships.
func FindStudy(name string) (*Study, error) {
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) && !looksLikePath(name) {
		if shipped := path.Join(studiesDir, name+".yaml"); fileShips(shipped) {
			return (&reader{fsys: libraryFiles}).study(shipped)
		}
		return nil, Problems{notFound(name, "study", StudyIDs())}
	}
	return LoadStudy(name)
}

// StudyIDs are the ids of the studies that ship.
func StudyIDs() []string {
	entries, _ := fs.ReadDir(libraryFiles, studiesDir)
	var out []string
	for _, e := range entries {
		out = append(out, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return out
}

// StudyFile is the text of a study that ships; the error is [fs.ErrNotExist] when there is none of that id.
func StudyFile(id string) ([]byte, error) {
	return libraryFiles.ReadFile(path.Join(studiesDir, id+".yaml"))
}

func fileShips(name string) bool {
	_, err := fs.Stat(libraryFiles, name)
	return err == nil
}

// study reads one file as a study.
func (r *reader) study(name string) (*Study, error) {
	root, err := r.parse(name)
	if err == nil && root.Get(kindKey) == nil {
		err = Problems{{File: r.call(name), Line: 1, Column: 1, Message: "this file does not say that it holds a study", Hint: "write `kind: study` at the top"}}
	}
	if err == nil {
		root, err = r.parseAs(name, kindStudy)
	}
	if err != nil {
		return nil, err
	}
	s := &Study{Study: &vignettev1.Study{}}
	d := protoyaml.NewDocument(r.call(name), root, r.expander(name))
	d.Including(r.include)
	d.Explaining(vignettev1.Comment)
	d.Decode(s.Study)
	normalizeStudy(s.Study)
	d.Check(s.Study)
	var problems Problems
	for i := range s.GetScenarios() {
		at := fmt.Sprintf("scenarios[%d]", i)
		played, err := r.played(name, s.GetScenarios()[i])
		if err == nil && slices.ContainsFunc(s.Played, func(other *vignettev1.Scenario) bool { return other.GetId() == played.GetId() }) {
			d.Report(at, fmt.Sprintf("another scenario has the id %q too", played.GetId()), "ids must differ within a study")
			continue
		}
		if err == nil {
			s.Played = append(s.Played, played)
			from := s.GetScenarios()[i]
			if target, ok := beside(name, from); ok && looksLikePath(from) {
				from = r.call(target) // as whoever runs it finds it, from where they are
			}
			s.Sources = append(s.Sources, &vignettev1.ScenarioSource{Scenario: played.GetId(), From: from})
			continue
		}
		if p := asProblems("", err); len(p) > 1 || p[0].File != "" {
			problems = append(problems, p...) // in the scenario's own file, at places of its own
		} else {
			d.Report(at, p[0].Message, p[0].Hint)
		}
	}
	checkStudy(s, d)
	if err := d.Err(); err != nil {
		return nil, append(err.(Problems), problems...)
	}
	return s, problems.Err()
}

// played reads a scenario that a study names: a file beside it, or one that ships. A problem without a file is about the name.
func (r *reader) played(study, ref string) (*vignettev1.Scenario, error) {
	if !isDocument(ref) && !strings.ContainsAny(ref, `/\`) {
		shipped, err := Library()
		if err != nil {
			return nil, err
		}
		var ids []string
		for _, s := range shipped {
			if ids = append(ids, s.GetId()); s.GetId() == ref {
				return s, nil
			}
		}
		hint := "name a file that ends in .yaml, .yml or .json, or a scenario that ships: 'vignette scenarios' lists them"
		if near := protoyaml.Nearest(ref, ids); near != "" {
			hint = fmt.Sprintf("did you mean %q? %s", near, hint)
		}
		return nil, Problems{{Message: fmt.Sprintf("no scenario that ships is called %q", ref), Hint: hint}}
	}
	target, ok := beside(study, ref)
	if !ok || r.fsys == nil {
		return nil, Problems{{Message: fmt.Sprintf("%q does not lie in the folder of the study", ref), Hint: "write a path from this file, with forward slashes; copy the scenario there if need be"}}
	}
	s, err := r.scenario(target)
	if err == nil {
		return s, nil
	}
	if p := asProblems("", err); len(p) == 1 && p[0].Line == 0 {
		return nil, Problems{{Message: fmt.Sprintf("the scenario file %s: %s", r.call(target), p[0].Message), Hint: p[0].Hint}}
	}
	return nil, err
}

func normalizeStudy(s *vignettev1.Study) {
	if s.Design == vignettev1.StudyDesign_STUDY_DESIGN_UNSPECIFIED {
		s.Design = vignettev1.StudyDesign_STUDY_DESIGN_FULL_FACTORIAL
	}
	if s.Repeats == 0 {
		s.Repeats = studyRepeats
	}
	if s.Seed == nil {
		s.Seed = proto.Uint64(studySeed)
	}
	if s.Outcome == "" {
		s.Outcome = "reward"
	}
	for _, f := range s.Factors {
		for _, l := range f.Levels {
			normalizeLevel(l)
		}
	}
}

// checkStudy tries each level on each scenario: what does not fit comes up here, at its line, and not in the middle of a run.
func checkStudy(s *Study, d reporter) {
	seen, compared := map[string]bool{}, 0
	for i, f := range s.GetFactors() {
		at := fmt.Sprintf("factors[%d]", i)
		if !f.GetBlock() {
			compared++
		}
		if label := Label(factorOf(f)); seen[label] {
			d.Report(at, label+" is varied twice", "put all its levels into one factor")
		} else {
			seen[label] = true
		}
		if f.GetField() == "" || !checkStudyField(s, f, at, d) {
			continue
		}
		checkStudyLevels(s, f, at, d)
	}
	if compared == 0 && len(s.GetFactors()) > 0 {
		d.Report("factors", "all factors are blocks, so nothing is compared", "take `block: true` away from the one that the question is about")
	}
	margins := map[string]bool{}
	for i, m := range s.GetMargins() {
		if margins[m.GetOutcome()] {
			d.Report(fmt.Sprintf("margins[%d].outcome", i), fmt.Sprintf("%q has two margins", m.GetOutcome()), "keep one")
		}
		margins[m.GetOutcome()] = true
	}
}

// checkStudyField holds a factor's role and field against the scenarios.
func checkStudyField(s *Study, f *vignettev1.StudyFactor, at string, d reporter) bool {
	factor := factorOf(f)
	if strings.HasPrefix(f.GetField(), "evaluators") || f.GetRole() == "evaluator" || f.GetRole() == JudgeField {
		d.Report(at+".field", "who judges is a factor of its own", "write `field: judge` without a role, and models as levels; \"builtin\" are an evaluator's rules")
		return false
	}
	for _, played := range s.Played {
		if _, err := FactorRole(played, factor); err != nil {
			p := asProblem(err)
			d.Report(at+".role", fmt.Sprintf("in scenario %q %s", played.GetId(), p.Message), "leave that scenario out, or vary a role that all have; \"focal\" is in each. "+p.Hint)
			return false
		}
	}
	if _, err := FactorField(factor); err != nil {
		p := asProblem(err)
		d.Report(at+".field", p.Message, p.Hint)
		return false
	}
	return true
}

func checkStudyLevels(s *Study, f *vignettev1.StudyFactor, at string, d reporter) {
	seen := map[string]bool{}
	for j, l := range f.GetLevels() {
		at := fmt.Sprintf("%s.levels[%d]", at, j)
		if seen[l.GetName()] && l.GetName() != "" {
			d.Report(at+".name", fmt.Sprintf("another level is called %q too", l.GetName()), "give each level a name of its own")
		}
		seen[l.GetName()] = true
		if err := CheckJudges(s.Played, factorOf(f), l); err != nil {
			p := asProblem(err)
			d.Report(at+levelField(l), p.Message, p.Hint)
			continue
		}
		for _, played := range s.Played {
			if err := CheckLevel(played, factorOf(f), l); err != nil {
				p := asProblem(err)
				d.Report(at+levelField(l), fmt.Sprintf("scenario %q cannot have this level of %s: %s", played.GetId(), Label(factorOf(f)), p.Message), p.Hint)
				break
			}
		}
	}
}
