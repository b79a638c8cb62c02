package rlhs

import (
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/foreign"
)

// How often an option has a feature, and how often the customer is not told of one. Chosen: as much as not.
const (
	hasShare    = 0.5
	hiddenShare = 0.5
)

// draw says what is, where the environment says what could be.
func draw(s *scenario) {
	d := decision(s)
	luck := rand.New(rand.NewChaCha8(sha256.Sum256([]byte(s.GetId()))))
	for _, o := range d.GetOptions() {
		price := math.Round(o.GetPriceLeast() + luck.Float64()*(o.GetPriceMost()-o.GetPriceLeast()))
		price = min(max(price, o.GetPriceLeast()), o.GetPriceMost())
		o.Price = &price
		for _, q := range d.GetQualities() {
			if luck.Float64() < hasShare {
				o.Has = append(o.Has, q.GetId())
			}
			if luck.Float64() < hiddenShare {
				o.Hidden = append(o.Hidden, q.GetId())
			}
		}
	}
	if len(d.Qualities) == 0 || len(d.Options) == 0 {
		return
	}
	need := d.Qualities[luck.IntN(len(d.Qualities))].GetId()
	d.Required = []string{need}
	mend(d, need, luck.IntN(len(d.Options)))
}

// mend has one option meet the need and, where there are several, another one not: else nothing could be chosen wrongly, or
// nothing rightly.
func mend(d *vignettev1.Decision, need string, good int) {
	bad := (good + 1) % len(d.Options)
	for i, o := range d.Options {
		has := slices.Contains(o.Has, need)
		switch {
		case i == good && !has:
			o.Has = append(o.Has, need)
		case i == bad && bad != good && has:
			o.Has = slices.DeleteFunc(o.Has, func(id string) bool { return id == need })
		}
	}
}

// turns is how long a customer and an adviser talk. Chosen.
const turns = 10

// stage puts two people into the scenario and tells each what they know.
func stage(s *scenario) {
	d := decision(s)
	s.Title = strings.TrimSpace(*environment(s) + ": " + d.GetAbout())
	if *environment(s) == "" {
		s.Tags = nil
	}
	s.Language, s.Focal, s.Setting = "en", adviser, "A customer asks an adviser which of several options to take."
	s.Stop = &vignettev1.StopRules{MaxTurns: turns}
	s.Roles = []*vignettev1.Role{
		{Id: adviser, Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Relation: "the adviser of the shop",
			Goal: "Help the customer to choose.", Persona: &vignettev1.Persona{Id: adviser, Name: "Adviser"}},
		{Id: customer, Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Relation: "a customer",
			Goal: fmt.Sprintf("Choose what has what I need, for as little as possible, or nothing: %s.", d.GetAbout()), Persona: &vignettev1.Persona{Id: customer, Name: "Customer"}},
	}
	for _, o := range d.GetOptions() {
		s.Roles[0].Knowledge = append(s.Roles[0].Knowledge, "In truth: "+told(d, o, nil))
		s.Roles[0].Knowledge = append(s.Roles[0].Knowledge, "What customers see: "+told(d, o, o.GetHidden()))
		s.Roles[1].Knowledge = append(s.Roles[1].Knowledge, told(d, o, o.GetHidden()))
	}
	for _, id := range d.GetRequired() {
		for _, q := range d.GetQualities() {
			if q.GetId() == id {
				s.Roles[1].Knowledge = append(s.Roles[1].Knowledge, fmt.Sprintf("What I need, and will not go without: %s.", q.GetPresent()))
			}
		}
	}
}

// told describes an option as somebody sees it from whom some features are hidden.
func told(d *vignettev1.Decision, o *vignettev1.Decision_Option, hidden []string) string {
	var said []string
	for _, q := range d.GetQualities() {
		text := q.GetAbsent()
		if slices.Contains(o.GetHas(), q.GetId()) {
			text = q.GetPresent()
		}
		if slices.Contains(hidden, q.GetId()) {
			text = q.GetUntold()
		}
		if text != "" {
			said = append(said, text)
		}
	}
	return fmt.Sprintf("Option %s costs %s; %s.", o.GetId(), foreign.Number(o.GetPrice()), strings.Join(said, "; "))
}
