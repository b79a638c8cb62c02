// Package loopback has addresses of this machine for tests whose servers must be told where to listen before they do.
package loopback

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// Ports that systems do not give away by themselves, be it to who listens at port 0 or to who connects: those begin at 32768, or later. One of
// theirs that is free now may be anybody's a moment after, even that of a connection that was to come here.
const (
	lowest  = 20000
	highest = 32767
)

// Addresses are some at which nobody listens.
func Addresses(t testing.TB, n int) []string {
	t.Helper()
	var all []string
	for tries := 0; len(all) < n; tries++ {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", lowest+rand.IntN(highest-lowest+1)))
		if err != nil {
			if tries > 100*n {
				t.Fatalf("no free port between %d and %d: %v", lowest, highest, err)
			}
			continue
		}
		defer l.Close() // not before all are found, so that no two are the same
		all = append(all, l.Addr().String())
	}
	return all
}
