package protoyaml

import (
	"fmt"
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// converter turns the parser's tree into ours: anchors and merges resolved, sizes bounded, everything else the format
// does not need refused by name.
type converter struct {
	source   *source
	anchors  map[string]*Node
	nodes    int
	full     bool
	problems Problems
}

func (c *converter) fail(n ast.Node, message, hint string) *Node {
	line, column := place(n)
	if len(c.problems) < maxProblems {
		c.problems = append(c.problems, Problem{File: c.source.name, Line: line, Column: column, Message: message, Hint: hint})
	}
	return c.at(n)
}

// at is a new empty node at the place of n.
func (c *converter) at(n ast.Node) *Node {
	line, column := place(n)
	return &Node{source: c.source, line: line, column: column, size: 1}
}

// count books size more values and says whether there is still room.
func (c *converter) count(n ast.Node, size int) bool {
	c.nodes += size
	if c.nodes > maxNodes && !c.full {
		c.full = true
		c.fail(n, fmt.Sprintf("the file holds more than %d values, aliases (*name) counted each time", maxNodes), "split it, or use fewer aliases")
	}
	return !c.full
}

func (c *converter) node(n ast.Node, depth int) *Node {
	if depth > maxDepth {
		return c.fail(n, "this is nested too deeply", fmt.Sprintf("at most %d levels", maxDepth))
	}
	if !c.count(n, 1) {
		return c.at(n)
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		return c.mapping(n, n.Values, depth)
	case *ast.MappingValueNode:
		return c.mapping(n, []*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		list := c.at(n)
		list.kind = listNode
		for _, v := range n.Values {
			item := c.node(v, depth+1)
			list.items = append(list.items, item)
			list.size += item.size
		}
		return list
	case *ast.AnchorNode:
		value := c.node(n.Value, depth+1)
		c.anchors[n.Name.GetToken().Value] = value
		return value
	case *ast.AliasNode:
		return c.alias(n)
	case *ast.TagNode:
		return c.fail(n, fmt.Sprintf("the tag %s is not supported", n.GetToken().Value), "leave it out, or put quotes around a text that begins with !")
	case *ast.CommentNode, *ast.CommentGroupNode, *ast.DirectiveNode, *ast.MappingKeyNode:
		return c.fail(n, "this form of YAML is not supported", "write `name: value`")
	}
	return c.scalar(n)
}

func (c *converter) scalar(n ast.Node) *Node {
	s := c.at(n)
	switch n := n.(type) {
	case *ast.LiteralNode:
		s.text, s.quoted = n.Value.Value, true
	case *ast.StringNode:
		s.text = n.Value
		t := n.GetToken()
		s.quoted = t.Type.String() == "SingleQuote" || t.Type.String() == "DoubleQuote"
	case *ast.NullNode:
		s.text = ""
	default:
		if t := n.GetToken(); t != nil {
			s.text = t.Value
		}
	}
	return s
}

func (c *converter) alias(n *ast.AliasNode) *Node {
	name := n.Value.GetToken().Value
	target, ok := c.anchors[name]
	if !ok {
		known := make([]string, 0, len(c.anchors))
		for k := range c.anchors {
			known = append(known, k)
		}
		slices.Sort(known)
		hint := "put quotes around a text that begins with *, or &" + name + " before the value it stands for, above this line"
		if near := Nearest(name, known); near != "" {
			hint = fmt.Sprintf("did you mean *%s?", near)
		}
		return c.fail(n, fmt.Sprintf("*%s stands for nothing", name), hint)
	}
	c.count(n, target.size)
	return target
}

func (c *converter) mapping(n ast.Node, values []*ast.MappingValueNode, depth int) *Node {
	m := c.at(n)
	m.kind = mappingNode
	var merged []*Node
	for _, v := range values {
		if v.Key.IsMergeKey() {
			source := c.node(v.Value, depth+1)
			if source.kind == listNode {
				merged = append(merged, source.items...)
			} else {
				merged = append(merged, source)
			}
			continue
		}
		key := c.key(v.Key)
		value := c.node(v.Value, depth+1)
		if value.line == 0 || value.isNull() {
			value.line, value.column = key.line, key.column
		}
		m.entries = append(m.entries, entry{key, value})
		m.size += value.size + 1
	}
	if len(merged) > 0 {
		c.merge(n, m, merged)
	}
	if len(m.entries) > 0 {
		m.line, m.column = m.entries[0].key.line, m.entries[0].key.column
	}
	return m
}

func (c *converter) key(k ast.MapKeyNode) *Node {
	key := c.at(k)
	switch k.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
		key.text = k.GetToken().Value
	default:
		c.fail(k, "a field name must be a plain word", "write `name: value`")
	}
	return key
}

// merge adds what `<<: *other` brings: every field that is not written out here. Of several, the first wins.
func (c *converter) merge(n ast.Node, m *Node, sources []*Node) {
	written := map[string]bool{}
	for _, e := range m.entries {
		written[e.key.text] = true
	}
	for _, source := range sources {
		if source.isNull() {
			continue // An alias of nothing, which has been told about.
		}
		if source.kind != mappingNode {
			c.fail(n, "<< can only bring in a group of fields", "put the & before a group of fields")
			return
		}
		for _, e := range source.entries {
			if written[e.key.text] || !c.count(n, e.value.size+1) {
				continue
			}
			written[e.key.text] = true
			m.entries = append(m.entries, e)
			m.size += e.value.size + 1
		}
	}
}

// place is where a value begins: line and column, from 1.
func place(n ast.Node) (line, column int) {
	switch v := n.(type) {
	case *ast.MappingNode:
		if len(v.Values) > 0 && !v.IsFlowStyle {
			return place(v.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return place(v.Key)
	}
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return 0, 0
	}
	at := n.GetToken().Position
	return at.Line, at.Column
}
