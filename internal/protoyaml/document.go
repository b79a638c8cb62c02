package protoyaml

import (
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Expander gives meaning to a scalar where a message is expected: the name of a file with a persona in it, a level
// written as its value alone. It returns the mapping to read instead, or nil when the scalar means nothing to it, or
// [Problems] (their Field may be empty: it is filled in).
type Expander func(n *Node, want protoreflect.FullName) (*Node, error)

// Document is one file being read into a message: it remembers where each field stood and collects what is wrong.
type Document struct {
	file     string
	root     *Node
	expand   Expander
	include  Includer
	about    func(protoreflect.FullName) string
	included int               // values that came from other files
	index    map[string]string // field name to an example path, for "x belongs under y"
	at       map[string]*Node  // field path to where it stands
	problems Problems
	hidden   int
	// doubtful are paths that are wrong already, or that a misspelled name was meant for: a second complaint about
	// them would only confuse.
	doubtful map[string]bool
}

// NewDocument begins to read a parsed file. expand may be nil. A nil root is a message without a file: its problems
// have fields but no places.
func NewDocument(file string, root *Node, expand Expander) *Document {
	return &Document{file: file, root: root, expand: expand, at: map[string]*Node{}, doubtful: map[string]bool{}}
}

// Including makes `include: FILE` work in this document; without it the word means nothing.
func (d *Document) Including(include Includer) { d.include = include }

// Explaining lets problems say what a field is for; about is what the contracts say about a field or a value of an enum.
func (d *Document) Explaining(about func(protoreflect.FullName) string) { d.about = about }

// Decode fills m from the file. Problems are collected, not returned; what could be read is in m.
func (d *Document) Decode(m proto.Message) {
	d.index = fieldIndex(m.ProtoReflect().Descriptor())
	d.at[""] = d.root
	d.message(d.root, m.ProtoReflect(), "")
}

// Report adds a problem about a field, at the place where it stands, or its nearest parent that does.
// A field that is known to be wrong already is not reported again.
func (d *Document) Report(path, message, hint string) {
	for _, p := range prefixes(path) {
		if d.doubtful[p] {
			return
		}
	}
	n := d.root
	for _, p := range prefixes(path) {
		if found := d.at[p]; found != nil {
			n = found
			break
		}
	}
	d.add(n, path, message, hint)
}

// FileOf is the name of the file that a field stands in; "" when nobody wrote it.
func (d *Document) FileOf(path string) string {
	if n := d.at[path]; n != nil {
		return n.File()
	}
	return ""
}

// Wrote tells whether the file itself has this field; defaults filled in later are not written.
func (d *Document) Wrote(path string) bool {
	return d.at[path] != nil
}

// Err is everything that was wrong as [Problems], in the order of the file; nil when nothing was.
func (d *Document) Err() error {
	if len(d.problems) == 0 {
		return nil
	}
	ps := append(Problems(nil), d.problems...).sorted()
	if d.hidden > 0 {
		ps = append(ps, Problem{File: d.file, Message: "there are more problems than these", Hint: "mend these first"})
	}
	return ps
}

// add books a problem at a node. The nil node is no place at all.
func (d *Document) add(n *Node, path, message, hint string) {
	p := Problem{File: d.file, Field: path, Message: message, Hint: hint}
	if n != nil {
		p.File, p.Line, p.Column = n.File(), n.line, n.column
	}
	d.addProblem(p)
}

func (d *Document) addProblem(p Problem) {
	d.doubtful[p.Field] = true
	if len(d.problems) == maxProblems {
		d.hidden++
		return
	}
	d.problems = append(d.problems, p)
}

// prefixes are a path and its parents, the nearest first, the root ("") last.
func prefixes(path string) []string {
	out := []string{path}
	for path != "" {
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
		out = append(out, path)
	}
	return out
}

// join appends a field name to a path.
func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// fieldIndex finds, for each field name below a message, the shortest path to it.
func fieldIndex(root protoreflect.MessageDescriptor) map[string]string {
	index := map[string]string{}
	type place struct {
		path    string
		message protoreflect.MessageDescriptor
	}
	seen := map[protoreflect.FullName]bool{}
	for queue := []place{{"", root}}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if seen[at.message.FullName()] {
			continue
		}
		seen[at.message.FullName()] = true
		for i := range at.message.Fields().Len() {
			f := at.message.Fields().Get(i)
			path := join(at.path, string(f.Name()))
			if _, known := index[string(f.Name())]; !known {
				index[string(f.Name())] = path
			}
			if f.Message() != nil && !f.IsMap() && !wellKnown(f.Message()) {
				queue = append(queue, place{path, f.Message()})
			}
		}
	}
	return index
}
