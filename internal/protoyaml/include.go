package protoyaml

import (
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// Includer reads the file that an `include:` names at some place. want is the message that is expected there, "" for the
// entries of a list. It answers with [Problems], or with what the file holds; it bounds how many files it reads and
// refuses those that lead to themselves, for which [Node.Chain] says how it got here.
type Includer func(at *Node, name string, want protoreflect.FullName) (*Node, error)

// includeKey is the word that takes in what another file holds. No field of a contract may be called so.
const includeKey = "include"

// withIncluded adds to a group of fields what the files hold that its `include:` names: every field that is not written
// out here, as a whole. Of several files, the first wins; it is the rule of YAML's merge key.
func (d *Document) withIncluded(n *Node, want protoreflect.FullName, path string) *Node {
	if d.include == nil || n.Get(includeKey) == nil {
		return n
	}
	merged := n.Without(includeKey)
	written := map[string]bool{}
	for _, e := range merged.entries {
		written[e.key.text] = true
	}
	for _, name := range d.namesIn(n, path) {
		from := d.read(name, want, path)
		if from != nil && from.kind != mappingNode {
			d.add(name, join(path, includeKey), fmt.Sprintf("%s holds %s, and a group of fields is expected here", from.File(), from.describe()), "include a list as an entry of a list: `- include: "+from.File()+"`")
			from = nil
		}
		if from == nil {
			d.doubtful[path] = true // What is missing here now is not worth a word.
			continue
		}
		for _, e := range d.withIncluded(from, want, path).entries {
			if !written[e.key.text] {
				merged.entries = append(merged.entries, e)
			}
		}
		for _, e := range merged.entries {
			written[e.key.text] = true
		}
	}
	return merged
}

// namesIn are the files that a group of fields includes: one, or a list.
func (d *Document) namesIn(n *Node, path string) []*Node {
	var names []*Node
	seen := false
	for _, e := range n.entries {
		if e.key.text != includeKey {
			continue
		}
		if seen {
			d.add(e.key, join(path, includeKey), "this is given twice", "include several files as a list: `include: [a.yaml, b.yaml]`")
			continue
		}
		seen = true
		found := []*Node{e.value}
		if e.value.kind == listNode {
			found = e.value.items
		}
		for _, name := range found {
			if name.kind != scalarNode || name.isNull() {
				d.wrongType(name, join(path, includeKey), "the name of a file", "write `include: fragments/stop.yaml`")
				d.doubtful[path] = true
				continue
			}
			names = append(names, name)
		}
	}
	return names
}

// spliced are the entries of a list, with the entries of other lists in the places where they are included.
func (d *Document) spliced(items []*Node, path string) []*Node {
	var out []*Node
	for i, item := range items {
		if !d.isInclude(item) {
			out = append(out, item)
			continue
		}
		at := fmt.Sprintf("%s[%d]", path, i)
		for _, name := range d.namesIn(item, at) {
			from := d.read(name, "", at)
			switch {
			case from == nil:
				d.doubtful[path] = true
			case from.kind == listNode:
				out = append(out, d.spliced(from.items, path)...)
			default:
				out = append(out, from)
			}
		}
	}
	return out
}

// isInclude tells an entry that stands for what another file holds, and says nothing else.
func (d *Document) isInclude(n *Node) bool {
	return d.include != nil && n.kind == mappingNode && len(n.entries) == 1 && n.entries[0].key.text == includeKey
}

// read asks for a file; nil when what is wrong with it has been reported.
func (d *Document) read(name *Node, want protoreflect.FullName, path string) *Node {
	from, err := d.include(name, name.text, want)
	if problems, ok := err.(Problems); ok {
		for _, p := range problems {
			p.Field = join(path, includeKey)
			d.addProblem(p)
		}
		return nil
	}
	if d.included += from.size; d.included > maxNodes {
		d.add(name, join(path, includeKey), fmt.Sprintf("the files included hold more than %d values together", maxNodes), "include less")
		return nil
	}
	return from
}
