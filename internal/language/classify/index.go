package classify

import "math"

// directory finds the features of bags that a model knows. Most features of a text are in no model, so it looks at a bit before it looks up.
type directory struct {
	found index
	// known has a bit for each feature that is found, by the beginning of its key.
	known [knownBits / 64]uint64
}

// knownBits is how many bits tell features apart; a few share one. It is a power of two.
const knownBits = 1 << 17

// seat is where a feature of a model was met in a bag.
type seat struct{ row, at int32 }

// desk is what a directory works on: seats in the order in which features were met, and for each row the seat it has, plus one.
type desk struct {
	seats []seat
	taken []int32
}

// add gives a key the next row, unless it has one, and returns its row.
func (d *directory) add(key uint64) int32 {
	bit := key >> 20 % knownBits
	d.known[bit/64] |= 1 << (bit % 64)
	return d.found.add(key)
}

func (d *directory) knows(key uint64) bool {
	bit := key >> 20 % knownBits
	return d.known[bit/64]&(1<<(bit%64)) != 0
}

func (d *directory) size() int { return d.found.size }

func (d *directory) desk() desk { return desk{taken: make([]int32, d.found.size)} }

// meet seats the features of a bag that are known; of those that are there several times, the one with the largest value.
func (d *directory) meet(b *Bag, on *desk) {
	on.seats = on.seats[:0]
	for i := range b.features {
		key := b.features[i].key
		if !d.knows(key) {
			continue
		}
		row, ok := d.found.find(key)
		if !ok {
			continue
		}
		if n := on.taken[row]; n > 0 {
			if before := &on.seats[n-1]; math.Abs(b.features[i].value) > math.Abs(b.features[before.at].value) {
				before.at = int32(i)
			}
			continue
		}
		on.seats = append(on.seats, seat{row, int32(i)})
		on.taken[row] = int32(len(on.seats))
	}
	for _, s := range on.seats {
		on.taken[s.row] = 0
	}
}

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
