package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/vignette-sim/vignette/internal/pattern"
)

// Role is what an account is for. An account may have several.
type Role string

// The roles.
const (
	Trainee    Role = "trainee"    // practises
	Supervisor Role = "supervisor" // sees what the trainees entrusted to them do
	Rater      Role = "rater"      // rates the campaigns they were asked to
	Researcher Role = "researcher" // runs, watches, opens campaigns
	Admin      Role = "admin"      // all of it, and the accounts
)

// Roles lists them.
var Roles = []Role{Trainee, Supervisor, Rater, Researcher, Admin}

// Errors to tell apart with errors.Is.
var (
	ErrUnknown  = errors.New("there is no such account")
	ErrExists   = errors.New("there is an account of that name already")
	ErrLast     = errors.New("this is the last admin who can log in: make somebody else one first")
	ErrPassword = errors.New("the name or the password is not right")
	ErrTooMany  = errors.New("too many attempts: wait a minute and try again")
)

// Account is somebody who may come in.
type Account struct {
	Name     string
	Roles    []Role
	Disabled bool
	Created  time.Time
	// Trainees are those whose sessions they supervise.
	Trainees []string
}

// Store keeps accounts. It is safe for concurrent use, also by several processes. Close it.
type Store struct {
	db    *sql.DB
	now   func() time.Time
	tries *tries
	cost  cost
	work  chan struct{} // a place for each hash at work: it takes memory
}

const schema = `
CREATE TABLE IF NOT EXISTS accounts (name TEXT PRIMARY KEY, password TEXT NOT NULL, roles TEXT NOT NULL, disabled INTEGER NOT NULL DEFAULT 0, created INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS sessions (token BLOB PRIMARY KEY, name TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE, created INTEGER NOT NULL, seen INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS supervised (supervisor TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE, trainee TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE, PRIMARY KEY (supervisor, trainee)) STRICT;
CREATE TABLE IF NOT EXISTS raters (campaign TEXT NOT NULL, name TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE, PRIMARY KEY (campaign, name)) STRICT;
CREATE TABLE IF NOT EXISTS assignments (id INTEGER PRIMARY KEY AUTOINCREMENT, supervisor TEXT NOT NULL, trainee TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE, scenario TEXT NOT NULL, help TEXT NOT NULL, note TEXT NOT NULL, created INTEGER NOT NULL, session TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE IF NOT EXISTS owners (object TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS trail (seq INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, name TEXT NOT NULL, action TEXT NOT NULL, object TEXT NOT NULL, detail TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS trail_object ON trail (object);
CREATE INDEX IF NOT EXISTS trail_time ON trail (time);
CREATE TRIGGER IF NOT EXISTS trail_stays BEFORE UPDATE ON trail BEGIN SELECT raise(ABORT, 'the audit trail is not changed'); END;
`

// Retention is how long lines of the trail are kept. Chosen: a little more than a year.
const Retention = 400 * 24 * time.Hour

// Open opens the file, and makes it when there is none; only its owner can read it. now is where time comes from.
func Open(ctx context.Context, path string, now func() time.Time) (*Store, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	if err := errors.Join(file.Chmod(0o600), file.Close()); err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	query := url.Values{"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "foreign_keys(1)", "synchronous(FULL)"}, "_txlock": {"immediate"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: query.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	db.SetMaxOpenConns(1)
	s := &Store{db: db, now: now, tries: newTries(now), cost: usual, work: make(chan struct{}, 2)}
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, errors.Join(fmt.Errorf("accounts in %s: %w", path, err), db.Close())
	}
	if _, err := db.ExecContext(ctx, `DELETE FROM trail WHERE time < ?`, now().Add(-Retention).UnixMilli()); err != nil {
		return nil, errors.Join(fmt.Errorf("accounts in %s: %w", path, err), db.Close())
	}
	return s, nil
}

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

var nameForm = pattern.Of(`^[\pL\pN][\pL\pN._@-]{0,63}$`)

// ParseRoles reads roles with commas between.
func ParseRoles(text string) ([]Role, error) {
	var out []Role
	for _, each := range strings.Split(text, ",") {
		role := Role(strings.TrimSpace(each))
		if !slices.Contains(Roles, role) {
			return nil, fmt.Errorf("%q is no role; there are trainee, supervisor, rater, researcher, admin", each)
		}
		if !slices.Contains(out, role) {
			out = append(out, role)
		}
	}
	return out, nil
}

func join(roles []Role) string {
	var words []string
	for _, r := range roles {
		words = append(words, string(r))
	}
	return strings.Join(words, ",")
}

