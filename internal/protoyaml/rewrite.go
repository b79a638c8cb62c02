package protoyaml

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// ErrNotKept says that a file cannot be changed as wanted and keep its comments.
var ErrNotKept = errors.New("the file cannot be changed in this way and keep its notes")

// Rewrite changes a YAML file that reads as from so that it reads as to. Lines that hold what stays the same stay the
// same, comments and blank lines among them; a comment behind a value stays behind the new one. What is new comes at the end
// of its group. root is the file as [Parse] read it.
//
// Whoever calls it reads the result again: a file with anchors, or that takes things in from others, may come out as
// something else.
func Rewrite(data []byte, root *Node, from, to proto.Message) ([]byte, error) {
	text, problem := plainText(root.File(), data)
	if problem != nil {
		return nil, Problems{*problem}
	}
	w := &rewriter{lines: strings.Split(strings.TrimSuffix(text, "\n"), "\n"), comments: map[int]string{}}
	for _, t := range lexer.Tokenize(text) {
		if t.Type == token.CommentType {
			w.comments[t.Position.Line] = "#" + strings.TrimRight(t.Value, "\n")
		}
	}
	if !w.message(root, from.ProtoReflect(), to.ProtoReflect(), len(w.lines)+1) {
		return nil, ErrNotKept
	}
	out := strings.Join(w.applied(), "\n") + "\n"
	if strings.Contains(string(data), "\r\n") {
		out = strings.ReplaceAll(out, "\n", "\r\n")
	}
	return []byte(out), nil
}

// rewriter collects what has to change in a file.
type rewriter struct {
	lines    []string
	comments map[int]string // by line, from 1
	edits    []edit
}

// edit puts lines in the place of those from one on, and up to another, which stays. Both count from 1.
type edit struct {
	from, to int
	indent   int
	lines    []string
}

// applied is the file with all edits made, the last first, so that the places of the others stay true. Of those that begin in
// one line the one that takes lines away is last in the file, and among what is new, what belongs to the outer group.
func (w *rewriter) applied() []string {
	slices.Reverse(w.edits)
	slices.SortStableFunc(w.edits, func(a, b edit) int {
		return cmp.Or(cmp.Compare(b.from, a.from), cmp.Compare(min(1, b.to-b.from), min(1, a.to-a.from)), cmp.Compare(a.indent, b.indent))
	})
	out := slices.Clone(w.lines)
	for _, e := range w.edits {
		out = slices.Replace(out, e.from-1, e.to-1, e.lines...)
	}
	return out
}

// message changes a group of fields that ends before a line. False, with nothing done, when it is not written so that it
// can be changed line by line.
func (w *rewriter) message(n *Node, from, to protoreflect.Message, end int) bool {
	if proto.Equal(from.Interface(), to.Interface()) {
		return true
	}
	if n == nil || n.kind != mappingNode || wellKnown(from.Descriptor()) || !inLines(n) {
		return false
	}
	before := len(w.edits)
	fields := from.Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		if from.Has(fd) == to.Has(fd) && from.Get(fd).Equal(to.Get(fd)) {
			continue
		}
		if !w.field(n, fd, from, to, end) {
			w.edits = w.edits[:before]
			return false
		}
	}
	return true
}

// inLines tells a group whose fields each begin a line of one file, in one column.
func inLines(n *Node) bool {
	for i, e := range n.entries {
		if e.key.line == 0 || e.key.column != n.entries[0].key.column || e.key.source != n.entries[0].key.source || i > 0 && e.key.line <= n.entries[i-1].key.line {
			return false
		}
	}
	return len(n.entries) > 0
}

// field changes, adds or deletes one field of a group.
func (w *rewriter) field(n *Node, fd protoreflect.FieldDescriptor, from, to protoreflect.Message, end int) bool {
	at := slices.IndexFunc(n.entries, func(e entry) bool { return e.key.text == string(fd.Name()) })
	if at < 0 {
		if !to.Has(fd) {
			return false // It came from somewhere else.
		}
		last := w.extent(n, len(n.entries)-1, end)
		return w.write(n.entries[0].key, fd, to, last, last, false)
	}
	key, stop := n.entries[at].key, w.extent(n, at, end)
	switch {
	case !to.Has(fd):
		if strings.TrimSpace(w.before(key)) != "" {
			return false // The line begins with the dash of an entry, which would go too.
		}
		w.edits = append(w.edits, edit{from: key.line, to: stop})
		return true
	case from.Has(fd) && w.inside(n.entries[at].value, fd, from.Get(fd), to.Get(fd), stop):
		return true
	}
	return w.write(key, fd, to, key.line, stop, true)
}

// inside changes what is below a field, if that can be done.
func (w *rewriter) inside(n *Node, fd protoreflect.FieldDescriptor, from, to protoreflect.Value, end int) bool {
	switch {
	case fd.IsMap() || fd.Message() == nil:
		return false
	case !fd.IsList():
		return w.message(n, from.Message(), to.Message(), end)
	case n.kind != listNode || from.List().Len() != to.List().Len() || len(n.items) != to.List().Len():
		return false
	}
	before := len(w.edits)
	for i, item := range n.items {
		stop := end
		if i+1 < len(n.items) {
			stop = n.items[i+1].line
		}
		if stop <= item.line || !w.message(item, from.List().Get(i).Message(), to.List().Get(i).Message(), w.trimmed(item.line, stop)) {
			w.edits = w.edits[:before]
			return false
		}
	}
	return true
}

// extent is where the lines of a field end: before the next field of its group, and before the comments above that.
func (w *rewriter) extent(n *Node, at, end int) int {
	if at+1 < len(n.entries) {
		end = n.entries[at+1].key.line
	}
	return w.trimmed(n.entries[at].key.line, end)
}

// trimmed leaves out comments and blank lines at the end of some lines.
func (w *rewriter) trimmed(start, end int) int {
	for end-1 > start {
		line := strings.TrimSpace(w.lines[end-2])
		if line != "" && line[0] != '#' {
			break
		}
		end--
	}
	return end
}

// before is what stands before a field in its line: spaces, and the dash of an entry.
func (w *rewriter) before(key *Node) string {
	line := w.lines[key.line-1]
	for i := range line {
		if utf8.RuneCountInString(line[:i]) == key.column-1 {
			return line[:i]
		}
	}
	return line
}

// write puts a field in the place of some lines.
func (w *rewriter) write(key *Node, fd protoreflect.FieldDescriptor, m protoreflect.Message, start, end int, instead bool) bool {
	indent := key.column - 1
	var out writer
	out.key(string(fd.Name()), indent)
	if err := out.field(fd, m.Get(fd), indent); err != nil {
		return false
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if instead {
		lines[0] = w.before(key) + lines[0][indent:]
		if comment := w.comments[key.line]; comment != "" {
			lines[0] += "    " + comment
		}
	}
	w.edits = append(w.edits, edit{start, end, indent, lines})
	return true
}
