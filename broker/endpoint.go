package broker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
)

const endpointFile = "endpoint"

// endpoint says how the owner of a data directory is reached. It is a file there that only its user can read, in place
// while the owner's server listens; a killed owner leaves it behind.
type endpoint struct {
	PID   int    `json:"pid"`
	URL   string `json:"url"`   // nats://127.0.0.1:port
	Token string `json:"token"` // drawn anew at each start
}

// withToken returns the URL with the token in it.
func (e endpoint) withToken() string {
	u, err := url.Parse(e.URL)
	if err != nil {
		return ""
	}
	u.User = url.User(e.Token)
	return u.String()
}

func (d *directory) publishEndpoint(e endpoint) error {
	text, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return err
	}
	return d.write(endpointFile, append(text, '\n'))
}

// withdrawEndpoint removes the file: the own one, or one that a killed owner left behind.
func (d *directory) withdrawEndpoint() error {
	err := os.Remove(filepath.Join(d.path, endpointFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// readEndpoint returns the endpoint of the directory's present owner, and refuses one that a former owner left behind: its
// process is not the one that holds the directory now, or is dead.
func readEndpoint(dir string) (e endpoint, err error) {
	text, err := os.ReadFile(filepath.Join(dir, endpointFile))
	if err != nil {
		return e, err
	}
	if err := json.Unmarshal(text, &e); err != nil {
		return endpoint{}, fmt.Errorf("%s: %w", filepath.Join(dir, endpointFile), err)
	}
	if e.PID != readOwner(dir) || !alive(e.PID) {
		return endpoint{}, fmt.Errorf("%s is stale: it is of process %d", filepath.Join(dir, endpointFile), e.PID)
	}
	return e, checkLoopback(e.URL)
}

// alive says whether a process exists. Where the system cannot tell, it does.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer func() { _ = p.Release() }()
	return !errors.Is(p.Signal(nullSignal), os.ErrProcessDone)
}
