package node

import "testing"

func TestReserve(t *testing.T) {
	for _, tc := range []struct {
		name  string
		free  uint64
		known bool
		short bool
	}{
		{"plenty", 1 << 40, true, false},
		{"just enough", reserve, true, false},
		{"too little", reserve - 1, true, true},
		{"none", 0, true, true},
		{"nobody knows", 0, false, false},
	} {
		if got := shortOf("d", tc.free, tc.known); (got != "") != tc.short {
			t.Errorf("%s: %q", tc.name, got)
		}
	}
}
