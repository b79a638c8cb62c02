package episode

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// ID is the id of the episode that plays a cell of a run: the same cell of the same run is the same episode, whoever
// plays it and whenever.
func ID(run string, cell *vignettev1.Cell) string {
	parts := []string{"episode", run, cell.GetScenario(), fmt.Sprint(cell.GetRepeat())}
	for _, level := range cell.GetFactors() {
		parts = append(parts, level.GetFactor(), level.GetLevel())
	}
	sum := digestOf(parts...)
	return "e" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:10]))
}

// TurnID is the id of a turn of an episode.
func TurnID(episode string, index int) string {
	return fmt.Sprintf("%s-t%d", episode, index)
}

// RoleLuck is the random stream of one role in one episode. It hangs on the run's seed, the scenario, the persona
// before factors are applied, the repeat and the role, and on nothing that is compared: two policies meet the same
// client with the same luck.
func RoleLuck(seed uint64, scenario, personaBeforeFactors string, repeat int32, role string) uint64 {
	sum := digestOf("role", fmt.Sprint(seed), scenario, personaBeforeFactors, fmt.Sprint(repeat), role)
	return binary.BigEndian.Uint64(sum[:8])
}

// turnLuck is the draw of a role for one turn. The branch seed is 0 until a fork asks to be reseeded.
func turnLuck(role uint64, turn int, branchSeed uint64) uint64 {
	var b [24]byte
	binary.BigEndian.PutUint64(b[0:], role)
	binary.BigEndian.PutUint64(b[8:], uint64(turn))
	binary.BigEndian.PutUint64(b[16:], branchSeed)
	sum := sha256.Sum256(b[:])
	return binary.BigEndian.Uint64(sum[:8])
}

// digestOf hashes strings so that no two lists of them give the same bytes.
func digestOf(parts ...string) [sha256.Size]byte {
	h := sha256.New()
	var size [8]byte
	for _, part := range parts {
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		h.Write(size[:])
		h.Write([]byte(part))
	}
	return [sha256.Size]byte(h.Sum(nil))
}
