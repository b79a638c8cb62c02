package endpoint_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"

	"github.com/vignette-sim/vignette/models/endpoint"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// A model is asked, and watched while it writes. The endpoint was busy at first.
func ExampleEndpoint_Ask() {
	server := httptest.NewServer(&server{replies: []reply{
		say(503, `{"error":{"message":"busy"}}`),
		events(piece("<think>A greeting.</think>"), piece("Good "), piece("morning."), finish("stop"), tally, done),
	}})
	defer server.Close()
	e, err := endpoint.New(endpoint.Config{
		Name:     "main",
		Settings: &vignettev1.Endpoint{BaseUrl: server.URL + "/v1"},
		Rand:     func() float64 { return 0 },
	})
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()

	answer, effort, err := e.Ask(context.Background(), endpoint.Question{
		Model:    "some-model",
		Messages: []*vignettev1.ChatMessage{{Role: vignettev1.ChatRole_CHAT_ROLE_USER, Content: "Good morning!"}},
		Watch:    func(delta string) { fmt.Printf("%q\n", delta) },
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.GetOutcome(), answer.GetReasoning(), effort.Attempts, effort.Failures)
	// Output:
	// "Good "
	// "morning."
	// OUTCOME_ANSWERED A greeting. 2 map[server_error:1]
}
