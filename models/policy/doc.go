// Package policy asks policies under training: PolicyService. Unlike the models of the gateway, a policy is named by the URL that a
// caller gives, and whoever serves it records its tokens; so nothing is recorded, shortened, retried or mended here, messages go and
// come byte for byte, and no key is ever sent.
//
// A URL that a caller gives could reach what only this machine can: only loopback addresses are asked, and hosts that whoever started
// the program has allowed. Start reading at [Relay].
package policy
