package natsrpc

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// The payload of each NATS message is this protobuf message. It is written and read by hand, because it is on the path
// of every call, but any protobuf tool can read it:
//
//	message Frame {
//	  uint32 parts = 1;                 // bit set of what the frame does, see part
//	  uint64 number = 2;                // order among the content frames of its direction, from 1; 0: not content
//	  bytes message = 3;                // with partMessage: the encoded gRPC message
//	  google.rpc.Status status = 4;     // with partStatus
//	  repeated Pair metadata = 5;       // with partOpen: the request's; with partHeader: the response's header
//	  repeated Pair trailer = 6;        // with partStatus
//	  uint64 credit = 7;                // with partCredit or partOpen: total bytes that the receiver may have sent
//	  uint64 timeout_us = 8;            // with partOpen: microseconds until the caller gives up; 0: never
//	  uint64 heartbeat_ms = 9;          // with partOpen: longest silence that the caller wants, in milliseconds
//	}
//	message Pair { string key = 1; bytes value = 2; }
//
// Unknown fields and parts are ignored, so that both may be added.
const (
	fieldParts     protowire.Number = 1
	fieldNumber    protowire.Number = 2
	fieldMessage   protowire.Number = 3
	fieldStatus    protowire.Number = 4
	fieldMetadata  protowire.Number = 5
	fieldTrailer   protowire.Number = 6
	fieldCredit    protowire.Number = 7
	fieldTimeout   protowire.Number = 8
	fieldHeartbeat protowire.Number = 9

	fieldKey   protowire.Number = 1
	fieldValue protowire.Number = 2
)

// part is one thing a frame does. A frame may do several at once.
type part uint32

const (
	partOpen    part = 1 << iota // opens the call
	partHeader                   // carries the response header
	partMessage                  // carries one message
	partEnd                      // the caller sends no more messages
	partStatus                   // the call is over
	partCredit                   // grants credit
	partAlive                    // says that the sender lives and, with a reply subject, asks whether the receiver does
	partCancel                   // the caller has lost interest
)

// frame is one decoded frame. Its byte slices point into raw.
type frame struct {
	parts     part
	number    uint64
	message   []byte
	status    []byte
	credit    uint64
	timeout   time.Duration
	heartbeat time.Duration

	raw         []byte // what was decoded; metadata is read from it when somebody asks
	hasMetadata bool
	hasTrailer  bool
}

func (f *frame) has(p part) bool { return f.parts&p != 0 }

// pairs decodes the metadata or the trailer of a received frame.
func (f *frame) pairs(field protowire.Number) metadata.MD {
	md := metadata.MD{}
	for rest := f.raw; len(rest) > 0; {
		num, typ, n := protowire.ConsumeTag(rest)
		rest = rest[n:]
		if num != field || typ != protowire.BytesType {
			rest = rest[protowire.ConsumeFieldValue(num, typ, rest):]
			continue
		}
		pair, n := protowire.ConsumeBytes(rest)
		rest = rest[n:]
		if key, value, ok := decodePair(pair); ok {
			md[key] = append(md[key], value)
		}
	}
	return md
}

func decodePair(pair []byte) (key, value string, ok bool) {
	for len(pair) > 0 {
		num, typ, n := protowire.ConsumeTag(pair)
		if n < 0 || typ != protowire.BytesType {
			return "", "", false
		}
		text, m := protowire.ConsumeBytes(pair[n:])
		if m < 0 {
			return "", "", false
		}
		switch num {
		case fieldKey:
			key = string(text)
		case fieldValue:
			value = string(text)
		}
		pair = pair[n+m:]
	}
	return key, value, key != ""
}

var errFrame = errors.New("not a natsrpc frame")

