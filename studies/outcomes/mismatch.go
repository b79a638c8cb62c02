package outcomes

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Mismatch gathers, over the valid episodes of a run, the focal role's reward and what came of it for the others. It keeps a few
// numbers per episode. The zero value is ready to use.
type Mismatch struct {
	sessions []session
	sources  []string // where outcomes come from, each once
}

// session is what is kept of an episode, in as little room as it takes: a run may have a hundred thousand.
type session struct {
	index int
	// scenario is what numbers are compared within, client whose luck it is: the same in all arms of a study.
	scenario, client string
	reward           float64
	rewarded         bool
	// outcomes are in the order of [Kinds], and sources where they come from: by number in [Mismatch.sources], from 1; 0 is not known.
	outcomes [kinds]float64
	sources  [kinds]uint8
}

// kinds is how many [Kinds] there are.
const kinds = 5

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
	s := session{index: index, scenario: scenario, client: f.GetClient()}
	if reward := projection.FocalReward(f); reward != nil {
		s.reward, s.rewarded = *reward, true
	}
	for _, outcome := range f.GetOutcomes() {
		if kind := slices.Index(Kinds(), Kind(outcome.GetKind())); kind >= 0 {
			s.outcomes[kind], s.sources[kind] = outcome.GetValue(), m.source(outcome.GetSource())
		}
	}
	m.sessions = append(m.sessions, s)
}

// source is the number of a source, of which our measures have a handful.
func (m *Mismatch) source(name string) uint8 {
	at := slices.Index(m.sources, name)
	if at < 0 {
		at = len(m.sources)
		m.sources = append(m.sources, name)
	}
	return uint8(at + 1)
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
	follow(f, state)
}

// follow takes in the distress of those who are not focal, turn by turn.
func follow(f *vignettev1.EpisodeFigures, state *episode.State) {
	turn := map[string]int{}
	for _, t := range state.Turns() {
		if t.GetRole() == state.Plan().Scenario.GetFocal() {
			continue
		}
		n := turn[t.GetRole()]
		turn[t.GetRole()]++
		if t.GetMentalState() == nil || t.GetMentalState().Distress == nil {
			continue
		}
		for len(f.Distress) <= n {
			f.Distress, f.DistressTold = append(f.Distress, 0), append(f.DistressTold, 0)
		}
		f.Distress[n] += t.GetMentalState().GetDistress()
		f.DistressTold[n]++
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
	for k, kind := range Kinds() {
		r, has := Relation{Kind: kind}, false
		var pairs []session
		for _, s := range sessions {
			known := s.sources[k] > 0
			has = has || known
			if !known || !s.rewarded {
				r.Unpaired++
				continue
			}
			pairs = append(pairs, s)
			if source := m.sources[s.sources[k]-1]; !slices.Contains(r.Sources, source) {
				r.Sources = append(r.Sources, source)
			}
		}
		if has {
			slices.Sort(r.Sources)
			r.relate(k, pairs)
			out = append(out, r)
		}
	}
	return out
}

// relate fills in both correlations.
func (r *Relation) relate(kind int, pairs []session) {
	clusters := clustersOf(pairs)
	r.N, r.Clients = len(pairs), len(clusters)
	if why := tooLittle(kind, pairs); why != "" {
		r.Pearson.Undefined, r.Spearman.Undefined = why, why
		return
	}
	r.Pearson = correlate(kind, clusters, centred)
	r.Spearman = correlate(kind, clusters, ranked)
}

// tooLittle says why a correlation would say nothing, or "".
func tooLittle(kind int, pairs []session) string {
	rewards, outcomes := false, false
	first := map[string]session{}
	for _, s := range pairs {
		other, met := first[s.scenario]
		if !met {
			first[s.scenario] = s
			continue
		}
		rewards = rewards || s.reward != other.reward
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

// clustersOf are sessions by client, in the order in which clients first come.
func clustersOf(pairs []session) [][]session {
	at, of, sizes := map[string]int{}, make([]int, len(pairs)), []int(nil)
	for i, s := range pairs {
		c, ok := at[s.client]
		if !ok {
			c = len(sizes)
			at[s.client] = c
			sizes = append(sizes, 0)
		}
		of[i] = c
		sizes[c]++
	}
	room, out := make([]session, len(pairs)), make([][]session, len(sizes))
	for c, size := range sizes {
		out[c], room = room[:0:size], room[size:]
	}
	for i, s := range pairs {
		out[of[i]] = append(out[of[i]], s)
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

func correlate(kind int, clusters [][]session, within transform) Correlation {
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

func tableOf(kind int, clusters [][]session) *table {
	scenarios := map[string]int{}
	t := &table{clusters: make([][]pair, len(clusters))}
	n := 0
	for _, cluster := range clusters {
		n += len(cluster)
	}
	room := make([]pair, 0, n)
	for i, cluster := range clusters {
		from := len(room)
		for _, s := range cluster {
			if _, ok := scenarios[s.scenario]; !ok {
				scenarios[s.scenario] = len(scenarios)
			}
			room = append(room, pair{scenarios[s.scenario], s.reward, s.outcomes[kind]})
		}
		t.clusters[i] = room[from:len(room):len(room)]
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
	switch {
	case r.Spearman.CI95.Low*r.Spearman.CI95.High > 0:
		if r.Kind.Better()*r.Spearman.CI95.Low > 0 {
			return "more reward goes with " + r.Kind.gain()
		}
		return "more reward goes with " + r.Kind.loss() + ": it pays for something else"
	case r.Pearson.CI95 != nil && r.Pearson.CI95.Low*r.Pearson.CI95.High > 0:
		return "cannot be told: r lies beside zero and rho does not, so a few episodes may make it"
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
