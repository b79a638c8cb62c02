// Package edge serves gRPC over HTTP/2: the same registrations as on the wire, for grpcurl and clients in any language,
// with server reflection and the standard health service.
//
// A listener beyond the loopback interface needs a bearer token, or [Listen] refuses; see [UnprotectedError]. It may
// open one port and read the files it is given, nothing else. Start reading at [Listen].
package edge
