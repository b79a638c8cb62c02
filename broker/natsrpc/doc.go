// Package natsrpc carries gRPC over NATS: generated stubs and service implementations run unchanged, with a NATS
// connection in the place of HTTP/2.
//
// [Client] implements grpc.ClientConnInterface and [Server] implements grpc.ServiceRegistrar. Both are bound to a
// namespace and an agent name; any number of servers may serve the same name, all with the same services, and each call
// goes to one of them.
//
//	srv, err := natsrpc.NewServer(nc, "vignette", "builtin-client")
//	vignettev1.RegisterAgentServiceServer(srv, impl)
//	err = srv.Start()
//	...
//	cc, err := natsrpc.NewClient(nc, "vignette", "builtin-client")
//	agent := vignettev1.NewAgentServiceClient(cc)
//
// # What is kept
//
// All four kinds of call, deadlines, cancellation, request metadata, headers and trailers (with -bin keys), status codes
// with their details, interceptors and stats handlers on both sides. A call that nobody serves, and one whose server
// dies, fail with Unavailable; neither hangs. A slow reader slows its writer down; nothing is dropped. A message that
// does not fit the server's payload limit is ResourceExhausted where it is sent, on both sides. A server with too much to
// do answers Unavailable with a RetryInfo detail. A handler that panics answers Internal.
//
// # What is not
//
// Compression, retries, wait-for-ready, per-RPC credentials and client-side balancing. Per-RPC credentials are refused
// with an error, the others are ignored. NATS delivers at most once, and an opening is sent again (once) only when
// NATS says that nobody got it: after Unavailable the caller cannot know whether the handler ran.
//
// # Subjects
//
// With the agent name encoded by [EncodeName] and the service's full name as it is (its dots make it several tokens):
//
//	<namespace>.rpc.<agent>.<package.Service>.<Method>          opens a call; servers share <namespace>.rpc.<agent>.>
//	                                                            in a queue group
//	<namespace>.call.<agent>.<instance>.<client>.<number>       later frames, to the instance that took the call
//	<namespace>.call.<agent>.all.<client>.<number>              a cancel, while the caller does not know the instance
//	<inbox>.<client>.<number>                                   everything to the caller
//
// Servers also answer the discovery requests of NATS micro ($SRV.PING, INFO and STATS): see [WithDiscovery] and
// [DiscoveryName]. docs/wire.md in the repository has the rights that each kind of party needs.
//
// # Frames
//
// One NATS message is one frame; a unary call is two. frame.go has the layout, written down as a protobuf message.
// Frames with content carry a number, counted from 1 in each direction, and are put in order by it; those without
// (credit, alive, cancel) count as soon as they come. An opening carries the request and ends the caller's side, unless
// the caller streams. A status ends the call.
//
// A message costs its size plus [messageOverhead] bytes of credit; a side may send while what it sent so far is less
// than the credit it was granted so far. Credit is given as a running total, so that a repeated grant does no harm. The
// caller's first grant comes with the opening. The server's first grant tells a streaming caller which instance has it.
//
// Frames of a running call have a reply subject. When their receiver is gone, NATS itself answers them with 503, which
// is how either side learns that the other one died. A server also sends an alive frame when a call is silent for the
// interval the caller asked for; a caller that heard nothing for one interval probes the instance, after three it gives
// up with Unavailable.
//
// # By hand
//
// A client and a server in one process need no wire between them: see [Client.Shortcut].
//
// Start reading at [Client.Invoke] and at Server.open in dispatch.go.
package natsrpc
