// Package calibration is what becomes of an evaluator's scores of a turn under a model that was fitted to somebody's labels: the
// file such a model is kept in, what it reads off scores, and what it says. It is pure: whoever fits models and whoever serves
// them import it. It may import the contracts and internal.
//
// Start reading at [Model]; features.go has what is read off scores.
package calibration

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Format is the version of files. A program reads those of its own version only.
const Format = 1

// Model is a fitted model as it is kept: what it reads, what it says, and what it was worth when it was fitted.
type Model struct {
	Format int    `json:"format"`
	Name   string `json:"name"`
	// Evaluator is whose scores it reads, Rules the version of that one's rules, Dimension what was labelled.
	Evaluator string `json:"evaluator"`
	Rules     string `json:"rules"`
	Dimension string `json:"dimension"`
	// Spec is the dimension as the evaluator declares it; Needs and Languages are the evaluator's.
	Spec      json.RawMessage   `json:"spec"`
	Needs     []vignettev1.Need `json:"needs,omitempty"`
	Languages []string          `json:"languages,omitempty"`
	// Labels are the classes, in the order of the dimension: those that the labels it was fitted to have.
	Labels   []string     `json:"labels"`
	Features []Feature    `json:"features"`
	Choice   stats.Choice `json:"choice"`
	// Priors are the shares of the classes in those labels. What is said is the class with the highest probability / prior^Tilt:
	// 0 the most probable, 1 the one that the scores speak for most.
	Priors []float64 `json:"priors"`
	Tilt   float64   `json:"tilt"`
	// Own says that the evaluator's own label is said, since it was not sure that another is better; the model gives it its probability.
	Own bool `json:"own_labels,omitempty"`
	Fit Fit  `json:"fit"`
}

// Fit says how a model was fitted and what it was worth on groups it was not fitted to.
type Fit struct {
	Labels  int     `json:"labels"`
	Groups  int     `json:"groups"`
	Penalty float64 `json:"penalty"`
	Seed    uint64  `json:"seed"`
	// Tilt is the best tilt held against none, Model what the model says, tilted or not, against the evaluator's own labels; nil in files
	// from before that was asked.
	Tilt  *Step `json:"tilt,omitempty"`
	Model *Step `json:"model,omitempty"`
	// CrossValidated is with each fold of groups left out, HeldOut on labels that took no part at all; nil where there were none.
	CrossValidated *Worth `json:"cross_validated"`
	HeldOut        *Worth `json:"held_out"`
}

// Step is something that may be done or left, held against leaving it, on groups left out in turn: by how much kappa is more, with its 95%
// interval over groups (null is undefined). It is taken where the whole interval is above zero.
type Step struct {
	Gain   *float64    `json:"gain"`
	GainCI *[2]float64 `json:"gain_ci95"`
	Taken  bool        `json:"taken"`
}

// Worth is how far labels agree with an evaluator before and after calibration, on the same utterances: Cohen's kappa, with quadratic
// weights where labels have an order. Gain is after less before. Intervals are 95%, over groups; null is undefined.
type Worth struct {
	N              int         `json:"n"`
	Groups         int         `json:"groups"`
	Measure        string      `json:"measure"`
	Before         *float64    `json:"before"`
	BeforeCI       *[2]float64 `json:"before_ci95"`
	After          *float64    `json:"after"`
	AfterCI        *[2]float64 `json:"after_ci95"`
	Gain           *float64    `json:"gain"`
	GainCI         *[2]float64 `json:"gain_ci95"`
	AccuracyBefore *float64    `json:"accuracy_before"`
	AccuracyAfter  *float64    `json:"accuracy_after"`
	// ECE is the expected calibration error of the probabilities that the model gives to what it says, 0-1, in ten bins.
	ECE *float64 `json:"ece"`
}

// Improves says whether the gain is above zero with its whole interval.
func (w *Worth) Improves() bool { return w != nil && w.GainCI != nil && w.GainCI[0] > 0 }

var nameRule = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// CheckName says what is wrong with the name of a model.
func CheckName(name string) error {
	if !nameRule.MatchString(name) || strings.HasPrefix(name, "llm-") {
		return fmt.Errorf("%q: a name is made of a-z, 0-9 and hyphens, at most 63 of them, and does not begin with \"llm-\"", name)
	}
	return nil
}

