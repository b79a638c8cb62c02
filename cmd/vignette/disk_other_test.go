//go:build !linux

package main

import "testing"

func smallDisk(t *testing.T, _ string) (dir string, grow func(size string)) {
	t.Helper()
	t.Skip("SKIPPED: a small file system is mounted on Linux only")
	return "", nil
}

func readOnlyDisk(t *testing.T) (dir string, readOnly func()) { return readOnlyByMode(t) }
