// Package broker is a process's way to NATS: a server with JetStream, embedded in the process and opened on a data
// directory; the one that another process has embedded there, joined over the loopback interface; or a cluster.
//
// It is the only door to NATS. What travels over it has packages of its own below: natsrpc (gRPC over NATS) and
// episodelog (the log that is the truth about every episode). They take a *nats.Conn and know nothing of this package,
// so that they work the same on a remote cluster.
//
// The broker may touch one directory, [Config.Dir], and nothing else on disk (with [Config.URL] not even that):
//
//	lock        held with flock while the broker is open
//	owner.pid   the process that holds the lock, for the message a second opener gets
//	endpoint    where the owner's server listens, and the token it wants; mode 0600, there while it listens
//	jetstream/  streams and consumers
//	member/     the same of a member of a cluster; see [OpenMember]
//
// The embedded server listens on a loopback port of the system's choosing, never beyond, and on none at all for a
// temporary directory. The package handles no signals and never ends the process.
//
// Start reading at [Open]; owner.go, join.go and cluster.go are the three ways. member.go is the other side: one server of a cluster.
package broker