// Add makes an account.
func (s *Store) Add(ctx context.Context, name, password string, roles []Role) error {
	if !nameForm().MatchString(name) {
		return fmt.Errorf("%q is no name for an account: letters, digits and . _ @ -, up to 64, beginning with a letter or digit", name)
	}
	if len(roles) == 0 {
		return errors.New("an account needs a role")
	}
	hash, err := s.hash(password)
	if err != nil {
		return err
	}
	result, err := s.db.ExecContext(ctx, `INSERT INTO accounts (name, password, roles, created) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, name, hash, join(roles), s.now().UnixMilli())
	return changed(result, err, ErrExists)
}

// changed is none where a statement changed nothing.
func changed(result sql.Result, err, none error) error {
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return none
}

// SetPassword changes a password and ends all sessions of the account.
func (s *Store) SetPassword(ctx context.Context, name, password string) error {
	hash, err := s.hash(password)
	if err != nil {
		return err
	}
	result, err := s.db.ExecContext(ctx, `UPDATE accounts SET password = ? WHERE name = ?`, hash, name)
	if err := changed(result, err, ErrUnknown); err != nil {
		return err
	}
	_, err = s.db.ExecContext(ctx, `DELETE FROM sessions WHERE name = ?`, name)
	return err
}

// Set changes what an account may, and whether it may come in at all. Whoever may not any more is out at once.
func (s *Store) Set(ctx context.Context, name string, roles []Role, disabled bool) error {
	if len(roles) == 0 {
		return errors.New("an account needs a role")
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	result, err := tx.ExecContext(ctx, `UPDATE accounts SET roles = ?, disabled = ? WHERE name = ?`, join(roles), disabled, name)
	if err := changed(result, err, ErrUnknown); err != nil {
		return err
	}
	var admins int
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM accounts WHERE NOT disabled AND ',' || roles || ',' LIKE '%,admin,%'`).Scan(&admins); err != nil {
		return err
	}
	if admins == 0 {
		return ErrLast
	}
	if disabled {
		if _, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE name = ?`, name); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// All lists the accounts by name.
func (s *Store) All(ctx context.Context) ([]Account, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT name, roles, disabled, created, coalesce((SELECT group_concat(trainee) FROM supervised WHERE supervisor = name), '') FROM accounts ORDER BY name`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Account
	for rows.Next() {
		a, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, rows.Err()
}

func scan(into func(...any) error) (Account, error) {
	var a Account
	var roles, trainees string
	var created int64
	if err := into(&a.Name, &roles, &a.Disabled, &created, &trainees); err != nil {
		return a, err
	}
	for _, r := range strings.Split(roles, ",") {
		a.Roles = append(a.Roles, Role(r))
	}
	if trainees != "" {
		a.Trainees = strings.Split(trainees, ",")
	}
	a.Created = time.UnixMilli(created)
	return a, nil
}

// names replaces one side of a relation.
func (s *Store) names(ctx context.Context, remove, insert, key string, names []string) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	if _, err := tx.ExecContext(ctx, remove, key); err != nil {
		return err
	}
	for _, name := range names {
		var known int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM accounts WHERE name = ?`, name).Scan(&known); err != nil {
			return err
		}
		if known == 0 {
			return fmt.Errorf("%q: %w", name, ErrUnknown)
		}
		if _, err := tx.ExecContext(ctx, insert, key, name); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// Supervise says whose sessions somebody supervises.
func (s *Store) Supervise(ctx context.Context, supervisor string, trainees []string) error {
	return s.names(ctx, `DELETE FROM supervised WHERE supervisor = ?`, `INSERT OR IGNORE INTO supervised VALUES (?, ?)`, supervisor, trainees)
}

// SetRaters says who rates a campaign.
func (s *Store) SetRaters(ctx context.Context, campaign string, names []string) error {
	return s.names(ctx, `DELETE FROM raters WHERE campaign = ?`, `INSERT OR IGNORE INTO raters VALUES (?, ?)`, campaign, names)
}

// Raters are those who rate a campaign.
func (s *Store) Raters(ctx context.Context, campaign string) ([]string, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT name FROM raters WHERE campaign = ? ORDER BY name`, campaign)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		out = append(out, name)
	}
	return out, rows.Err()
}

// Rates says whether somebody was asked to rate a campaign.
func (s *Store) Rates(ctx context.Context, name, campaign string) (bool, error) {
	var n int
	err := s.db.QueryRowContext(ctx, `SELECT count(*) FROM raters WHERE campaign = ? AND name = ?`, campaign, name).Scan(&n)
	return n > 0, err
}

// Own says that somebody began something; whoever did first stays.
func (s *Store) Own(ctx context.Context, object, name string) error {
	_, err := s.db.ExecContext(ctx, `INSERT OR IGNORE INTO owners VALUES (?, ?)`, object, name)
	return err
}

// Owner is who began something, "" where nobody did here.
func (s *Store) Owner(ctx context.Context, object string) (string, error) {
	var name string
	err := s.db.QueryRowContext(ctx, `SELECT name FROM owners WHERE object = ?`, object).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return name, err
}
