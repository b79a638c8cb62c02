package campaign_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/vignette-sim/vignette/broker"
	"github.com/vignette-sim/vignette/broker/natsrpc"
	"github.com/vignette-sim/vignette/feedback/campaign"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// tap listens to everything that is sent to a rater's program, as whoever looks at the wire would.
type tap struct {
	sub   *nats.Subscription
	heard strings.Builder
}

// await listens until words come.
func (l *tap) await(t *testing.T, words string) {
	t.Helper()
	for !l.has(words) {
		msg, err := l.sub.NextMsgWithContext(t.Context())
		if err != nil {
			t.Fatalf("waiting for %q on the wire: %v", words, err)
		}
		l.heard.Write(msg.Data)
	}
}

func (l *tap) has(words string) bool { return strings.Contains(l.heard.String(), words) }

// No word of what came of an item is on the wire to its rater before the rating in foresight is in; with the next item it is.
func TestNoConsequenceOnTheWireBeforeForesight(t *testing.T) {
	o := open(t, 3)
	id := o.openCampaign(rubric())
	office, err := broker.Open(t.Context(), broker.Config{Dir: o.dir, Join: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = office.Close(context.Background()) }()
	const inbox = "_INBOX_of_the_rater"
	rater, err := office.Connect(t.Context(), "rater", nats.CustomInboxPrefix(inbox))
	if err != nil {
		t.Fatal(err)
	}
	defer rater.Close()
	wire := &tap{}
	if wire.sub, err = office.Conn().SubscribeSync(inbox + ".>"); err != nil {
		t.Fatal(err)
	}
	if err := office.Conn().Flush(); err != nil {
		t.Fatal(err)
	}
	conn, err := natsrpc.NewClient(rater, office.Namespace(), campaign.AgentName)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	feedback := vignettev1.NewFeedbackServiceClient(conn)
	next := func() *vignettev1.ShownItem {
		t.Helper()
		got, err := feedback.NextItem(t.Context(), &vignettev1.NextItemRequest{Campaign: id, Rater: "ann"})
		if err != nil {
			t.Fatal(err)
		}
		return got.GetItem()
	}
	futures := o.futures(t)
	item := next()
	wire.await(t, item.GetSides()[0].GetTurns()[0].GetText())
	for _, words := range futures {
		if wire.has(words) {
			t.Errorf("before foresight the wire has %q", words)
		}
	}
	if _, err := feedback.SaveRating(t.Context(), &vignettev1.SaveRatingRequest{Rating: answer(id, "ann", item)}); err != nil {
		t.Fatal(err)
	}
	shown := next().GetSides()[0].GetFutures()
	if len(shown) == 0 {
		t.Fatal("after foresight nothing comes of it")
	}
	wire.await(t, shown[0].GetLines()[0])
	if !slices.ContainsFunc(futures, wire.has) {
		t.Error("the words that were looked for before foresight are in no item")
	}
}

// futures are the words in which consequences of the run's episodes are told.
func (o *office) futures(t *testing.T) (words []string) {
	t.Helper()
	for _, id := range o.ids {
		notes, err := o.node.Log().Notes(t.Context(), o.run, id)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range notes {
			for _, future := range entry.Note.GetConsequences().GetFutures() {
				for _, event := range future.GetEvents() {
					words = append(words, event.GetText())
				}
			}
		}
	}
	if len(words) == 0 {
		t.Fatal("nothing came of any episode")
	}
	return words
}
