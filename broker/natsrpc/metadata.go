package natsrpc

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// checkMetadata applies gRPC's own rules, though this wire could carry more: what works here must also work over HTTP/2.
func checkMetadata(md metadata.MD) error {
	for key, values := range md {
		if err := checkPair(key, values); err != nil {
			return status.Error(codes.Internal, err.Error())
		}
	}
	return nil
}

func checkPair(key string, values []string) error {
	if key == "" {
		return fmt.Errorf("metadata has an empty key")
	}
	for i := range len(key) {
		c := key[i]
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.') {
			return fmt.Errorf("metadata key %q: only 0-9 a-z - _ . are allowed", key)
		}
	}
	if strings.HasSuffix(key, "-bin") {
		return nil
	}
	for _, value := range values {
		for i := range len(value) {
			if value[i] < 0x20 || value[i] > 0x7e {
				return fmt.Errorf("metadata key %q: value %q is not printable ASCII (keys that end in -bin take any bytes)", key, value)
			}
		}
	}
	return nil
}

// outgoing returns the metadata that a caller put into its context, or nil.
func outgoing(ctx context.Context) (metadata.MD, error) {
	md, ok := metadata.FromOutgoingContext(ctx)
	if !ok || len(md) == 0 {
		return nil, nil
	}
	return md, checkMetadata(md)
}
