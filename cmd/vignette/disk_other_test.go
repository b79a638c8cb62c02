//go:build !linux

package main

import (
	"errors"
	"testing"
)

func smallDisk(t *testing.T, _ string) (dir string, grow func(size string)) {
	t.Helper()
	t.Skip("SKIPPED: a small file system is mounted on Linux only")
	return "", nil
}

func mountSmall(*testing.T, string) (dir string, grow func(size string), err error) {
	return "", nil, errors.New("a small file system is mounted on Linux only")
}

func readOnlyDisk(t *testing.T) (dir string, readOnly func()) { return readOnlyByMode(t) }
