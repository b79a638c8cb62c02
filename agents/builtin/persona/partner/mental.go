package partner

import (
	"math"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"google.golang.org/protobuf/proto"
)

// Mental is what goes on in the partner, computed.
func (p *Partner) Mental() *vignettev1.MentalState {
	st := &p.st
	state := &vignettev1.MentalState{
		Source:      vignettev1.StateSource_STATE_SOURCE_COMPUTED,
		Distress:    proto.Float64(p.distress()),
		Trust:       proto.Float64(round(st.Trust)),
		Resistance:  proto.Float64(round(st.Resistance)),
		Willingness: proto.Float64(round(st.Willingness)),
		Ambivalence: proto.Float64(round(1 - math.Abs(2*st.Willingness-1))),
		Felt:        p.Felt(),
	}
	state.InnerThought = p.thought()
	state.Beliefs = append(state.Beliefs, &vignettev1.Belief{Text: p.stance.GetPosition(), Strength: round(1 - st.Willingness)})
	for i, interest := range p.stance.GetInterests() {
		state.Beliefs = append(state.Beliefs, &vignettev1.Belief{Text: interest.GetText(), Strength: round(clamp(interest.GetWeight() + unmetBelief*(1-st.Met[i])))})
	}
	if other := p.other(); other != nil {
		state.Others = append(state.Others, other)
	}
	return state
}

// Felt are the partner's feelings, the faint ones left out.
func (p *Partner) Felt() []*vignettev1.EmotionIntensity {
	var felt []*vignettev1.EmotionIntensity
	for i, intensity := range p.st.Feelings {
		if intensity >= faintest {
			felt = append(felt, &vignettev1.EmotionIntensity{Emotion: emotionOf[i], Intensity: proto.Float64(round(intensity))})
		}
	}
	return felt
}

// Other is what the partner takes the counterpart to feel, from their last words; nil before they have said anything.
func (p *Partner) other() *vignettev1.ModelOfOther {
	if p.heard == nil || p.st.Counterpart == "" {
		return nil
	}
	model := &vignettev1.ModelOfOther{Role: p.st.Counterpart, Confidence: proto.Float64(surenessOf)}
	guess := p.guess()
	for _, f := range guess.felt {
		model.Felt = append(model.Felt, &vignettev1.EmotionIntensity{Emotion: f.emotion, Intensity: proto.Float64(f.intensity)})
	}
	model.Distress = proto.Float64(guess.distress)
	return model
}

// guess is what the counterpart's last words sound like.
func (p *Partner) guess() guess {
	r := p.heard
	switch {
	case r.attacks() || r.presses():
		return soundsAngry
	case r.has[cueFeelsBad] > 0:
		return soundsTroubled
	case r.has[cueFeelsGood] > 0:
		return soundsHopeful
	case r.has[cueThanks]+r.has[cueAccepts] > 0:
		return soundsRelieved
	case r.has[cueSorry]+r.has[cueHint]+r.has[cueWithdraws] > 0:
		return soundsShy
	}
	return soundsCalm
}

// thought is what goes through the partner's mind and is not said.
func (p *Partner) thought() string {
	st := &p.st
	near := p.near()
	switch {
	case st.Feelings[anger] > thinkAnger:
		return "I don't have to take this."
	case st.Last == actCave:
		return "I only said that to be left in peace."
	case st.Phase == Agreed:
		return "I think that's something I can stand by."
	case st.Phase == Won:
		return "I hope this doesn't change things between us."
	case st.Phase == Refused:
		return "No is no, even if it isn't pleasant."
	case p.heard == nil:
		return "Let's see where this goes."
	case p.mended > repairedBelow:
		return "Good that they said that. I haven't forgotten it, though."
	case st.Rupture > ruptureTalks:
		return "I'm still not over how they talked to me."
	case !st.Clear:
		return "What is this really about?"
	case near >= 1:
		return "Actually, why not?"
	case near >= softAt:
		return "I could nearly say yes."
	case p.st.Willingness-p.before > noticedRise:
		return "That's the first thing that really helps me."
	case p.heard.echo:
		return "Are they listening, or only repeating me?"
	}
	for i, interest := range p.stance.GetInterests() {
		if st.Met[i] < oneHit {
			return interest.GetText()
		}
	}
	return "I'm not convinced yet."
}

func round(x float64) float64 { return math.Round(x*1000) / 1000 }
