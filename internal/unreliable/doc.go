// Package unreliable is a bad network for tests: a proxy on the loopback interface between NATS clients and a server, which cuts
// connections, delays what goes over them, delivers it twice, or loses some of what the server answers.
//
// It knows the lines of the NATS protocol, without TLS, so that what it repeats or loses are whole messages, as with a network between
// two servers of a cluster, and not pieces of them, which TCP does not let happen.
//
// Start reading at [Listen].
package unreliable
