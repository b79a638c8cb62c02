package minds

import (
	"context"

	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Sizes of the experiment, in transcripts.
const (
	wordingClients  = 216
	wordingPartners = 204
)

// Wording asks how often the same is said to and by different people, and whether replies belong where they stand.
func (s *Stage) Wording(ctx context.Context, options Options) (*Report, error) {
	report := &Report{Experiment: "wording", Title: "How varied the wording is, and whether replies belong where they stand"}
	sessions, err := s.transcripts(ctx, options)
	if err != nil {
		return nil, err
	}
	report.Episodes = len(sessions)
	spoken := utterances(sessions)
	report.Tables = append(report.Tables, twinTable(spoken, options.Seed))
	shuffled, err := shuffleTable(sessions, options.Seed)
	if err != nil {
		return nil, err
	}
	report.Tables = append(report.Tables, shuffled)
	for _, part := range parts {
		report.Tables = append(report.Tables, frameTable(sessions, part))
	}
	return report, nil
}

// parts are who speaks, in the order of tables.
var parts = []string{"client", "counselor", "partner", "speaker"}

// transcripts plays conversations of middling skill, which is what most are.
func (s *Stage) transcripts(ctx context.Context, options Options) ([]*session, error) {
	var out []*session
	for _, kind := range []struct {
		part       string
		scenes     func() ([]*vignettev1.Scenario, error)
		modalities []string
		usual      int
	}{
		{"wording, clients", func() ([]*vignettev1.Scenario, error) { return clientScenarios(sessionTurns) }, helping, wordingClients},
		{"wording, partners", partnerScenarios, speaking[:2], wordingPartners},
	} {
		scenes, err := kind.scenes()
		if err != nil {
			return nil, err
		}
		design := runs.Design{
			Scenarios: scenes, Factors: []*vignettev1.Factor{modalityFactor(kind.modalities...), skillFactor(0.25, 0.75)},
			Repeats: options.repeats(kind.usual, 2*len(scenes)*len(kind.modalities)),
		}
		played, err := s.play(ctx, kind.part, design, options)
		if err != nil {
			return nil, err
		}
		out = append(out, played...)
	}
	return out, nil
}

// longUtterance is from how many masked words on an utterance is long: shorter ones ("Yes, I suppose so.") anybody says.
const longUtterance = 8

// twinTable shows the share of utterances with a near twin elsewhere.
func twinTable(spoken map[string][]*utterance, seed uint64) Table {
	t := Table{
		ID: "wording.twins", Title: "Near twins",
		Note: "Share of utterances that have a near twin (Jaccard of runs of three words >= .8, names and facts masked) in a conversation with somebody else; 95% interval over clients and partners. Long: 8 words or more, a run of masked ones counting as one.",
		Keys: []string{"who", "of"}, Columns: []string{"utterances", "twins", "long ones", "twins among long"},
	}
	for _, part := range parts {
		groups, order := map[string][]*utterance{}, []string{"all"}
		for _, u := range spoken[part] {
			key := u.group()
			if groups[key] == nil {
				order = append(order, key)
			}
			groups[key] = append(groups[key], u)
			groups["all"] = append(groups["all"], u)
		}
		for _, key := range order {
			t.Rows = append(t.Rows, twinRow(part, key, groups[key], seed))
		}
	}
	return t
}

// group is what utterances of a part are told apart by: a client's style, the policy of who is at stake, the scenario.
func (u *utterance) group() string {
	switch u.part {
	case "client":
		return u.session.style
	case "partner":
		return u.session.scenario
	}
	return u.session.levels[modalityField] + " " + u.session.levels[skillField]
}

func twinRow(part, key string, list []*utterance, seed uint64) Row {
	every, long := values{}, values{}
	n := 0
	for _, u := range list {
		twin := 0.0
		if u.twin {
			twin = 1
		}
		every[u.session.client] = append(every[u.session.client], twin)
		if len(u.words) >= longUtterance {
			n++
			long[u.session.client] = append(long[u.session.client], twin)
		}
	}
	return Row{Keys: []string{part, key}, Cells: []Cell{count(len(list)), every.estimate(seed), count(n), long.estimate(seed)}}
}

// mostFrames is how many frames a table shows.
const mostFrames = 20

func frameTable(sessions []*session, part string) Table {
	t := Table{
		ID: "wording.frames." + part, Title: "Most repeated sentences, " + part,
		Note: "Facts masked; sentences of 4 words or more, said in conversations with two people or more.",
		Keys: []string{"sentence"}, Columns: []string{"said", "conversations", "people"},
	}
	for _, f := range frames(sessions, part) {
		if len(t.Rows) < mostFrames && f.people > 1 {
			t.Rows = append(t.Rows, Row{Keys: []string{f.words}, Cells: []Cell{count(f.said), count(f.sessions), count(f.people)}})
		}
	}
	return t
}