// decodeFrame reads a frame. It keeps data.
func decodeFrame(data []byte) (frame, error) {
	f := frame{raw: data}
	for rest := data; len(rest) > 0; {
		num, typ, n := protowire.ConsumeTag(rest)
		if n < 0 {
			return f, errFrame
		}
		rest = rest[n:]
		switch typ {
		case protowire.VarintType:
			v, m := protowire.ConsumeVarint(rest)
			if m < 0 {
				return f, errFrame
			}
			f.setNumber(num, v)
			rest = rest[m:]
		case protowire.BytesType:
			v, m := protowire.ConsumeBytes(rest)
			if m < 0 {
				return f, errFrame
			}
			f.setBytes(num, v)
			rest = rest[m:]
		default:
			m := protowire.ConsumeFieldValue(num, typ, rest)
			if m < 0 {
				return f, errFrame
			}
			rest = rest[m:]
		}
	}
	if f.parts == 0 {
		return f, errFrame
	}
	return f, nil
}

func (f *frame) setNumber(num protowire.Number, v uint64) {
	switch num {
	case fieldParts:
		f.parts = part(v)
	case fieldNumber:
		f.number = v
	case fieldCredit:
		f.credit = v
	case fieldTimeout:
		f.timeout = units(v, time.Microsecond)
	case fieldHeartbeat:
		f.heartbeat = units(v, time.Millisecond)
	}
}

func (f *frame) setBytes(num protowire.Number, v []byte) {
	switch num {
	case fieldMessage:
		f.message = v
	case fieldStatus:
		f.status = v
	case fieldMetadata:
		f.hasMetadata = true
	case fieldTrailer:
		f.hasTrailer = true
	}
}

// units multiplies without overflowing into a negative duration.
func units(n uint64, unit time.Duration) time.Duration {
	if n > uint64(math.MaxInt64/unit) {
		return math.MaxInt64
	}
	return time.Duration(n) * unit
}

// appendFrame writes the scalar fields and the status of f. Messages and metadata are appended after it.
func appendFrame(b []byte, f *frame) []byte {
	b = appendUint(b, fieldParts, uint64(f.parts))
	b = appendUint(b, fieldNumber, f.number)
	b = appendUint(b, fieldCredit, f.credit)
	b = appendUint(b, fieldTimeout, uint64((f.timeout+time.Microsecond-1)/time.Microsecond))
	b = appendUint(b, fieldHeartbeat, uint64(f.heartbeat/time.Millisecond))
	if f.has(partStatus) {
		b = protowire.AppendTag(b, fieldStatus, protowire.BytesType)
		b = protowire.AppendBytes(b, f.status)
	}
	return b
}

func appendUint(b []byte, field protowire.Number, v uint64) []byte {
	if v == 0 {
		return b
	}
	b = protowire.AppendTag(b, field, protowire.VarintType)
	return protowire.AppendVarint(b, v)
}

// appendMessage encodes a gRPC message straight into the frame.
func appendMessage(b []byte, m proto.Message) ([]byte, error) {
	size := proto.Size(m)
	b = protowire.AppendTag(b, fieldMessage, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(size))
	start := len(b)
	b, err := proto.MarshalOptions{UseCachedSize: true}.MarshalAppend(b, m)
	if err != nil {
		return b, err
	}
	if len(b)-start != size {
		return b, fmt.Errorf("%s changed while it was encoded", m.ProtoReflect().Descriptor().FullName())
	}
	return b, nil
}

func appendPairs(b []byte, field protowire.Number, md metadata.MD) []byte {
	for key, values := range md {
		for _, value := range values {
			b = appendPair(b, field, key, value)
		}
	}
	return b
}

func appendPair(b []byte, field protowire.Number, key, value string) []byte {
	size := protowire.SizeTag(fieldKey) + protowire.SizeBytes(len(key)) + protowire.SizeTag(fieldValue) + protowire.SizeBytes(len(value))
	b = protowire.AppendTag(b, field, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(size))
	b = protowire.AppendTag(b, fieldKey, protowire.BytesType)
	b = protowire.AppendString(b, key)
	b = protowire.AppendTag(b, fieldValue, protowire.BytesType)
	return protowire.AppendString(b, value)
}

// buffers are reused between frames: publishing copies what it is given. Large ones are left to the collector.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 2048); return &b }}

const keepBuffer = 64 << 10

func takeBuffer() *[]byte { return buffers.Get().(*[]byte) }

func giveBuffer(b *[]byte) {
	if b == nil || cap(*b) > keepBuffer {
		return
	}
	*b = (*b)[:0]
	buffers.Put(b)
}
