// Package node is one running process of Vignette: it opens the data directory and its broker, hosts the agents and
// evaluators it was asked to host as gRPC services on the wire, and finds those of others by name. What is started here
// is stopped here, in the reverse order.
//
// What it hosts on the wire it can serve as plain gRPC too (package edge below), and what others serve as plain gRPC it
// can put on the wire (package bridge below).
//
// It is the only room that imports both those who play and those who judge. Start reading at [Open].
package node
