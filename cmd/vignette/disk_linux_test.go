package main

import (
	"os"
	"syscall"
	"testing"
)

// smallDisk is a file system of its own with a size, and a way to change that. It needs the right to mount one.
func smallDisk(t *testing.T, size string) (dir string, grow func(size string)) {
	t.Helper()
	dir, grow, err := mountSmall(t, size)
	if err != nil {
		t.Skipf("SKIPPED: no small file system can be mounted here, which needs root: %v", err)
	}
	return dir, grow
}

func mountSmall(t *testing.T, size string) (dir string, grow func(size string), err error) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, "size="+size); err != nil {
		return "", nil, err
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir, func(size string) {
		t.Helper()
		if err := syscall.Mount("none", dir, "tmpfs", syscall.MS_REMOUNT, "size="+size); err != nil {
			t.Fatal(err)
		}
	}, nil
}

// readOnlyDisk is a directory, and a way to make all of it read-only, also for root.
func readOnlyDisk(t *testing.T) (dir string, readOnly func()) {
	t.Helper()
	if os.Getuid() != 0 {
		return readOnlyByMode(t)
	}
	dir, _ = smallDisk(t, "64m")
	return dir, func() {
		t.Helper()
		if err := syscall.Mount("none", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, "size=64m"); err != nil {
			t.Fatal(err)
		}
	}
}
