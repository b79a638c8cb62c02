package scripted

import (
	"fmt"
	"math"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// kinds is a set of JSON types.
type kinds uint8

const (
	kindObject kinds = 1 << iota
	kindArray
	kindString
	kindNumber
	kindInteger
	kindBoolean
	kindNull
)

var kindNames = map[string]kinds{
	"object": kindObject, "array": kindArray, "string": kindString, "number": kindNumber, "integer": kindInteger, "boolean": kindBoolean, "null": kindNull,
}

// schema is a JSON Schema made ready for answers that hold to it.
type schema struct {
	kinds        kinds // never empty
	untyped      bool  // kinds are only what the other keywords speak of: other types hold too
	enum         []string
	alternatives []*schema // if any, one of them is the whole of it
	same         *schema   // if not nil, the whole of it

	properties []property
	closed     bool // no other properties may be there
	items      *schema
	prefix     []*schema
	unique     bool

	minItems, maxItems   int // maxItems and maxLength are -1 for no limit
	minLength, maxLength int
	pattern              *syntax.Regexp
	whole                *regexp.Regexp
	format               string
	low, high            bound
	step                 float64

	height int // levels that an instance has at least
}

type property struct {
	name     string
	schema   *schema
	required bool
}

// bound is an end of a range.
type bound struct {
	at        float64
	set, open bool // open: the value itself is outside
}

const endless = math.MaxInt32

// compile makes a schema ready, or says why it cannot: it is broken, it uses what is not supported here, or nothing holds
// to it.
func compile(root value) (*schema, error) {
	c := &compiler{root: root, refs: map[string]*schema{}}
	s := c.place()
	if err := c.fill(s, root, 0); err != nil {
		return nil, err
	}
	c.measure()
	if s.height >= endless {
		return nil, fmt.Errorf("nothing holds to it")
	}
	return s, nil
}

type compiler struct {
	root value
	refs map[string]*schema
	all  []*schema
}

func (c *compiler) place() *schema {
	s := &schema{height: endless}
	c.all = append(c.all, s)
	return s
}

func (c *compiler) schema(v value, depth int) (*schema, error) {
	if ref, bare := bareRef(v); bare {
		if s := c.refs[ref]; s != nil {
			return s, nil
		}
		target, err := c.resolve(ref)
		if err != nil {
			return nil, err
		}
		s := c.place()
		c.refs[ref] = s
		return s, c.fill(s, target, depth+1)
	}
	s := c.place()
	return s, c.fill(s, v, depth+1)
}

// annotations say nothing about what holds.
var annotations = []string{"$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "contentMediaType"}

// supported keywords, besides the annotations. Others are refused: an answer might not hold to them.
var supported = []string{"type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "properties", "required", "additionalProperties", "items", "prefixItems",
	"minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}

func bareRef(v value) (string, bool) {
	ref := ""
	for _, m := range v.members {
		switch {
		case m.name == "$ref" && m.value.kind == '"':
			ref = m.value.text
		case !slices.Contains(annotations, m.name):
			return "", false
		}
	}
	return ref, ref != ""
}

func (c *compiler) resolve(ref string) (value, error) {
	rest, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return value{}, fmt.Errorf("$ref %q points outside of the schema", ref)
	}
	v := c.root
	if rest == "" {
		return v, nil
	}
	for _, step := range strings.Split(strings.TrimPrefix(rest, "/"), "/") {
		v = v.get(strings.NewReplacer("~1", "/", "~0", "~").Replace(step))
	}
	if v.kind == 0 {
		return value{}, fmt.Errorf("$ref %q points nowhere", ref)
	}
	return v, nil
}

func (c *compiler) fill(s *schema, v value, depth int) error {
	switch {
	case depth > deepest/2:
		return fmt.Errorf("it nests too deeply")
	case v.kind == 't':
		v = value{kind: '{'}
	case v.kind != '{':
		return fmt.Errorf("%.40s is no schema that anything holds to", v.raw)
	}
	for _, m := range v.members {
		if !slices.Contains(supported, m.name) && !slices.Contains(annotations, m.name) {
			return fmt.Errorf("'%s' is not permitted", m.name)
		}
	}
	if ref, bare := bareRef(v); bare {
		same, err := c.schema(v, depth)
		if err == nil && same == s {
			err = fmt.Errorf("$ref %q points to itself", ref)
		}
		s.same = same
		return err
	}
	v, err := c.flatten(v, depth)
	if err != nil {
		return err
	}
	for _, keyword := range []string{"anyOf", "oneOf"} {
		if v.has(keyword) {
			return c.choices(s, v, keyword, depth)
		}
	}
	for _, fill := range []func(*schema, value, int) error{c.scalar, c.object, c.array, c.kinds} {
		if err := fill(s, v, depth); err != nil {
			return err
		}
	}
	return nil
}

// flatten merges what a $ref with siblings and allOf bring in.
func (c *compiler) flatten(v value, depth int) (value, error) {
	for rounds := 0; v.has("$ref") || v.has("allOf"); rounds++ {
		if rounds > deepest {
			return value{}, fmt.Errorf("it nests too deeply")
		}
		more := v.get("allOf").items
		if ref := v.get("$ref"); ref.kind != 0 {
			target, err := c.resolve(ref.text)
			if err != nil {
				return value{}, err
			}
			more = append([]value{target}, more...)
		}
		v = without(v, "$ref", "allOf")
		for _, other := range more {
			var err error
			if v, err = merge(v, other); err != nil {
				return value{}, err
			}
		}
	}
	return v, nil
}

func (c *compiler) choices(s *schema, v value, keyword string, depth int) error {
	rest := without(v, keyword)
	if keyword == "anyOf" && rest.has("oneOf") {
		return fmt.Errorf("anyOf beside oneOf is not permitted")
	}
	bare := !slices.ContainsFunc(rest.members, func(m member) bool { return !slices.Contains(annotations, m.name) })
	for _, alternative := range v.get(keyword).items {
		if !bare {
			var err error
			if alternative, err = merge(rest, alternative); err != nil {
				return err
			}
		}
		option, err := c.schema(alternative, depth)
		if err != nil {
			return err
		}
		s.alternatives = append(s.alternatives, option)
	}
	if len(s.alternatives) == 0 {
		return fmt.Errorf("%s offers nothing", keyword)
	}
	return nil
}

func (c *compiler) kinds(s *schema, v value, _ int) error {
	switch t := v.get("type"); t.kind {
	case 0:
		s.kinds, s.untyped = s.implied(v), true
	case '"':
		s.kinds = kindNames[t.text]
	case '[':
		for _, item := range t.items {
			s.kinds |= kindNames[item.text]
		}
	}
	if s.kinds == 0 {
		return fmt.Errorf("%.40s is no type", v.get("type").raw)
	}
	if v.has("enum") || v.has("const") {
		s.enum = slices.DeleteFunc(s.enum, func(raw string) bool { return v.has("type") && !s.kinds.hold(raw) })
		if len(s.enum) == 0 {
			return fmt.Errorf("enum offers nothing")
		}
	}
	return s.numeric()
}

// implied is the type of a schema that names none: what its keywords speak of.
func (s *schema) implied(v value) kinds {
	switch {
	case len(s.properties) > 0:
		return kindObject
	case s.items != nil || s.prefix != nil || s.minItems > 0:
		return kindArray
	case s.low.set || s.high.set || s.step > 0:
		return kindNumber
	}
	return kindString
}

// hold tells whether JSON is of one of the types.
func (k kinds) hold(raw string) bool {
	switch raw[0] {
	case '{':
		return k&kindObject != 0
	case '[':
		return k&kindArray != 0
	case '"':
		return k&kindString != 0
	case 't', 'f':
		return k&kindBoolean != 0
	case 'n':
		return k&kindNull != 0
	}
	f, _ := value{kind: '0', raw: []byte(raw)}.number()
	return k&kindNumber != 0 || k&kindInteger != 0 && f == math.Trunc(f)
}

func (c *compiler) scalar(s *schema, v value, _ int) (err error) {
	for _, item := range v.get("enum").items {
		s.enum = append(s.enum, string(item.raw))
	}
	if given := v.get("const"); given.kind != 0 {
		s.enum = []string{string(given.raw)}
	}
	s.format = v.get("format").text
	s.minLength, s.maxLength = size(v, "minLength", 0), size(v, "maxLength", -1)
	if s.maxLength >= 0 && s.minLength > s.maxLength {
		return fmt.Errorf("minLength is above maxLength")
	}
	s.low, s.high = ends(v, "minimum", "exclusiveMinimum", false), ends(v, "maximum", "exclusiveMaximum", true)
	s.step, _ = v.get("multipleOf").number()
	if given := v.get("pattern"); given.kind == '"' {
		if s.whole, err = regexp.Compile(given.text); err != nil {
			return fmt.Errorf("pattern: %w", err)
		}
		if s.pattern, err = syntax.Parse(given.text, syntax.Perl); err != nil {
			return fmt.Errorf("pattern: %w", err)
		}
	}
	return nil
}

func size(v value, name string, absent int) int {
	if f, ok := v.get(name).number(); ok && f >= 0 && f < endless {
		return int(f)
	}
	return absent
}

// ends reads the tighter of an inclusive and an exclusive bound.
func ends(v value, closed, open string, upper bool) bound {
	a, hasA := v.get(closed).number()
	b, hasB := v.get(open).number()
	switch {
	case hasA && hasB && (upper && a < b || !upper && a > b), hasA && !hasB:
		return bound{at: a, set: true}
	case hasB:
		return bound{at: b, set: true, open: true}
	}
	return bound{}
}

func (c *compiler) object(s *schema, v value, depth int) error {
	additional := v.get("additionalProperties")
	s.closed = additional.kind == 'f'
	var required []string
	for _, item := range v.get("required").items {
		required = append(required, item.text)
	}
	for _, m := range v.get("properties").members {
		needed := slices.Contains(required, m.name)
		if !needed && m.value.kind == 'f' {
			continue
		}
		p, err := c.schema(m.value, depth)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		s.properties = append(s.properties, property{name: m.name, schema: p, required: needed})
	}
	for _, name := range required {
		if slices.ContainsFunc(s.properties, func(p property) bool { return p.name == name }) {
			continue
		}
		if additional.kind == 0 {
			additional = value{kind: 't'}
		}
		p, err := c.schema(additional, depth)
		if err != nil {
			return fmt.Errorf("required %s is no property: %w", name, err)
		}
		s.properties = append(s.properties, property{name: name, schema: p, required: true})
	}
	return nil
}

func (c *compiler) array(s *schema, v value, depth int) (err error) {
	s.minItems, s.maxItems = size(v, "minItems", 0), size(v, "maxItems", -1)
	s.unique = v.get("uniqueItems").kind == 't'
	for i, item := range v.get("prefixItems").items {
		p, err := c.schema(item, depth)
		if err != nil {
			return fmt.Errorf("item %d: %w", i, err)
		}
		s.prefix = append(s.prefix, p)
	}
	switch items := v.get("items"); items.kind {
	case 0:
	case 'f':
		s.maxItems = len(s.prefix)
	default:
		if s.items, err = c.schema(items, depth); err != nil {
			return fmt.Errorf("items: %w", err)
		}
	}
	if s.maxItems >= 0 && s.minItems > s.maxItems {
		return fmt.Errorf("minItems is above maxItems")
	}
	return nil
}

// measure finds for each schema how many levels its smallest instance has; endless, if it has none.
func (c *compiler) measure() {
	for changed := true; changed; {
		changed = false
		for _, s := range c.all {
			if h := s.level(); h < s.height {
				s.height, changed = h, true
			}
		}
	}
}

func (s *schema) level() int {
	if s.same != nil {
		return s.same.height
	}
	if len(s.alternatives) > 0 {
		return smallest(s.alternatives).height
	}
	if s.enum != nil || s.kinds&^(kindObject|kindArray) != 0 {
		return 1
	}
	object, array := endless, endless
	if s.kinds&kindObject != 0 {
		object = 1
		for _, p := range s.properties {
			if p.required {
				object = max(object, above(p.schema))
			}
		}
	}
	if s.kinds&kindArray != 0 {
		array = 1
		for i := range s.minItems {
			if i >= len(s.prefix) {
				if s.items != nil {
					array = max(array, above(s.items))
				}
				break
			}
			array = max(array, above(s.prefix[i]))
		}
	}
	return min(object, array)
}

func above(s *schema) int { return min(endless, s.height+1) }

func smallest(of []*schema) *schema {
	return slices.MinFunc(of, func(a, b *schema) int { return a.height - b.height })
}

// loose says in what a schema breaks OpenAI's conditions on strict ones.
func loose(v value, where string) error {
	isObject := v.get("type").text == "object" || v.has("properties")
	if isObject && v.get("additionalProperties").kind != 'f' {
		//lint:ignore ST1005 these are the words of the protocol
		return fmt.Errorf("In context=(%s), 'additionalProperties' is required to be supplied and to be false.", where)
	}
	for _, m := range v.get("properties").members {
		if !slices.ContainsFunc(v.get("required").items, func(r value) bool { return r.text == m.name }) {
			//lint:ignore ST1005 these are the words of the protocol
			return fmt.Errorf("In context=(%s), 'required' is required to be supplied and to be an array including every key in properties. Missing '%s'.", where, m.name)
		}
	}
	for _, keyword := range []string{"properties", "$defs", "definitions"} {
		for _, m := range v.get(keyword).members {
			if err := loose(m.value, join(where, keyword, m.name)); err != nil {
				return err
			}
		}
	}
	for _, keyword := range []string{"anyOf", "oneOf", "allOf", "prefixItems"} {
		for i, item := range v.get(keyword).items {
			if err := loose(item, join(where, keyword, fmt.Sprint(i))); err != nil {
				return err
			}
		}
	}
	if items := v.get("items"); items.kind == '{' {
		return loose(items, join(where, "items"))
	}
	return nil
}

func join(where string, steps ...string) string {
	for _, step := range steps {
		if where != "" {
			where += ", "
		}
		where += "'" + step + "'"
	}
	return where
}
