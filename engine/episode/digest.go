package episode

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"math"
	"sort"
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Digest is a sha256 over an episode's play events without what the contracts mark as volatile and without claims: two
// runs of the same design with rule-based minds have the same digests, whoever played them and how often it was taken
// over.
//
// The bytes hashed are laid down here and not by an encoding library, so that a digest stays what it was.
type Digest struct {
	h hash.Hash
}

// NewDigest returns the digest of no events.
func NewDigest() *Digest { return &Digest{h: sha256.New()} }

// Add takes in one event.
func (d *Digest) Add(event *vignettev1.EpisodeEvent) {
	switch event.GetEvent().(type) {
	case *vignettev1.EpisodeEvent_Claimed, *vignettev1.EpisodeEvent_Failed:
		// Who holds an episode and what failed on the way is not what happened in it.
		return
	}
	hashMessage(d.h, event.ProtoReflect())
}

// Sum returns the digest of the events so far.
func (d *Digest) Sum() [sha256.Size]byte { return [sha256.Size]byte(d.h.Sum(nil)) }

// hashMessage writes a message's populated fields in the order of their numbers: number, then value, with sizes before
// whatever has no fixed size.
func hashMessage(h hash.Hash, m protoreflect.Message) {
	for _, field := range steadyFields(m.Descriptor()) {
		if !m.Has(field) {
			continue
		}
		writeUint(h, uint64(field.Number()))
		value := m.Get(field)
		switch {
		case field.IsMap():
			hashMap(h, field, value.Map())
		case field.IsList():
			list := value.List()
			writeUint(h, uint64(list.Len()))
			for i := range list.Len() {
				hashValue(h, field, list.Get(i))
			}
		default:
			hashValue(h, field, value)
		}
	}
	writeUint(h, 0) // No field has number 0: the end of the message.
}

func hashMap(h hash.Hash, field protoreflect.FieldDescriptor, m protoreflect.Map) {
	keys := make([]protoreflect.MapKey, 0, m.Len())
	m.Range(func(key protoreflect.MapKey, _ protoreflect.Value) bool {
		keys = append(keys, key)
		return true
	})
	sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
	writeUint(h, uint64(len(keys)))
	for _, key := range keys {
		writeBytes(h, []byte(key.String()))
		hashValue(h, field.MapValue(), m.Get(key))
	}
}

func hashValue(h hash.Hash, field protoreflect.FieldDescriptor, value protoreflect.Value) {
	switch v := value.Interface().(type) {
	case bool:
		if v {
			writeUint(h, 1)
		} else {
			writeUint(h, 0)
		}
	case int32:
		writeUint(h, uint64(int64(v)))
	case int64:
		writeUint(h, uint64(v))
	case uint32:
		writeUint(h, uint64(v))
	case uint64:
		writeUint(h, v)
	case float32:
		writeUint(h, math.Float64bits(float64(v)))
	case float64:
		writeUint(h, math.Float64bits(v))
	case protoreflect.EnumNumber:
		writeUint(h, uint64(int64(v)))
	case string:
		writeBytes(h, []byte(v))
	case []byte:
		writeBytes(h, v)
	case protoreflect.Message:
		hashMessage(h, v)
	default:
		panic("episode: field " + string(field.FullName()) + " has a kind no contract uses")
	}
}

func writeUint(h hash.Hash, v uint64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], v)
	h.Write(b[:])
}

func writeBytes(h hash.Hash, b []byte) {
	writeUint(h, uint64(len(b)))
	h.Write(b)
}

// steady caches the fields of a message type that are not volatile, by number.
var steady sync.Map // protoreflect.FullName -> []protoreflect.FieldDescriptor

func steadyFields(message protoreflect.MessageDescriptor) []protoreflect.FieldDescriptor {
	if known, ok := steady.Load(message.FullName()); ok {
		return known.([]protoreflect.FieldDescriptor)
	}
	var fields []protoreflect.FieldDescriptor
	for i := range message.Fields().Len() {
		field := message.Fields().Get(i)
		options, _ := field.Options().(*descriptorpb.FieldOptions)
		if volatile, _ := proto.GetExtension(options, vignettev1.E_Volatile).(bool); !volatile {
			fields = append(fields, field)
		}
	}
	sort.Slice(fields, func(i, j int) bool { return fields[i].Number() < fields[j].Number() })
	steady.Store(message.FullName(), fields)
	return fields
}
