package account

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// cost is what a hash costs: passes over KiB of memory in lanes.
type cost struct {
	passes, memory uint32
	lanes          uint8
}

// usual is argon2id as RFC 9106 recommends it second, for machines without 2 GiB to spare for a login: 3 passes over 64 MiB in 4 lanes.
var usual = cost{3, 64 << 10, 4}

// length of a hash, in bytes.
const length = 32

// MinPassword is the shortest password that is taken, in characters. NIST SP 800-63B asks for 15 where a password is all there is; this
// is for a lab's own server, so it is its 8 of before, and half again.
const MinPassword = 12

func (s *Store) hash(password string) (string, error) {
	if n := len([]rune(password)); n < MinPassword || len(password) > 1024 {
		return "", fmt.Errorf("a password has %d characters or more (and at most 1024 bytes); this one has %d", MinPassword, n)
	}
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	s.work <- struct{}{}
	defer func() { <-s.work }()
	return s.cost.write(salt, argon2.IDKey([]byte(password), salt, s.cost.passes, s.cost.memory, s.cost.lanes, length)), nil
}

// write is a hash as it is kept, in the usual form.
func (c cost) write(salt, key []byte) string {
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, c.lanes, enc.EncodeToString(salt), enc.EncodeToString(key))
}

// decoy is what is compared where there is no such account, so that an answer takes as long as for one that is there. It matches nothing.
func (c cost) decoy() string { return c.write(make([]byte, 16), make([]byte, length)) }

// matches says whether a password is the one that was hashed.
func (s *Store) matches(password, hash string) bool {
	parts := strings.Split(hash, "$")
	var m, t uint32
	var p uint8
	if len(parts) != 6 || parts[1] != "argon2id" || len(password) > 1024 {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &p); err != nil {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false
	}
	s.work <- struct{}{}
	defer func() { <-s.work }()
	got := argon2.IDKey([]byte(password), salt, t, m, p, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && hash != s.cost.decoy()
}
