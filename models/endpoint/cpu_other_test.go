//go:build !unix

package endpoint_test

import "time"

// cpuTime is not known here.
func cpuTime() time.Duration { return 0 }
