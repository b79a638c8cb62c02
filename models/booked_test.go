package models_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/broker/calllog"
	"github.com/vignette-sim/vignette/internal/scripted"
	"github.com/vignette-sim/vignette/models"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// forgetful is a log that keeps no answers, or books no calls.
type forgetful struct {
	calllog.Log
	keepErr, bookErr error
}

func (f forgetful) Enter(ctx context.Context, key string, answer *vignettev1.ModelAnswer, call *vignettev1.ModelCall) (*vignettev1.ModelAnswer, error, error) {
	switch {
	case f.keepErr != nil && f.bookErr == nil:
		return nil, f.keepErr, f.Log.Book(ctx, call)
	case f.keepErr == nil && f.bookErr != nil:
		kept, err := f.Log.Keep(ctx, key, answer)
		return kept, err, f.bookErr
	case f.keepErr != nil:
		return nil, f.keepErr, f.bookErr
	}
	return f.Log.Enter(ctx, key, answer, call)
}

// Who is told of calls is told of each that is in the books, also when its answer could not be kept, and of none that is not; the caller
// is told what went wrong.
func TestBooked(t *testing.T) {
	disk, wire := errors.New("the disk is full"), errors.New("the wire is cut")
	for _, test := range []struct {
		keepErr, bookErr error
		told             int
	}{{nil, nil, 1}, {disk, nil, 1}, {nil, wire, 0}, {disk, wire, 0}} {
		t.Run(fmt.Sprint(test.keepErr, ", ", test.bookErr), func(t *testing.T) {
			h, told := open(t, scripted.Config{}), 0
			gateway, err := models.New(models.Config{
				Settings: &models.Settings{Endpoints: map[string]*vignettev1.Endpoint{"scripted": {BaseUrl: h.endpoint.URL()}}, Default: "scripted"},
				Log:      forgetful{h.log, test.keepErr, test.bookErr}, NewID: func() string { return fmt.Sprint("id", ids.Add(1)) },
				Booked: func(context.Context, *vignettev1.ModelCall) { told++ },
			})
			if err != nil {
				t.Fatal(err)
			}
			defer gateway.Close()
			_, err = gateway.Complete(t.Context(), &vignettev1.CompleteRequest{
				Model: "m", Account: &vignettev1.ModelAccount{Run: "r", Episode: "e"},
				Messages: []*vignettev1.ChatMessage{{Role: vignettev1.ChatRole_CHAT_ROLE_USER, Content: "How was your week?"}},
			})
			for _, want := range []error{test.keepErr, test.bookErr} {
				if want != nil && (err == nil || !strings.Contains(err.Error(), want.Error())) {
					t.Errorf("%v, want %v in it", err, want)
				}
			}
			if test.keepErr == nil && test.bookErr == nil && err != nil {
				t.Error(err)
			}
			if told != test.told {
				t.Errorf("told of %d calls, want %d", told, test.told)
			}
		})
	}
}
