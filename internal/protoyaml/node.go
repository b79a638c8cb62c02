package protoyaml

import "slices"

// Node is one value of a file with the place it stands at: a scalar, a mapping or a list. YAML and JSON both become
// nodes, and so do values given by a program, so that there is one walk over them all.
type Node struct {
	source       *source
	line, column int
	kind         nodeKind
	text         string  // of a scalar, without quotes and escapes
	quoted       bool    // a scalar that is text beyond doubt: quoted, or a block
	entries      []entry // of a mapping, in the order of the file, duplicates included
	items        []*Node // of a list
	size         int     // number of nodes in it, itself included
}

// source is the file that nodes were read from, and the place in another file that named it, if one did.
type source struct {
	name  string
	named *Node
}

// entry is one line of a mapping.
type entry struct {
	key, value *Node
}

type nodeKind int

const (
	scalarNode nodeKind = iota
	mappingNode
	listNode
)

// Text is the text of a scalar; "" and false for mappings and lists.
func (n *Node) Text() (string, bool) {
	return n.text, n.kind == scalarNode
}

// IsList tells a list.
func (n *Node) IsList() bool { return n.kind == listNode }

// Get is the value under a key of a mapping, nil when there is none.
func (n *Node) Get(key string) *Node {
	for _, e := range n.entries {
		if e.key.text == key {
			return e.value
		}
	}
	return nil
}

// Without is the same mapping without one key.
func (n *Node) Without(key string) *Node {
	c := *n
	c.entries = nil
	for _, e := range n.entries {
		if e.key.text != key {
			c.entries = append(c.entries, e)
		}
	}
	return &c
}

// Mapping makes a mapping at the place of n, for an Expander: keys and values alternate.
func (n *Node) Mapping(keys []string, values []*Node) *Node {
	m := &Node{source: n.source, line: n.line, column: n.column, kind: mappingNode}
	for i, k := range keys {
		m.entries = append(m.entries, entry{&Node{source: n.source, line: n.line, column: n.column, text: k, quoted: true}, values[i]})
	}
	return m
}

// isNull tells "nothing was written": an empty value, ~ or null.
func (n *Node) isNull() bool {
	if n.kind != scalarNode || n.quoted {
		return false
	}
	switch n.text {
	case "", "~", "null", "Null", "NULL":
		return true
	}
	return false
}

// describe says in plain words what was written, for "wants X, not Y".
func (n *Node) describe() string {
	switch {
	case n.kind == mappingNode:
		return "a group of fields"
	case n.kind == listNode:
		return "a list"
	case n.isNull():
		return "nothing"
	case !n.quoted && isNumber(n.text):
		return "the number " + n.text
	}
	return "the text " + shorten(n.text)
}

// Place is where the value stands: line and column, from 1; 0 when it comes from no file.
func (n *Node) Place() (line, column int) {
	return n.line, n.column
}

// File is the name of the file the value was read from; "" when it comes from none.
func (n *Node) File() string {
	if n.source == nil {
		return ""
	}
	return n.source.name
}

// NamedAt says that the file of n was read because a value of another file names it.
func (n *Node) NamedAt(at *Node) {
	if n.source != nil {
		n.source.named = at
	}
}

// Chain is how the file of n came to be read: the file that was asked for, those that it led to, the file of n.
func (n *Node) Chain() []string {
	var chain []string
	for at := n; at != nil && at.source != nil; at = at.source.named {
		chain = append(chain, at.source.name)
	}
	slices.Reverse(chain)
	return chain
}
