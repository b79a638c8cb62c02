package client

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"sync"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// sheet is what a persona has to tell, ready to be told. It depends on the role card only and is never changed.
type sheet struct {
	items []item
	felt  language.Stems
	// prospect is what the persona might change; nil for none.
	prospect *prospect
}

// sheets keeps the sheets of personas met lately: turning notes into speech takes longer than all the rest of a turn. It holds
// nothing about conversations.
type sheets struct {
	mu   sync.Mutex
	kept map[[sha256.Size]byte]*sheet
}

// mostSheets is how many are kept before all are dropped. Chosen: a batch rarely has more personas.
const mostSheets = 256

// of returns the sheet for a role card.
func (s *sheets) of(card *vignettev1.RoleCard) *sheet {
	key := fingerprint(card)
	s.mu.Lock()
	found := s.kept[key]
	s.mu.Unlock()
	if found != nil {
		return found
	}
	items := itemsOf(card)
	made := &sheet{items: items, felt: feltStems(items, func(*item) bool { return true }), prospect: prospectOf(card, items)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil || len(s.kept) >= mostSheets {
		s.kept = map[[sha256.Size]byte]*sheet{}
	}
	s.kept[key] = made
	return made
}

// fingerprint hashes all that itemsOf reads of a card.
func fingerprint(card *vignettev1.RoleCard) [sha256.Size]byte {
	b := make([]byte, 0, 4096)
	text := func(texts ...string) {
		b = binary.AppendUvarint(b, uint64(len(texts)))
		for _, s := range texts {
			b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
		}
	}
	number := func(x *float64) {
		if x == nil {
			b = append(b, 0)
			return
		}
		b = binary.LittleEndian.AppendUint64(append(b, 1), math.Float64bits(*x))
	}
	persona, model := card.GetPersona(), card.GetPersona().GetCognitiveModel()
	text(card.GetName(), persona.GetName(), model.GetRelevantHistory())
	count := func(n int) { b = binary.AppendUvarint(b, uint64(n)) }
	count(len(persona.GetIdentity().GetSocial()))
	for _, fact := range persona.GetIdentity().GetSocial() {
		text(fact.GetKey(), fact.GetValue())
	}
	text(model.GetCopingStrategies()...)
	text(model.GetIntermediateBeliefs()...)
	text(model.GetIntermediateBeliefsWhenDepressed()...)
	count(len(model.GetCoreBeliefs()))
	for _, belief := range model.GetCoreBeliefs() {
		text(belief.GetText())
		number(belief.Strength)
	}
	count(len(model.GetSituations()))
	for _, s := range model.GetSituations() {
		text(s.GetSituation())
		text(s.GetAutomaticThoughts()...)
		text(s.GetBehaviors()...)
		count(len(s.GetEmotions()))
		for _, e := range s.GetEmotions() {
			b = binary.AppendUvarint(b, uint64(e.GetEmotion()))
			text(e.GetWords())
			number(e.Intensity)
		}
	}
	for _, m := range persona.GetMemories() {
		text(m.GetId(), m.GetText())
		number(&m.Sensitivity)
	}
	if change := card.GetChange(); change != nil {
		count(int(change.GetStage()) + 1)
		text(change.GetReasons()...)
		text(change.GetDoubts()...)
		text(change.GetSteps()...)
		count(len(change.GetQuestions()))
		for _, q := range change.GetQuestions() {
			text(q.GetText())
			text(q.GetWords()...)
		}
	}
	return sha256.Sum256(b)
}
