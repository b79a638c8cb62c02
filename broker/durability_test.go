package broker

import "testing"

// What is acknowledged under SyncAlways has been written to the disk; else the disk is a few seconds behind.
func TestSyncAlwaysReachesTheServer(t *testing.T) {
	for _, always := range []bool{false, true} {
		opts := serverOptions(Config{SyncAlways: always}, t.TempDir(), "")
		if opts.SyncAlways != always || !always && opts.SyncInterval <= 0 {
			t.Errorf("SyncAlways %v: the server has %v, interval %v", always, opts.SyncAlways, opts.SyncInterval)
		}
	}
}
