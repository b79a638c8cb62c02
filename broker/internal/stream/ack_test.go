package stream

import (
	"testing"

	"github.com/nats-io/nats.go/jetstream"
)

func TestReadAck(t *testing.T) {
	s := &Stream{name: "ns-log", plainAck: []byte(`{"stream":"ns-log","seq":`)}
	for _, test := range []struct {
		name, ack string
		want      uint64
		refused   bool
		ok        bool
	}{
		{"usual", `{"stream":"ns-log","seq":17}`, 17, false, true},
		{"written before", `{"stream":"ns-log","seq":17,"duplicate": true}`, 17, false, true},
		{"of a domain", `{"stream":"ns-log","domain":"leaf","seq":17}`, 17, false, true},
		{"with space", `{"stream":"ns-log", "seq":17}`, 17, false, true},
		{"refused", `{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 3"},"stream":"ns-log","seq":0}`, 0, true, false},
		{"of another stream", `{"stream":"ns-other","seq":17}`, 0, false, false},
		{"no number", `{"stream":"ns-log","seq":-1}`, 0, false, false},
		{"cut", `{"stream":"ns-log","seq":17`, 0, false, false},
		{"empty", ``, 0, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := s.readAck([]byte(test.ack))
			if got != test.want || (err == nil) != test.ok || isRefused(err) != test.refused || IsWrongLast(err) != test.refused {
				t.Errorf("%d, %v", got, err)
			}
		})
	}
}

// Conditions are in the words of jetstream's own options.
func TestConditions(t *testing.T) {
	if got, want := After(3), (Condition{jetstream.ExpectedLastSubjSeqHeader, "3"}); got != want {
		t.Errorf("%v", got)
	}
	if got, want := Once("id"), (Condition{jetstream.MsgIDHeader, "id"}); got != want {
		t.Errorf("%v", got)
	}
}
