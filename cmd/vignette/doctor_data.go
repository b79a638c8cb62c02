package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/vignette-sim/vignette/broker"
	"github.com/vignette-sim/vignette/node"
)

// running says which program this is.
func running() node.Finding {
	return node.Finding{Check: "program", Status: node.FindingOK, Detail: fmt.Sprintf("vignette %s, %s, %s/%s", programVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)}
}

// keeping says whether runs can be kept where they are to be.
func keeping(config node.Config) node.Finding {
	if config.NATS.URL != "" {
		return node.Finding{Check: "data", Status: node.FindingOK, Detail: "runs are kept on a NATS cluster, which is not looked at"}
	}
	dir, err := filepath.Abs(config.Dir)
	if err != nil {
		dir = config.Dir
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return writable(nearest(dir), dir+" will be made by the first run")
	case err != nil:
		return unusable(err.Error(), "name another directory with --data")
	case !info.IsDir():
		return unusable(dir+" is not a directory", "name another directory with --data")
	}
	return writable(dir, dir+openedBy(dir))
}

func unusable(detail, mend string) node.Finding {
	return node.Finding{Check: "data", Status: node.FindingProblem, Detail: detail, Mend: mend}
}

// nearest is the directory that is there, of those a path goes through.
func nearest(dir string) string {
	for {
		if _, err := os.Stat(dir); err == nil || filepath.Dir(dir) == dir {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

// openedBy says which living process has a directory open.
func openedBy(dir string) string {
	pid := broker.OpenedBy(dir)
	if pid == 0 {
		return ""
	}
	process, err := os.FindProcess(pid)
	if err != nil {
		return ""
	}
	if err := process.Signal(syscall.Signal(0)); err != nil && !errors.Is(err, os.ErrPermission) {
		return ""
	}
	return fmt.Sprintf(", open in process %d, which other commands join", pid)
}

// little is how much free space is little: a large study takes some of it. Chosen.
const little = 1 << 30

// writable tries to write into a directory, and says how much space there is.
func writable(dir, detail string) node.Finding {
	probe, err := os.CreateTemp(dir, ".vignette-doctor-*")
	if err != nil {
		return unusable("nothing can be written into "+dir, "mend its permissions, or name another directory with --data")
	}
	_ = probe.Close()
	_ = os.Remove(probe.Name())
	f := node.Finding{Check: "data", Status: node.FindingOK, Detail: detail}
	free, known := node.FreeSpace(dir)
	if !known {
		return f
	}
	f.Detail += fmt.Sprintf("; %.1f GiB free", float64(free)/(1<<30))
	if free < little {
		f.Status, f.Mend = node.FindingNote, "make room, or name another directory with --data"
	}
	return f
}
