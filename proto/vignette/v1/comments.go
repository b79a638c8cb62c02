package vignettev1

import (
	_ "embed"
	"encoding/json"
	"sync"

	"google.golang.org/protobuf/reflect/protoreflect"
)

//go:embed comments.json
var commentsJSON []byte

var comments = sync.OnceValues(func() (said map[protoreflect.FullName]string, err error) {
	return said, json.Unmarshal(commentsJSON, &said)
})

// Comment is what the contracts say about a message, field, enum or enum value, on one line; "" where they say nothing.
func Comment(name protoreflect.FullName) string {
	said, err := comments()
	if err != nil {
		panic("comments.json is generated and cannot be read: " + err.Error())
	}
	return said[name]
}
