// Command validateproto writes protovalidate's own .proto file below a directory, printed from the descriptor that its Go
// module carries. The contracts import that file; buf needs it as source, and this way it comes with the Go modules
// rather than from a schema registry.
package main

import (
	"fmt"
	"os"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"github.com/jhump/protoreflect/v2/protoprint"
	"google.golang.org/protobuf/reflect/protoreflect"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: validateproto DIRECTORY")
		os.Exit(2)
	}
	var printer protoprint.Printer
	files := []protoreflect.FileDescriptor{validate.File_buf_validate_validate_proto}
	if err := printer.PrintProtosToFileSystem(files, os.Args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "validateproto: write %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}
