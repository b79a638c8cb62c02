package protoyaml

import (
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// message fills one message from a mapping.
func (d *Document) message(n *Node, m protoreflect.Message, path string) {
	if wellKnown(m.Descriptor()) {
		d.anyValue(n, m, path)
		return
	}
	if n.kind == scalarNode {
		if n = d.expanded(n, m.Descriptor(), path); n == nil {
			return
		}
	}
	if n.kind != mappingNode {
		d.notGroup(n, path, m.Descriptor())
		return
	}
	n = d.withIncluded(n, m.Descriptor().FullName(), path)
	first := map[string]*Node{}
	for _, e := range n.entries {
		if before := first[e.key.text]; before != nil {
			d.add(e.key, join(path, e.key.text), "this is given twice", fmt.Sprintf("the first is in line %d; keep one", before.line))
			continue
		}
		first[e.key.text] = e.key
		d.field(e, m, path)
	}
}

// expanded asks the expander what a scalar in the place of a message means; nil when that is reported as a problem.
func (d *Document) expanded(n *Node, want protoreflect.MessageDescriptor, path string) *Node {
	if d.expand != nil {
		mapping, err := d.expand(n, want.FullName())
		if problems, ok := err.(Problems); ok {
			for _, p := range problems {
				if p.Field = join(path, p.Field); strings.HasSuffix(p.Field, ".") {
					p.Field = path
				}
				d.addProblem(p)
			}
			d.doubtful[path] = true
			return nil
		}
		if mapping != nil {
			return mapping
		}
	}
	d.notGroup(n, path, want)
	return nil
}

// field fills one field from one line of a mapping.
func (d *Document) field(e entry, m protoreflect.Message, path string) {
	fd := m.Descriptor().Fields().ByTextName(e.key.text)
	if fd == nil {
		d.unknownField(e.key, m.Descriptor(), path)
		return
	}
	at := join(path, string(fd.Name()))
	d.at[at] = e.value
	if e.value.kind != scalarNode {
		d.at[at] = e.key
	}
	if e.value.isNull() && !takesNull(fd) {
		return // `goal:` with nothing behind it is not written
	}
	if other := otherOfOneof(m, fd); other != nil {
		d.add(e.key, at, fmt.Sprintf("this cannot stand beside %s", other.Name()), "keep one of the two")
		return
	}
	switch {
	case fd.IsMap():
		d.mapField(e.value, m, fd, at)
	case fd.IsList():
		d.listField(e.value, m, fd, at)
	case fd.Message() != nil:
		d.message(e.value, m.Mutable(fd).Message(), at)
	default:
		if v, ok := d.scalar(e.value, fd, at); ok {
			m.Set(fd, v)
		}
	}
}

func (d *Document) listField(n *Node, m protoreflect.Message, fd protoreflect.FieldDescriptor, path string) {
	if d.isInclude(n) {
		n = &Node{source: n.source, line: n.line, column: n.column, kind: listNode, items: []*Node{n}}
	}
	if n.kind != listNode {
		d.wrongType(n, path, "a list", howList)
		return
	}
	list := m.Mutable(fd).List()
	for i, item := range d.spliced(n.items, path) {
		at := fmt.Sprintf("%s[%d]", path, i)
		d.at[at] = item
		// The entry is appended even when it is wrong, so that the places of the others stay true.
		if fd.Message() != nil {
			d.message(item, list.AppendMutable().Message(), at)
			continue
		}
		v, ok := d.scalar(item, fd, at)
		if !ok {
			v = list.NewElement()
		}
		list.Append(v)
	}
}

func (d *Document) mapField(n *Node, m protoreflect.Message, fd protoreflect.FieldDescriptor, path string) {
	if n.kind != mappingNode {
		d.wrongType(n, path, "a group of names and values", howMap)
		return
	}
	if fd.MapKey().Kind() != protoreflect.StringKind {
		d.add(n, path, "maps of this kind are not supported in files", "")
		return
	}
	values := m.Mutable(fd).Map()
	for _, e := range n.entries {
		at := path + "[" + strconv.Quote(e.key.text) + "]"
		d.at[at] = e.key
		key := protoreflect.ValueOfString(e.key.text).MapKey()
		if values.Has(key) {
			d.add(e.key, at, "this is given twice", "keep one")
			continue
		}
		if fd.MapValue().Message() != nil {
			d.message(e.value, values.Mutable(key).Message(), at)
		} else if v, ok := d.scalar(e.value, fd.MapValue(), at); ok {
			values.Set(key, v)
		}
	}
}

// unknownField says which field was probably meant, or where this one belongs.
func (d *Document) unknownField(key *Node, md protoreflect.MessageDescriptor, path string) {
	names := fieldNames(md)
	what := "there is no field " + shorten(key.text) + " here"
	if near := Nearest(key.text, names); near != "" {
		d.add(key, join(path, key.text), what, fmt.Sprintf("did you mean %q?", near))
		d.doubtful[join(path, near)] = true
		return
	}
	if elsewhere, ok := d.index[key.text]; ok {
		hint := fmt.Sprintf("it belongs to %s", parentOf(elsewhere))
		if parentOf(elsewhere) == "" {
			hint = "it belongs to the top of the file, without indentation"
		}
		d.add(key, join(path, key.text), what, hint)
		return
	}
	d.add(key, join(path, key.text), what, "fields here: "+strings.Join(names, ", "))
}

func parentOf(path string) string {
	return path[:max(0, strings.LastIndexByte(path, '.'))]
}

// How lists and maps are written, for whoever has not seen one yet.
const (
	howList = "put each entry on a line of its own after a dash: `- entry`"
	howMap  = "write `name: value`, one in a line"
)

func (d *Document) wrongType(n *Node, path, want, hint string) {
	d.add(n, path, fmt.Sprintf("%s stands where %s is expected", n.describe(), want), hint)
}

// notGroup reports something else in the place of a message.
func (d *Document) notGroup(n *Node, path string, md protoreflect.MessageDescriptor) {
	d.wrongType(n, path, "a group of fields", "its fields: "+strings.Join(fieldNames(md), ", "))
}

func fieldNames(md protoreflect.MessageDescriptor) []string {
	names := make([]string, md.Fields().Len())
	for i := range names {
		names[i] = string(md.Fields().Get(i).Name())
	}
	return names
}

// otherOfOneof is the field of the same oneof that is set already. Optional fields are no such choice.
func otherOfOneof(m protoreflect.Message, fd protoreflect.FieldDescriptor) protoreflect.FieldDescriptor {
	oneof := fd.ContainingOneof()
	if oneof == nil || oneof.IsSynthetic() {
		return nil
	}
	if other := m.WhichOneof(oneof); other != nil && other != fd {
		return other
	}
	return nil
}
