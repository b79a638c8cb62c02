//go:build !linux && !darwin

package node

// FreeSpace is not known here.
func FreeSpace(string) (bytes uint64, known bool) { return 0, false }

// diskSize is not known here.
func diskSize(string) (bytes uint64, known bool) { return 0, false }
