package linear

// index finds the rows of features by their keys. Keys are hashes already, so it is an open table of a power of two places, of which half are
// free at least: it does in a step or two what a map does in many, and models do little else. The zero value is empty.
type index struct {
	keys []uint64
	// rows are those of the keys, plus one; 0 is a free place.
	rows []int32
	size int
}

// find is the row of a key, and whether there is one.
func (x *index) find(key uint64) (int32, bool) {
	if x.size == 0 {
		return 0, false
	}
	row := x.rows[x.place(key)]
	return row - 1, row > 0
}

// add gives a key the next row, unless it has one, and returns its row.
func (x *index) add(key uint64) int32 {
	if 2*x.size >= len(x.keys) {
		x.grow()
	}
	at := x.place(key)
	if x.rows[at] == 0 {
		x.size++
		x.keys[at], x.rows[at] = key, int32(x.size)
	}
	return x.rows[at] - 1
}

func (x *index) grow() {
	before, places := *x, max(8, 2*len(x.keys))
	x.keys, x.rows = make([]uint64, places), make([]int32, places)
	for i, row := range before.rows {
		if row > 0 {
			at := x.place(before.keys[i])
			x.keys[at], x.rows[at] = before.keys[i], row
		}
	}
}

// place is that of a key, or the free one where it would be put.
func (x *index) place(key uint64) int {
	mask := len(x.keys) - 1
	at := int(key) & mask
	for x.rows[at] != 0 && x.keys[at] != key {
		at = (at + 1) & mask
	}
	return at
}
