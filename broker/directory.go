package broker

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/gofrs/flock"
)

const (
	lockFile  = "lock"
	ownerFile = "owner.pid"
	storeDir  = "jetstream"
)

// InUseError says that another process (or another [Broker] of this one) has the data directory open.
type InUseError struct {
	// Dir is the data directory.
	Dir string
	// PID is the process that says it has the directory open; 0 when that could not be read.
	PID int
	// Err is why its owner could not be joined; nil when that was not asked for.
	Err error
}

// Error implements error.
func (e *InUseError) Error() string {
	owner := "another process"
	if e.PID > 0 {
		owner = "process " + strconv.Itoa(e.PID)
	}
	if e.Err != nil {
		owner += ", which cannot be joined (" + e.Err.Error() + ")"
	}
	return fmt.Sprintf("data directory %s is in use by %s: stop that process, or choose another directory with --data", e.Dir, owner)
}

// Unwrap returns why the owner could not be joined.
func (e *InUseError) Unwrap() error { return e.Err }

// directory is a data directory that this process holds the lock of.
type directory struct {
	path string
	lock *flock.Flock
}

// openDirectory creates and locks the data directory. Only the lock decides who owns it: the kernel drops it when its
// holder dies, whereas a pid on disk may be stale or belong to somebody else by now.
func openDirectory(abs string) (*directory, error) {
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return nil, directoryError("create", abs, err)
	}
	lock := flock.New(filepath.Join(abs, lockFile), flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, directoryError("lock", abs, err)
	}
	if !locked {
		return nil, &InUseError{Dir: abs, PID: readOwner(abs)}
	}
	d := &directory{path: abs, lock: lock}
	if err := errors.Join(d.withdrawEndpoint(), d.writeOwner()); err != nil {
		return nil, errors.Join(directoryError("write to", abs, err), lock.Close())
	}
	return d, nil
}

func directoryError(verb, path string, err error) error {
	mend := ""
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		mend = " (make it writable for this user, or choose another directory with --data)"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		mend = " (make room, or choose another directory with --data)"
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, fs.ErrExist):
		mend = " (something else has that name: choose another directory with --data)"
	}
	return fmt.Errorf("broker: cannot %s data directory %s: %w%s", verb, path, err, mend)
}

func (d *directory) store() string { return filepath.Join(d.path, storeDir) }

func (d *directory) writeOwner() error {
	return d.write(ownerFile, []byte(strconv.Itoa(os.Getpid())+"\n"))
}

// write replaces a file in one step, so that nobody reads half of it. It is made anew, because an existing file would keep
// its mode.
func (d *directory) write(name string, text []byte) error {
	path := filepath.Join(d.path, name)
	next := path + ".new"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(next, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(next, path)
}

// OpenedBy returns the process that says it has a data directory open, 0 when none does. It opens and locks nothing, so it can
// be wrong: a process that was killed has not said that it is gone.
func OpenedBy(dir string) int { return readOwner(dir) }

func readOwner(path string) int {
	text, err := os.ReadFile(filepath.Join(path, ownerFile))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid < 1 {
		return 0
	}
	return pid
}

// close gives the directory up. The lock file stays: removing it would let two processes lock two different files of
// the same name.
func (d *directory) close() error {
	err := os.Remove(filepath.Join(d.path, ownerFile))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, d.lock.Close())
}
