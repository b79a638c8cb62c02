package models

import (
	"math"
	"strings"
	"testing"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"pgregory.net/rapid"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// sound is a request that keeps every rule and has everything in it that there is a rule for.
func sound() *vignettev1.CompleteRequest {
	return &vignettev1.CompleteRequest{
		Model: "m", Purpose: "turn", PromptHash: strings.Repeat("a", 64),
		Messages: []*vignettev1.ChatMessage{{Role: vignettev1.ChatRole_CHAT_ROLE_SYSTEM, Content: "Be."}, {Role: vignettev1.ChatRole_CHAT_ROLE_USER, Content: "Hi"}},
		Parameters: &vignettev1.ModelParameters{
			Temperature: proto.Float64(1), TopP: proto.Float64(1), MaxTokens: proto.Int32(100), Stop: []string{"x"}, TopLogprobs: proto.Int32(3),
		},
		Form: &vignettev1.AnswerForm{Name: "verdict", Schema: "{}"},
		Account: &vignettev1.ModelAccount{
			Run: "r", Episode: "e", Task: "respond", Who: "ruth", Kind: "client", TurnIndex: proto.Int32(1), Sample: &vignettev1.ModelSample{Seed: 1},
			Recorded: vignettev1.RecordedAnswers_RECORDED_ANSWERS_USE, MaxCost: proto.Float64(1), MaxTokens: proto.Int64(10),
		},
	}
}

// What keepsRules accepts is what protovalidate accepts, whatever field of a request is changed to whatever lies at the edge of
// a rule. A rule that is added to the contract and not here breaks this.
func TestRulesAreTheContracts(t *testing.T) {
	kept, broken := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		request := sound()
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			change(t, request.ProtoReflect())
		}
		err := protovalidate.Validate(request)
		if got := keepsRules(request); got != (err == nil) {
			t.Fatalf("keepsRules says %v, protovalidate %v of:\n%s", got, err, prototext.Format(request))
		}
		if (checkComplete(request) == nil) != (err == nil) {
			t.Fatalf("checkComplete and protovalidate (%v) disagree", err)
		}
		if err == nil {
			kept++
		} else {
			broken++
		}
	})
	if kept == 0 || broken == 0 {
		t.Errorf("%d requests keep the rules, %d break them: some of both are wanted", kept, broken)
	}
}

// change sets a field of a message, or of one in it, to something else.
func change(t *rapid.T, m protoreflect.Message) {
	fields := m.Descriptor().Fields()
	field := fields.Get(rapid.IntRange(0, fields.Len()-1).Draw(t, "field"))
	switch {
	case rapid.IntRange(0, 9).Draw(t, "cleared") == 0:
		m.Clear(field)
	case field.IsList():
		changeList(t, m.Mutable(field).List(), field)
	case field.Message() != nil:
		change(t, m.Mutable(field).Message())
	default:
		m.Set(field, edge(t, field))
	}
}

// changeList makes a list as long as something may be allowed to be, and changes an element.
func changeList(t *rapid.T, list protoreflect.List, field protoreflect.FieldDescriptor) {
	length := rapid.SampledFrom([]int{0, 1, 4, 5, 2000, 2001}).Draw(t, "length")
	if list.Len() == 0 {
		return
	}
	first := list.Get(0)
	for list.Len() < length {
		list.Append(first)
	}
	list.Truncate(length)
	switch {
	case length == 0:
	case field.Message() != nil:
		change(t, list.Get(length-1).Message())
	default:
		list.Set(length-1, edge(t, field))
	}
}

// edge is a value at which a rule may begin or end.
func edge(t *rapid.T, field protoreflect.FieldDescriptor) protoreflect.Value {
	whole := rapid.SampledFrom([]int64{math.MinInt32, -1, 0, 1, 2, 3, 4, 20, 21, math.MaxInt32})
	switch field.Kind() {
	case protoreflect.StringKind:
		length := rapid.SampledFrom([]int{0, 1, 2, 63, 64, 65, 128, 129, 256, 257, 65535, 65536, 65537}).Draw(t, "length")
		text := strings.Repeat(rapid.SampledFrom([]string{"a", "é", "Z", "_", " ", "$"}).Draw(t, "character"), length)
		return protoreflect.ValueOfString(text + rapid.SampledFrom([]string{"", "", "\n", "-9", "世"}).Draw(t, "end"))
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(rapid.Bool().Draw(t, "bool"))
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(whole.Draw(t, "enum")))
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(int32(whole.Draw(t, "int")))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(whole.Draw(t, "int"))
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(uint64(whole.Draw(t, "int")))
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(rapid.SampledFrom([]float64{
			math.NaN(), math.Inf(-1), -1e-9, math.Copysign(0, -1), 0, 0.5, 1, 1 + 1e-9, 2, 2 + 1e-9, math.Inf(1),
		}).Draw(t, "number"))
	default:
		t.Fatalf("%s is of a kind that this test does not change", field.FullName())
		return protoreflect.Value{}
	}
}

func BenchmarkRules(b *testing.B) {
	request := sound()
	for name, check := range map[string]func() error{
		"protovalidate": func() error { return check(request) }, "here": func() error { return checkComplete(request) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := check(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
