// Package broker runs the message broker of one Vignette process: a NATS server with JetStream, embedded in the process
// and opened on a data directory, and the connections to it.
//
// It is the only door to NATS. What travels over it has packages of its own below: natsrpc (gRPC over NATS) and
// episodelog (the log that is the truth about every episode). They take a *nats.Conn and know nothing of this package,
// so that they work the same on a remote cluster.
//
// The broker may touch one directory, [Config.Dir], and nothing else on disk:
//
//	lock        held with flock while the broker is open
//	owner.pid   the process that holds the lock, for the message a second opener gets
//	jetstream/  streams and consumers
//
// It opens no port unless [Config.Loopback] asks for one, handles no signals and never ends the process.
//
// Start reading at [Open].
package broker
