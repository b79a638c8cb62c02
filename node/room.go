package node

import "fmt"

// reserve is how much of the disk a run leaves free: enough that what is in flight can be recorded and the log can be
// opened again. A disk that holds hardly more than that altogether was made so small by somebody, and may be used up. Chosen.
const (
	reserve   = 256 << 20
	smallDisk = 4 * reserve
)

// room says why no run may write into the data directory now, "" while there is room. On a cluster the servers say so.
func (n *Node) room() string {
	dir := n.Dir()
	if dir == "" {
		return ""
	}
	free, known := FreeSpace(dir)
	if size, ok := diskSize(dir); ok && size < smallDisk {
		return ""
	}
	return shortOf(dir, free, known)
}

// shortOf says that the reserve is reached, or "".
func shortOf(dir string, free uint64, known bool) string {
	if !known || free >= reserve {
		return ""
	}
	return fmt.Sprintf("only %d MiB are free where %s is, and %d MiB are kept; make room there", free>>20, dir, reserve>>20)
}
