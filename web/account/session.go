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

	"golang.org/x/time/rate"
)

// A session ends when nobody has used it for a while, and at the latest after a week.
const (
	idle   = 12 * time.Hour
	oldest = 7 * 24 * time.Hour
)

// Login begins a session and returns its token, which is kept nowhere. From is where the attempt comes from. The error is [ErrPassword]
// whatever of the two is wrong, and [ErrTooMany] where somebody tries too often.
func (s *Store) Login(ctx context.Context, name, password, from string) (token string, err error) {
	if !s.tries.allow(name, from) {
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

// tries counts attempts to log in, by account and by where they come from.
type tries struct {
	now func() time.Time

	mu   sync.Mutex
	keys map[string]*rate.Limiter
}

// Ten attempts at an account and thirty from an address, and then one more every half minute, or every five seconds. Who is logged in
// stays so.
const (
	accountBurst = 10
	addressBurst = 30
	mostKeys     = 20_000
)

func newTries(now func() time.Time) *tries {
	return &tries{now: now, keys: map[string]*rate.Limiter{}}
}

func (t *tries) allow(name, from string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.keys) > mostKeys { // Those that are full again need no memory.
		for key, l := range t.keys {
			if l.TokensAt(t.now()) >= float64(l.Burst()) {
				delete(t.keys, key)
			}
		}
	}
	address := t.limiter("address "+from, rate.Every(5*time.Second), addressBurst).AllowN(t.now(), 1)
	return address && t.limiter("account "+name, rate.Every(30*time.Second), accountBurst).AllowN(t.now(), 1)
}

func (t *tries) limiter(key string, every rate.Limit, burst int) *rate.Limiter {
	if t.keys[key] == nil {
		t.keys[key] = rate.NewLimiter(every, burst)
	}
	return t.keys[key]
}
