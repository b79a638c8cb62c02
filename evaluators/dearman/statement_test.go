package dearman

import "testing"

func TestReadStatement(t *testing.T) {
	for _, tc := range []struct {
		statement, request string
		refuses            bool
	}{
		{"The speaker wants the neighbour upstairs to turn the music down.", "turn the music down.", false},
		{"The speaker, who works in a bakery, wants the manager to stop calling on Sundays.", "stop calling on Sundays.", false},
		{"The speaker wants to refuse lending the car to a cousin.", "lending the car to a cousin.", true},
		{"Ada wants to say no to the extra shift.", "extra shift.", true},
		{"Ada does not want to lend the car.", "lend the car.", true},
		{"Ada doesn't want her cousin to borrow the car.", "borrow the car.", false},
		{"Ada wants a refund for the kettle.", "a refund for the kettle.", false},
		{"Get a raise of eight percent", "Get a raise of eight percent", false},
		{"wants", "wants", false},
		{"", "", false},
	} {
		got := readStatement(tc.statement)
		if got.request != tc.request || got.refuses != tc.refuses {
			t.Errorf("%q is read as %+v, want %q, refused %v", tc.statement, got, tc.request, tc.refuses)
		}
	}
}
