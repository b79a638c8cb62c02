// Package access says who may do what on a cluster, and writes the files that make its servers hold to it: credentials for each party,
// the servers' side of them, and certificates of an authority of one's own.
//
// The parties and their rights follow from the subjects of natsrpc, episodelog, calllog and workqueue; docs/wire.md has them as a table.
// All are users of one NATS account, told apart by their permissions. The key of that account signs new users later, without a word to
// the servers.
//
// The package may write below one directory that its caller names, with modes 0700 and 0600, and overwrites nothing.
//
// Start reading at [Rights] and [Create].
package access
