//go:build linux || darwin

package node

import "syscall"

// FreeSpace is how many bytes may still be written into a directory.
func FreeSpace(dir string) (bytes uint64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return s.Bavail * uint64(s.Bsize), true
}

// diskSize is how many bytes the disk of a directory holds altogether.
func diskSize(dir string) (bytes uint64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return s.Blocks * uint64(s.Bsize), true
}
