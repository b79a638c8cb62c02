package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"sync"
	"time"
)

// A session ends when nobody has used it for a while, and at the latest after a week.
const (
	idle   = 12 * time.Hour
	oldest = 7 * 24 * time.Hour
)

// Login begins a session and returns its token, which is kept nowhere. From is where the attempt comes from. The error is [ErrPassword]
// whatever of the two is wrong, and [ErrTooMany] where somebody tries too often.
func (s *Store) Login(ctx context.Context, name, password, from string) (token string, err error) {
	back, ok := s.tries.allow(name, from)
	if !ok {
		return "", ErrTooMany
	}
	var hash string
	var disabled bool
	err = s.db.QueryRowContext(ctx, `SELECT password, disabled FROM accounts WHERE name = ?`, name).Scan(&hash, &disabled)
	if errors.Is(err, sql.ErrNoRows) {
		hash = s.cost.decoy()
	} else if err != nil {
		return "", err
	}
	if !s.matches(password, hash) || disabled {
		return "", ErrPassword
	}
	back()
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	token = base64.RawURLEncoding.EncodeToString(raw)
	now := s.now()
	if _, err := s.db.ExecContext(ctx, `DELETE FROM sessions WHERE seen < ? OR created < ?`, now.Add(-idle).UnixMilli(), now.Add(-oldest).UnixMilli()); err != nil {
		return "", err
	}
	_, err = s.db.ExecContext(ctx, `INSERT INTO sessions VALUES (?, ?, ?, ?)`, digest(token), name, now.UnixMilli(), now.UnixMilli())
	return token, err
}

func digest(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Session is whose a token is; [ErrUnknown] where it is nobody's any more.
func (s *Store) Session(ctx context.Context, token string) (Account, error) {
	now := s.now()
	var seen int64
	row := s.db.QueryRowContext(ctx, `SELECT a.name, a.roles, a.disabled, a.created, coalesce((SELECT group_concat(trainee) FROM supervised WHERE supervisor = a.name), ''), s.seen
		FROM sessions s JOIN accounts a USING (name) WHERE s.token = ? AND s.seen >= ? AND s.created >= ? AND NOT a.disabled`,
		digest(token), now.Add(-idle).UnixMilli(), now.Add(-oldest).UnixMilli())
	a, err := scan(func(into ...any) error { return row.Scan(append(into, &seen)...) })
	if errors.Is(err, sql.ErrNoRows) {
		return Account{}, ErrUnknown
	}
	if err != nil {
		return Account{}, err
	}
	if now.Sub(time.UnixMilli(seen)) > time.Minute { // A write for every request would be too many.
		_, err = s.db.ExecContext(ctx, `UPDATE sessions SET seen = ? WHERE token = ?`, now.UnixMilli(), digest(token))
	}
	return a, err
}

// Logout ends a session.
func (s *Store) Logout(ctx context.Context, token string) error {
	_, err := s.db.ExecContext(ctx, `DELETE FROM sessions WHERE token = ?`, digest(token))
	return err
}

// tries counts attempts to log in that fail, by account and by where they come from: many may share an address, and log in.
type tries struct {
	now func() time.Time

	mu   sync.Mutex
	left map[string]*bucket
}

// bucket has attempts left as of a time; they come back one by one.
type bucket struct {
	left  float64
	burst float64
	every time.Duration
	at    time.Time
}

// Ten failures at an account and thirty from an address, and then one more every half minute, or every five seconds. Who is logged in
// stays so.
const (
	accountBurst = 10
	addressBurst = 30
	mostKeys     = 20_000
)

func newTries(now func() time.Time) *tries {
	return &tries{now: now, left: map[string]*bucket{}}
}

// allow takes an attempt from both before it is made, so that many at once are not more; back gives it back when it did not fail.
func (t *tries) allow(name, from string) (back func(), ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.left) > mostKeys { // Those that are full again need no memory.
		for key, b := range t.left {
			if b.fill(t.now()); b.left >= b.burst {
				delete(t.left, key)
			}
		}
	}
	address, account := t.bucket("address "+from, addressBurst, 5*time.Second), t.bucket("account "+name, accountBurst, 30*time.Second)
	if address.left < 1 || account.left < 1 {
		return nil, false
	}
	address.left--
	account.left--
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		address.left, account.left = min(address.burst, address.left+1), min(account.burst, account.left+1)
	}, true
}

func (t *tries) bucket(key string, burst float64, every time.Duration) *bucket {
	if t.left[key] == nil {
		t.left[key] = &bucket{left: burst, burst: burst, every: every, at: t.now()}
	}
	t.left[key].fill(t.now())
	return t.left[key]
}

func (b *bucket) fill(now time.Time) {
	b.left, b.at = min(b.burst, b.left+float64(now.Sub(b.at))/float64(b.every)), now
}
