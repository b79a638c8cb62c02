package stream

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A cluster that has only begun answers late, or with what it lacks; what it refuses for another reason it is not asked again.
func TestSettle(t *testing.T) {
	refused := errors.New("refused")
	leaderless := &jetstream.APIError{ErrorCode: codeClusterNotAvailable}
	quick := settling{patience: time.Minute, answer: 5 * time.Millisecond, pause: time.Millisecond}
	nc := connectWithoutJetStream(t)
	for _, test := range []struct {
		name     string
		answers  []error // nil: success; errSilence: none
		patience time.Duration
		want     error
		asked    int
	}{
		{"at once", []error{nil}, time.Minute, nil, 1},
		{"after silence", []error{errSilence, errSilence, errSilence, errSilence, nil}, time.Minute, nil, 5},
		{"with a leader", []error{leaderless, nats.ErrNoResponders, leaderless, nil}, time.Minute, nil, 4},
		{"never", []error{leaderless, leaderless}, -1, leaderless, 1},
		{"refused", []error{errSilence, refused}, time.Minute, refused, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			quick.patience = test.patience
			asked := 0
			err := quick.settle(t.Context(), nc, func(ctx context.Context) error {
				asked++
				if answer := test.answers[asked-1]; answer != errSilence {
					return answer
				}
				<-ctx.Done()
				return ctx.Err()
			})
			if !errors.Is(err, test.want) || asked != test.asked {
				t.Errorf("asked %d times, %v; want %d, %v", asked, err, test.asked, test.want)
			}
		})
	}
}

var errSilence = errors.New("no answer")

// Who may not ask learns it at the first silence.
func TestSettleWithoutRights(t *testing.T) {
	srv := serve(t, server.Options{Users: []*server.User{{
		Username: "guest", Password: "guest", Permissions: &server.Permissions{Publish: &server.SubjectPermission{Deny: []string{"$JS.>"}}},
	}}})
	nc, err := nats.Connect("", nats.InProcessServer(srv), nats.UserInfo("guest", "guest"), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	short := settling{patience: time.Hour, answer: 200 * time.Millisecond}
	err = short.settle(t.Context(), nc, func(ctx context.Context) error { _, err := js.Stream(ctx, "log"); return err })
	if !errors.Is(err, nats.ErrPermissionViolation) || !strings.Contains(err.Error(), "$JS.API.STREAM.INFO.log") {
		t.Error(err)
	}
	asked := 0
	err = short.settle(t.Context(), nc, func(ctx context.Context) error { // what was refused before says nothing of this
		if asked++; asked == 2 {
			return nil
		}
		<-ctx.Done()
		return ctx.Err()
	})
	if err != nil || asked != 2 {
		t.Errorf("asked %d times, %v", asked, err)
	}
}
