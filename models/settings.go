package models

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Environment variables that describe an endpoint without a file, as everywhere.
const (
	KeyVariable     = "OPENAI_API_KEY"
	BaseURLVariable = "OPENAI_BASE_URL"
)

// plainEndpoint is the name of the endpoint that the environment variables describe, and defaultBaseURL where it is when
// only a key is given.
const (
	plainEndpoint  = "openai"
	defaultBaseURL = "https://api.openai.com/v1"
)

// FileName is where settings are looked for when no file is named.
const FileName = "vignette.yaml"

// Settings are the endpoints there are. The zero value has none.
type Settings struct {
	// Endpoints by name.
	Endpoints map[string]*vignettev1.Endpoint
	// Default is the name of the endpoint for models without one; "" when none can be said to be.
	Default string
	// File is where they were read; "" when there is no file.
	File string
	keys map[string]secret
}

// secret is a key. It is behind a pointer, so that printing settings in whatever way prints no key.
type secret struct{ value *string }

func newSecret(value string) secret { return secret{&value} }

// reveal returns the key, "" when there is none.
func (s secret) reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Load reads settings from a file and the environment. An empty name means [FileName] in this directory if there is one.
// Without a file, or one that does not have an endpoint "openai", the plain variables OPENAI_API_KEY and OPENAI_BASE_URL
// make that endpoint, if either is set. No endpoint at all is no error here.
//
// An error about the file is [protoyaml.Problems]: every mistake with its line.
func Load(name string, getenv func(string) string) (*Settings, error) {
	configuration := &vignettev1.Configuration{}
	file := name
	if file == "" {
		file = FileName
	}
	data, err := readFile(file)
	read := file
	switch {
	case name == "" && errors.Is(err, fs.ErrNotExist):
		read = ""
	case errors.Is(err, fs.ErrNotExist):
		return nil, protoyaml.Problems{{File: file, Message: "there is no such file", Hint: "check the name, and the folder you are in"}}
	case err != nil:
		return nil, protoyaml.Problems{{File: file, Message: "the file cannot be read: " + err.Error()}}
	default:
		if configuration, err = parse(file, data); err != nil {
			return nil, err
		}
	}
	settings := settle(configuration, getenv)
	settings.File = read
	return settings, nil
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	return io.ReadAll(io.LimitReader(f, protoyaml.MaxBytes+1))
}

func parse(file string, data []byte) (*vignettev1.Configuration, error) {
	root, err := protoyaml.Parse(file, data)
	if err != nil {
		return nil, err
	}
	configuration := &vignettev1.Configuration{}
	d := protoyaml.NewDocument(file, root, nil)
	d.Decode(configuration)
	d.Check(configuration)
	if wanted := configuration.GetDefaultEndpoint(); wanted != "" && configuration.GetEndpoints()[wanted] == nil {
		names := slices.Sorted(maps.Keys(configuration.GetEndpoints()))
		d.Report("default_endpoint", fmt.Sprintf("there is no endpoint %q", wanted), protoyaml.DidYouMean(wanted, names))
	}
	for name, endpoint := range configuration.GetEndpoints() {
		if strings.Contains(endpoint.GetBaseUrl(), "@") {
			d.Report("endpoints."+name+".base_url", "an address must not hold a name or password", "put the key into an environment variable and name that as key_variable")
		}
	}
	return configuration, d.Err()
}

// settle adds the plain endpoint, finds the default and takes the keys from the environment.
func settle(configuration *vignettev1.Configuration, getenv func(string) string) *Settings {
	s := &Settings{Endpoints: configuration.GetEndpoints(), Default: configuration.GetDefaultEndpoint(), keys: map[string]secret{}}
	if s.Endpoints == nil {
		s.Endpoints = map[string]*vignettev1.Endpoint{}
	}
	if s.Endpoints[plainEndpoint] == nil && (getenv(KeyVariable) != "" || getenv(BaseURLVariable) != "") {
		base := getenv(BaseURLVariable)
		if base == "" {
			base = defaultBaseURL
		}
		s.Endpoints[plainEndpoint] = &vignettev1.Endpoint{BaseUrl: base, KeyVariable: KeyVariable}
		if s.Default == "" {
			s.Default = plainEndpoint
		}
	}
	if s.Default == "" && len(s.Endpoints) == 1 {
		for name := range s.Endpoints {
			s.Default = name
		}
	}
	for name, endpoint := range s.Endpoints {
		if variable := endpoint.GetKeyVariable(); variable != "" {
			s.keys[name] = newSecret(strings.TrimSpace(getenv(variable)))
		}
	}
	return s
}

// Names returns the names of the endpoints, sorted.
func (s *Settings) Names() []string { return slices.Sorted(maps.Keys(s.Endpoints)) }
