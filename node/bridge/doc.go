// Package bridge puts an agent or evaluator that is served as plain gRPC, in whatever language, on the wire: it forwards
// calls without knowing what is in them, with their deadline, cancellation, metadata, headers, trailers, status and its
// details.
//
// A [Bridge] is registered like the service it stands for. It opens one connection and keeps nothing. Start reading at
// [Open].
package bridge
