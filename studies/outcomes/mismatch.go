package outcomes

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Mismatch gathers, over the valid episodes of a run, the focal role's reward and what came of it for the others. It keeps a few
// numbers per episode. The zero value is ready to use.
type Mismatch struct {
	sessions []session
}

// session is what is kept of an episode.
type session struct {
	index int
	// scenario is what numbers are compared within, client whose luck it is: the same in all arms of a study.
	scenario, client string
	reward           *float64
	outcomes         map[Kind]float64
	sources          map[Kind]string
}

// Add takes in the episode at a place of the design, in any order. Only valid episodes count.
func (m *Mismatch) Add(index int, state *episode.State) {
	f := &vignettev1.EpisodeFigures{Validity: state.Completed().GetValidity()}
	Figures(f, state)
	if reward := focalReward(state); reward != nil {
		f.Rewards = []*vignettev1.RewardFigure{{Focal: true, Value: reward}}
	}
	m.AddFigures(index, state.Plan().Cell.GetScenario(), f)
}

// AddFigures is Add for an episode of which only the figures are at hand.
func (m *Mismatch) AddFigures(index int, scenario string, f *vignettev1.EpisodeFigures) {
	if f.GetValidity() != vignettev1.Validity_VALIDITY_OK {
		return
	}
	s := session{index: index, scenario: scenario, client: f.GetClient(), outcomes: map[Kind]float64{}, sources: map[Kind]string{}}
	for _, reward := range f.GetRewards() {
		if reward.GetFocal() && reward.Value != nil {
			s.reward = reward.Value
			break
		}
	}
	for _, outcome := range f.GetOutcomes() {
		s.outcomes[Kind(outcome.GetKind())], s.sources[Kind(outcome.GetKind())] = outcome.GetValue(), outcome.GetSource()
	}
	m.sessions = append(m.sessions, s)
}

// Figures adds to the figures of a valid episode what came of it for others than the focal role.
func Figures(f *vignettev1.EpisodeFigures, state *episode.State) {
	if state.Completed().GetValidity() != vignettev1.Validity_VALIDITY_OK {
		return
	}
	f.Client = Client(state)
	for _, kind := range Kinds() {
		if value, source, ok := Mean(state, kind); ok {
			f.Outcomes = append(f.Outcomes, &vignettev1.OutcomeFigure{Kind: string(kind), Value: value, Source: source})
		}
	}
}

// Client names whom the focal role met, in which luck: scenario, repeat and the personas of the others. Episodes that share it are
// not independent, and differ by what a study compares and by nothing else.
func Client(state *episode.State) string {
	plan := state.Plan()
	parts := []string{plan.Cell.GetScenario(), fmt.Sprint(plan.Cell.GetRepeat())}
	for _, role := range plan.Scenario.GetRoles() {
		if role.GetId() != plan.Scenario.GetFocal() {
			parts = append(parts, role.GetPersona().GetId())
		}
	}
	return strings.Join(parts, "\x00")
}

func focalReward(state *episode.State) *float64 {
	for _, reward := range state.Completed().GetRewards() {
		if value, ok := reward.GetOutcome().(*vignettev1.Reward_Value); ok && reward.GetRole() == state.Plan().Scenario.GetFocal() {
			return &value.Value
		}
	}
	return nil
}

// Relation is how the reward of the focal role goes with an outcome of the others.
type Relation struct {
	Kind Kind
	// N is the number of episodes that have both, Clients the number of clients (personas in one luck) among them.
	N, Clients int
	// Unpaired is the number of valid episodes that lack one of the two.
	Unpaired int
	// Pearson and Spearman are correlations within scenarios: each scenario's own mean is taken off, or numbers are ranked within
	// it, so that easy and hard scenarios make no correlation.
	Pearson, Spearman Correlation
	// Sources are where the outcome comes from, each once, sorted.
	Sources []string
}

