// Package openenv serves environments as trainers outside ask for them: OpenEnv over a WebSocket (one connection is one environment)
// and over HTTP (one cookie is one), and the remote reward of OpenRLHF (POST /score).
//
// It translates, and limits: sizes of messages, connections, faults of a connection, idle time. What is played and what a policy may
// know is engine/environment's to say. Beyond loopback it refuses to listen without a token, and a loopback address answers only to
// names of loopback, so that no web page can reach it.
//
// It may import engine/environment and the contracts. Start reading at [Listen].
package openenv
