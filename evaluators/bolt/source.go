package bolt

import "embed"

// Source is this package as it stands, for measuring whether others have come to say the very phrases it listens for.
//
//go:embed *.go
var Source embed.FS