// Correlation is an estimate, -1 to 1, or why there is none.
type Correlation struct {
	// Value is nil where it is not defined.
	Value *float64
	// CI95 is a bootstrap interval over clients, nil where it cannot be had.
	CI95 *stats.Interval
	// Undefined says why there is no value, in a phrase.
	Undefined string
}

// MinEpisodes is the fewest episodes a correlation is given for, and the fewest clients an interval is.
const MinEpisodes = 5

// draws bounds the numbers that are sorted for one interval; large runs are resampled less often, which they need less.
const draws, leastResamples, mostResamples = 4_000_000, 200, 2000

// Of more than manyClients clients, partClients are drawn at a time, so often: an interval is then a hundredth wide, and its error a
// thousandth.
const manyClients, partClients, partResamples = 20_000, 1_000, 500

// Relations returns a relation for each kind of outcome that any episode has, in the order of [Kinds].
func (m *Mismatch) Relations() []Relation {
	sessions := m.sessions
	if byPlace := func(a, b session) int { return cmp.Compare(a.index, b.index) }; !slices.IsSortedFunc(sessions, byPlace) {
		sessions = slices.SortedFunc(slices.Values(sessions), byPlace)
	}
	var out []Relation
	for _, kind := range Kinds() {
		r, has := Relation{Kind: kind}, false
		var pairs []session
		for _, s := range sessions {
			_, known := s.outcomes[kind]
			has = has || known
			if !known || s.reward == nil {
				r.Unpaired++
				continue
			}
			pairs = append(pairs, s)
			if !slices.Contains(r.Sources, s.sources[kind]) {
				r.Sources = append(r.Sources, s.sources[kind])
			}
		}
		if has {
			slices.Sort(r.Sources)
			r.relate(pairs)
			out = append(out, r)
		}
	}
	return out
}

// relate fills in both correlations.
func (r *Relation) relate(pairs []session) {
	clusters := clustersOf(pairs)
	r.N, r.Clients = len(pairs), len(clusters)
	if why := tooLittle(r.Kind, pairs); why != "" {
		r.Pearson.Undefined, r.Spearman.Undefined = why, why
		return
	}
	r.Pearson = correlate(r.Kind, clusters, centred)
	r.Spearman = correlate(r.Kind, clusters, ranked)
}

// tooLittle says why a correlation would say nothing, or "".
func tooLittle(kind Kind, pairs []session) string {
	rewards, outcomes := false, false
	first := map[string]session{}
	for _, s := range pairs {
		other, met := first[s.scenario]
		if !met {
			first[s.scenario] = s
			continue
		}
		rewards = rewards || *s.reward != *other.reward
		outcomes = outcomes || s.outcomes[kind] != other.outcomes[kind]
	}
	switch {
	case len(pairs) < MinEpisodes:
		return fmt.Sprintf("%d episodes have both, it takes %d", len(pairs), MinEpisodes)
	case len(pairs) == len(first):
		return "no scenario has two episodes to compare"
	case !rewards:
		return "the reward is constant within each scenario"
	case !outcomes:
		return "the outcome is constant within each scenario"
	}
	return ""
}

func clustersOf(pairs []session) [][]session {
	at := map[string]int{}
	var out [][]session
	for _, s := range pairs {
		i, ok := at[s.client]
		if !ok {
			i = len(out)
			at[s.client] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], s)
	}
	return out
}

// transform takes what belongs to a scenario off its numbers, in place.
type transform func(numbers []float64)

// centred leaves the distance from the mean.
func centred(numbers []float64) {
	mean, err := stats.Mean(numbers)
	if err != nil {
		return // Numbers of scores and states are finite, and a scenario with none is not asked about.
	}
	for i := range numbers {
		numbers[i] -= mean
	}
}

// ranked leaves the rank, spread over -1/2 to 1/2, so that large scenarios count for their number of episodes and no more.
func ranked(numbers []float64) {
	n := float64(len(numbers))
	for i, rank := range stats.Ranks(numbers) {
		numbers[i] = (rank - (n+1)/2) / n
	}
}

