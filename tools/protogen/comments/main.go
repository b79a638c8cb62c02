// Command comments is a plugin of protoc and buf. It writes what the contracts say about themselves, message by message and
// field by field, into comments.json beside them: generated Go has no comments in its descriptors, and a JSON Schema for
// editors should show them.
package main

import (
	"bytes"
	"encoding/json"
	"path"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/pluginpb"
)

func main() {
	protogen.Options{}.Run(func(plugin *protogen.Plugin) error {
		plugin.SupportedFeatures = uint64(pluginpb.CodeGeneratorResponse_FEATURE_PROTO3_OPTIONAL)
		said := map[string]string{}
		dir := ""
		for _, file := range plugin.Files {
			if file.Generate {
				dir = path.Dir(file.Desc.Path())
				messages(said, file.Messages)
				enums(said, file.Enums)
			}
		}
		var out bytes.Buffer
		encoder := json.NewEncoder(&out) // sorts the names
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "\t")
		if err := encoder.Encode(said); err != nil {
			return err
		}
		_, err := plugin.NewGeneratedFile(path.Join(dir, "comments.json"), "").Write(out.Bytes())
		return err
	})
}

func messages(said map[string]string, all []*protogen.Message) {
	for _, message := range all {
		note(said, message.Desc, message.Comments)
		for _, field := range message.Fields {
			note(said, field.Desc, field.Comments)
		}
		messages(said, message.Messages)
		enums(said, message.Enums)
	}
}

func enums(said map[string]string, all []*protogen.Enum) {
	for _, enum := range all {
		note(said, enum.Desc, enum.Comments)
		for _, value := range enum.Values {
			note(said, value.Desc, value.Comments)
		}
	}
}

// note keeps a comment, its lines put together.
func note(said map[string]string, what protoreflect.Descriptor, comments protogen.CommentSet) {
	if text := strings.Join(strings.Fields(string(comments.Leading)), " "); text != "" {
		said[string(what.FullName())] = text
	}
}
