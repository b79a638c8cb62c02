package classify

import (
	"testing"

	"pgregory.net/rapid"
)

// An index finds what was added and nothing else, keys that meet in one place among them.
func TestIndex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 8), rapid.Map(rapid.Uint64Range(0, 8), func(n uint64) uint64 { return n << 32 }))
		keys := rapid.SliceOfN(key, 0, 40).Draw(t, "keys")
		x, want := index{}, map[uint64]int32{}
		for _, k := range keys {
			if _, ok := want[k]; !ok {
				want[k] = int32(len(want))
			}
			if got := x.add(k); got != want[k] {
				t.Fatalf("row %d of %d, want %d", got, k, want[k])
			}
		}
		for _, k := range append(keys, rapid.SliceOfN(key, 0, 8).Draw(t, "others")...) {
			row, ok := x.find(k)
			if wanted, known := want[k]; ok != known || ok && row != wanted {
				t.Fatalf("%d: row %d, %v; want %d, %v", k, row, ok, wanted, known)
			}
		}
	})
}