func correlate(kind Kind, clusters [][]session, within transform) Correlation {
	all, n := make([]int, len(clusters)), 0
	for i := range all {
		all[i] = i
		n += len(clusters[i])
	}
	table := tableOf(kind, clusters)
	statistic := func(drawn []int) (float64, error) { return table.correlation(drawn, within) }
	value, err := statistic(all)
	if err != nil {
		return Correlation{Undefined: err.Error()}
	}
	out := Correlation{Value: &value}
	if len(clusters) < MinEpisodes {
		return out
	}
	if len(clusters) > manyClients {
		if ci, err := (stats.Bootstrap{Resamples: partResamples}).PartInterval(len(clusters), partClients, value, statistic); err == nil {
			out.CI95 = &ci
		}
		return out
	}
	if ci, err := (stats.Bootstrap{Resamples: min(max(draws/n, leastResamples), mostResamples)}).Interval(len(clusters), statistic); err == nil {
		out.CI95 = &ci
	}
	return out
}

// table is clusters as numbers, and room to draw from them: an interval draws thousands of times.
type table struct {
	clusters         [][]pair
	rewards, outcome [][]float64 // of a draw, by scenario
	x, y             []float64
}

// pair is one episode's two numbers, with its scenario by number.
type pair struct {
	scenario        int
	reward, outcome float64
}

func tableOf(kind Kind, clusters [][]session) *table {
	scenarios := map[string]int{}
	t := &table{clusters: make([][]pair, len(clusters))}
	for i, cluster := range clusters {
		for _, s := range cluster {
			if _, ok := scenarios[s.scenario]; !ok {
				scenarios[s.scenario] = len(scenarios)
			}
			t.clusters[i] = append(t.clusters[i], pair{scenarios[s.scenario], *s.reward, s.outcomes[kind]})
		}
	}
	t.rewards, t.outcome = make([][]float64, len(scenarios)), make([][]float64, len(scenarios))
	return t
}

// correlation is Pearson's over drawn clusters, after what belongs to each scenario is taken off.
func (t *table) correlation(drawn []int, within transform) (float64, error) {
	for i := range t.rewards {
		t.rewards[i], t.outcome[i] = t.rewards[i][:0], t.outcome[i][:0]
	}
	for _, c := range drawn {
		for _, p := range t.clusters[c] {
			t.rewards[p.scenario], t.outcome[p.scenario] = append(t.rewards[p.scenario], p.reward), append(t.outcome[p.scenario], p.outcome)
		}
	}
	t.x, t.y = t.x[:0], t.y[:0]
	for i := range t.rewards {
		within(t.rewards[i])
		within(t.outcome[i])
		t.x, t.y = append(t.x, t.rewards[i]...), append(t.y, t.outcome[i]...)
	}
	return stats.Pearson(t.x, t.y)
}

// Meaning says in a phrase what a relation means for whoever trusts the reward.
func (r Relation) Meaning() string {
	switch {
	case r.Spearman.Value == nil:
		return "undefined: " + r.Spearman.Undefined
	case r.Spearman.CI95 == nil:
		return fmt.Sprintf("too few clients for an interval (%d, it takes %d): take it for chance", r.Clients, MinEpisodes)
	}
	low, high := r.Kind.Better()*r.Spearman.CI95.Low, r.Kind.Better()*r.Spearman.CI95.High
	switch low, high = math.Min(low, high), math.Max(low, high); {
	case low > 0:
		return "more reward goes with " + r.Kind.gain()
	case high < 0:
		return "more reward goes with " + r.Kind.loss() + ": it pays for something else"
	}
	return "no relation to be seen: it may be none"
}

// gain is more of what is good, loss is more of what is not.
func (k Kind) gain() string {
	switch k {
	case DistressChange:
		return "relief"
	case Willingness:
		return "willingness"
	case Agreement:
		return "agreement"
	case ChangeTalk:
		return "change talk"
	}
	return "deeper disclosure"
}

func (k Kind) loss() string {
	switch k {
	case DistressChange:
		return "rising distress"
	case Disclosure:
		return "shallower disclosure"
	}
	return "less " + k.gain()
}
