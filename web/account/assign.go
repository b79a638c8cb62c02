package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Assignment is a scenario that a supervisor asked a trainee to practise.
type Assignment struct {
	ID         int64
	Supervisor string
	Trainee    string
	Scenario   string // id of one of the library
	Help       string // short name of a help level; "" leaves it to the trainee
	Note       string // what to look out for
	Created    time.Time
	Session    string // the session that was begun for it, "" until then
}

// mostNote is how long a note may be, in bytes.
const mostNote = 4000

// Assign asks a trainee to practise. Whether the supervisor may is for the caller to say.
func (s *Store) Assign(ctx context.Context, a Assignment) error {
	if len(a.Note) > mostNote {
		return fmt.Errorf("the note is %d bytes long; at most %d are kept", len(a.Note), mostNote)
	}
	var roles string
	if err := s.db.QueryRowContext(ctx, `SELECT coalesce((SELECT roles FROM accounts WHERE name = ?), '')`, a.Trainee).Scan(&roles); err != nil {
		return err
	}
	if roles == "" {
		return fmt.Errorf("%q: %w", a.Trainee, ErrUnknown)
	}
	if held, err := ParseRoles(roles); err != nil || !slices.Contains(held, Trainee) {
		return errors.Join(fmt.Errorf("%s is no trainee", a.Trainee), err)
	}
	_, err := s.db.ExecContext(ctx, `INSERT INTO assignments (supervisor, trainee, scenario, help, note, created) VALUES (?, ?, ?, ?, ?, ?)`,
		a.Supervisor, a.Trainee, a.Scenario, a.Help, a.Note, s.now().UnixMilli())
	return err
}

// Assignments are those of trainees, newest first.
func (s *Store) Assignments(ctx context.Context, trainees ...string) ([]Assignment, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, supervisor, trainee, scenario, help, note, created, session FROM assignments ORDER BY id DESC LIMIT 1000`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Assignment
	for rows.Next() {
		var a Assignment
		var at int64
		if err := rows.Scan(&a.ID, &a.Supervisor, &a.Trainee, &a.Scenario, &a.Help, &a.Note, &at, &a.Session); err != nil {
			return nil, err
		}
		a.Created = time.UnixMilli(at)
		if slices.Contains(trainees, a.Trainee) {
			out = append(out, a)
		}
	}
	return out, rows.Err()
}

// Begin says which session was begun for a trainee's assignment; the first one stays.
func (s *Store) Begin(ctx context.Context, id int64, trainee, session string) error {
	_, err := s.db.ExecContext(ctx, `UPDATE assignments SET session = ? WHERE id = ? AND trainee = ? AND session = ''`, session, id, trainee)
	return err
}