// Version tells models apart: the first of the digits of the file's sha256.
func (m *Model) Version() string {
	text, err := json.Marshal(m)
	if err != nil {
		return "unreadable" // Not reached: the fields can all be written.
	}
	sum := sha256.Sum256(text)
	return "calibrated-" + hex.EncodeToString(sum[:6])
}

// Declared is the dimension, under the id it has with the evaluator.
func (m *Model) Declared() (*vignettev1.DimensionSpec, error) {
	spec := &vignettev1.DimensionSpec{}
	if err := protojson.Unmarshal(m.Spec, spec); err != nil {
		return nil, fmt.Errorf("spec: %w", err)
	}
	return spec, nil
}

// Check says what is wrong with a model that was read.
func (m *Model) Check() error {
	switch {
	case m.Format != Format:
		return fmt.Errorf("format is %d, this program reads %d: calibrate again", m.Format, Format)
	case CheckName(m.Name) != nil:
		return fmt.Errorf("name: %w", CheckName(m.Name))
	case m.Evaluator == "" || m.Dimension == "":
		return errors.New("evaluator or dimension is missing")
	case len(m.Labels) < 2 || len(m.Priors) != len(m.Labels) || len(m.Choice.Cuts) != len(m.Labels)-1:
		return fmt.Errorf("%d labels, %d priors and %d cuts do not fit together", len(m.Labels), len(m.Priors), len(m.Choice.Cuts))
	}
	vectors := len(m.Labels) - 1
	if m.Choice.Ordered {
		vectors = 1
	}
	wrong := len(m.Choice.Slopes) != vectors || slices.ContainsFunc(m.Choice.Slopes, func(s []float64) bool { return len(s) != len(m.Features) })
	if wrong {
		return fmt.Errorf("slopes are not those of %d features", len(m.Features))
	}
	if slices.ContainsFunc(m.Priors, func(p float64) bool { return !(p > 0) }) {
		return errors.New("priors must be above 0")
	}
	spec, err := m.Declared()
	if err != nil {
		return err
	}
	for _, l := range m.Labels {
		if !slices.Contains(spec.GetLabels(), l) {
			return fmt.Errorf("label %q is none of %s (%s)", l, m.Dimension, strings.Join(spec.GetLabels(), ", "))
		}
	}
	return nil
}

// Say is the class that the model says for values of its features, and the probability it gives to it. Own is the class that the evaluator
// itself says, -1 where none of the labels it was fitted to had it: then that is what is said if the evaluator's own labels are, with
// probability 0.
func (m *Model) Say(values []float64, own int) (class int, probability float64) {
	p := m.Choice.Probabilities(values)
	if m.Own {
		if own < 0 {
			return own, 0
		}
		return own, p[own]
	}
	best := math.Inf(-1)
	for k := range p {
		if worth := p[k] / math.Pow(m.Priors[k], m.Tilt); worth > best {
			best, class = worth, k
		}
	}
	return class, p[class]
}

// Write keeps a model in a directory, as NAME.json.
func (m *Model) Write(dir string) (path string, err error) {
	if err := m.Check(); err != nil {
		return "", err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	path = filepath.Join(dir, m.Name+".json")
	next := path + ".new"
	if err := os.WriteFile(next, append(text, '\n'), 0o644); err != nil {
		return "", err
	}
	return path, os.Rename(next, path) // Whoever reads sees the old one or the new one.
}

// ReadAll reads the models that are kept in a directory, by name; none where there is no directory.
func ReadAll(dir string) ([]*Model, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	var all []*Model
	for _, file := range files {
		m, err := read(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w; mend or remove it", file, err)
		}
		all = append(all, m)
	}
	return all, nil
}

func read(file string) (*Model, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	m := &Model{}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, err
	}
	if m.Name+".json" != filepath.Base(file) {
		return nil, fmt.Errorf("it is a model named %q", m.Name)
	}
	return m, m.Check()
}

// Rules is the version of an evaluator's rules, of "program+rules": another program with the same rules says the same.
func Rules(version string) string {
	return version[strings.LastIndexByte(version, '+')+1:]
}
