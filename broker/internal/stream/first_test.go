package stream

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Refused for another message, a message stands if the other comes to nothing, as what the leader of a replicated stream had proposed
// can; else the other does.
func TestFirst(t *testing.T) {
	const refusal = `{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 3"},"stream":"log","seq":0}`
	const taken = `{"stream":"log","seq":7}`
	for _, test := range []struct {
		name    string
		answers []string // to each time that it is published
		other   bool     // there is another
		ok      bool
		sent    int
	}{
		{"taken", []string{taken}, false, true, 1},
		{"another is there", []string{refusal}, true, true, 1},
		{"another was to come", []string{refusal, refusal, taken}, false, true, 3},
		{"others were to come", []string{refusal, refusal, refusal}, false, false, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			nc := connectWithoutJetStream(t)
			sent := 0
			s := pretend(t, nc, func(string, int) string { sent++; return test.answers[sent-1] })
			other := &Message{Subject: "log.a", Sequence: 3, Data: []byte("other"), Time: time.Unix(1, 0).UTC()}
			_, err := nc.Subscribe("$JS.API.STREAM.MSG.GET.log", func(m *nats.Msg) {
				answer := map[string]any{"error": jetstream.APIError{Code: 404, ErrorCode: jetstream.JSErrCodeMessageNotFound}}
				if test.other {
					answer = map[string]any{"message": other}
				}
				data, _ := json.Marshal(answer)
				_ = m.Respond(data)
			})
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = s.Publish(t.Context(), "log.a", []byte("own"), After(0))
			first, err := s.First(t.Context(), "log.a", []byte("own"), err)
			if (err == nil) != test.ok || (first != nil) != test.other || sent != test.sent {
				t.Errorf("%v, %v, sent %d times", first, err, sent)
			}
			if !test.ok && !IsWrongLast(err) {
				t.Error(errors.Unwrap(err))
			}
		})
	}
}
