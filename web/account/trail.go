package account

import (
	"context"
	"time"
)

// Entry is a line of the audit trail.
type Entry struct {
	Seq    int64     `json:"seq"`
	Time   time.Time `json:"time"`
	Name   string    `json:"name"`
	Action string    `json:"action"` // view, change, export, delete, login, logout, refused
	Object string    `json:"object"` // what it was done to: the path of its page
	Detail string    `json:"detail,omitempty"`
}

// Record writes a line.
func (s *Store) Record(ctx context.Context, name, action, object, detail string) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO trail (time, name, action, object, detail) VALUES (?, ?, ?, ?, ?)`, s.now().UnixMilli(), name, action, object, detail)
	return err
}

// Trail returns lines, newest first, before a line (0: from the newest); those of one object or one account unless "".
func (s *Store) Trail(ctx context.Context, object, name string, before int64, limit int) ([]Entry, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT seq, time, name, action, object, detail FROM trail WHERE (?1 = '' OR object = ?1) AND (?2 = '' OR name = ?2) AND (?3 = 0 OR seq < ?3)
		ORDER BY seq DESC LIMIT ?4`, object, name, before, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Entry
	for rows.Next() {
		var e Entry
		var at int64
		if err := rows.Scan(&e.Seq, &at, &e.Name, &e.Action, &e.Object, &e.Detail); err != nil {
			return nil, err
		}
		e.Time = time.UnixMilli(at)
		out = append(out, e)
	}
	return out, rows.Err()
}

// Viewer is somebody who looked at something, and when they did last.
type Viewer struct {
	Name  string
	Last  time.Time
	Times int
}

// Viewers are those who looked at an object: trainees are shown who saw theirs.
func (s *Store) Viewers(ctx context.Context, object string) ([]Viewer, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT name, max(time), count(*) FROM trail WHERE object = ? AND action = 'view' GROUP BY name ORDER BY name`, object)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Viewer
	for rows.Next() {
		var v Viewer
		var at int64
		if err := rows.Scan(&v.Name, &at, &v.Times); err != nil {
			return nil, err
		}
		v.Last = time.UnixMilli(at)
		out = append(out, v)
	}
	return out, rows.Err()
}
