package account_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/vignette-sim/vignette/web/account"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

const password = "correct horse battery"

func open(t *testing.T) (*account.Store, *clock, string) {
	t.Helper()
	c := &clock{time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)}
	path := filepath.Join(t.TempDir(), "a b#?.db") // What a URL takes for something else is part of the name.
	s, err := account.Open(t.Context(), path, c.now)
	if err != nil {
		t.Fatal(err)
	}
	account.MakeCheap(s)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, c, path
}

func add(t *testing.T, s *account.Store, name string, roles ...account.Role) {
	t.Helper()
	if err := s.Add(t.Context(), name, password, roles); err != nil {
		t.Fatal(err)
	}
}

// Whoever has the file has no password and no session, and nobody else can read it.
func TestSecretsAreNotInTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "accounts.db")
	s, err := account.Open(t.Context(), path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	add(t, s, "ann", account.Rater)
	token, err := s.Login(t.Context(), "ann", password, "here")
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v", info.Mode())
	}
	found := false
	for _, file := range []string{path, path + "-wal"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found = found || strings.Contains(string(data), "$argon2id$v=19$m=65536,t=3,p=4$")
		if strings.Contains(string(data), password) || strings.Contains(string(data), token) {
			t.Errorf("%s holds a secret", file)
		}
	}
	if !found {
		t.Error("no hash was found: has the file moved?")
	}
}

func TestLogin(t *testing.T) {
	s, _, _ := open(t)
	add(t, s, "ann", account.Rater)
	add(t, s, "ben", account.Trainee, account.Rater)
	add(t, s, "root", account.Admin)
	if err := s.Set(t.Context(), "ben", []account.Role{account.Trainee}, true); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ name, password string }{
		{"ann", password + "x"}, {"ann", ""}, {"nobody", password}, {"nobody", ""}, {"ben", password}, {"ann", strings.Repeat("x", 2000)}, {"ann' OR 1=1 --", password},
	} {
		if token, err := s.Login(t.Context(), tc.name, tc.password, "here"); !errors.Is(err, account.ErrPassword) || token != "" {
			t.Errorf("%q with %.20q: token %q, err %v", tc.name, tc.password, token, err)
		}
	}
	token, err := s.Login(t.Context(), "ann", password, "here")
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Session(t.Context(), token)
	if err != nil || got.Name != "ann" || !cmp.Equal(got.Roles, []account.Role{account.Rater}) {
		t.Errorf("session of %+v, %v", got, err)
	}
	for _, other := range []string{"", token + "x", token[1:]} {
		if _, err := s.Session(t.Context(), other); !errors.Is(err, account.ErrUnknown) {
			t.Errorf("token %.5q: %v", other, err)
		}
	}
}

// A session ends by itself, with its account, with its password, and when somebody leaves.
func TestSessionsEnd(t *testing.T) {
	for name, end := range map[string]func(context.Context, *account.Store, *clock, string) error{
		"idle": func(_ context.Context, _ *account.Store, c *clock, _ string) error {
			c.at = c.at.Add(12*time.Hour + time.Second)
			return nil
		},
		"old": func(ctx context.Context, s *account.Store, c *clock, token string) error {
			for range 7*24/6 + 1 {
				c.at = c.at.Add(6 * time.Hour)
				_, _ = s.Session(ctx, token)
			}
			return nil
		},
		"logout": func(ctx context.Context, s *account.Store, _ *clock, token string) error { return s.Logout(ctx, token) },
		"password": func(ctx context.Context, s *account.Store, _ *clock, _ string) error {
			return s.SetPassword(ctx, "ann", "another long one")
		},
		"disabled": func(ctx context.Context, s *account.Store, _ *clock, _ string) error {
			return s.Set(ctx, "ann", []account.Role{account.Rater}, true)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, c, _ := open(t)
			add(t, s, "ann", account.Rater)
			add(t, s, "root", account.Admin)
			token, err := s.Login(t.Context(), "ann", password, "here")
			if err != nil {
				t.Fatal(err)
			}
			c.at = c.at.Add(11 * time.Hour)
			if _, err := s.Session(t.Context(), token); err != nil {
				t.Fatalf("before: %v", err)
			}
			if err := end(t.Context(), s, c, token); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Session(t.Context(), token); !errors.Is(err, account.ErrUnknown) {
				t.Errorf("after: %v", err)
			}
		})
	}
}

// Guessing is slow, by account and by address, and stops nobody else.
func TestTries(t *testing.T) {
	s, c, _ := open(t)
	add(t, s, "ann", account.Rater)
	add(t, s, "ben", account.Rater)
	for range 10 {
		if _, err := s.Login(t.Context(), "ann", "", "there"); !errors.Is(err, account.ErrPassword) {
			t.Fatal(err)
		}
	}
	if _, err := s.Login(t.Context(), "ann", password, "elsewhere"); !errors.Is(err, account.ErrTooMany) {
		t.Errorf("an eleventh attempt: %v", err)
	}
	if _, err := s.Login(t.Context(), "ben", password, "there"); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	c.at = c.at.Add(30 * time.Second)
	if _, err := s.Login(t.Context(), "ann", password, "elsewhere"); err != nil {
		t.Errorf("half a minute later: %v", err)
	}
}

func TestAddRefuses(t *testing.T) {
	s, _, _ := open(t)
	add(t, s, "ann", account.Rater)
	for _, tc := range []struct {
		name, password string
		roles          []account.Role
		says           string
	}{
		{"ann", password, account.Roles, "already"}, {"ben", "short", account.Roles, "12 characters"}, {"ben", strings.Repeat("x", 1025), account.Roles, "1024"},
		{"ben", password, nil, "role"}, {"", password, account.Roles, "name"}, {"a b", password, account.Roles, "name"}, {"a,b", password, account.Roles, "name"}, {"<b>", password, account.Roles, "name"},
	} {
		if err := s.Add(t.Context(), tc.name, tc.password, tc.roles); err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%q: %v, want %q", tc.name, err, tc.says)
		}
	}
}

// Somebody can always come in.
func TestTheLastAdminStays(t *testing.T) {
	s, _, _ := open(t)
	add(t, s, "root", account.Admin)
	add(t, s, "ann", account.Rater)
	for _, disabled := range []bool{true, false} {
		if err := s.Set(t.Context(), "root", []account.Role{account.Rater}, disabled); !errors.Is(err, account.ErrLast) {
			t.Errorf("disabled %v: %v", disabled, err)
		}
	}
	if err := s.Set(t.Context(), "ann", []account.Role{account.Admin}, false); err != nil {
		t.Fatal(err)
	}
	if err := s.Set(t.Context(), "root", []account.Role{account.Rater}, true); err != nil {
		t.Error(err)
	}
}

func TestRelations(t *testing.T) {
	s, _, _ := open(t)
	for _, name := range []string{"sue", "ann", "Zoë"} {
		add(t, s, name, account.Trainee)
	}
	if err := s.Supervise(t.Context(), "sue", []string{"ann", "Zoë"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Supervise(t.Context(), "sue", []string{"ann", "nobody"}); !errors.Is(err, account.ErrUnknown) {
		t.Errorf("a trainee who is not there: %v", err)
	}
	all, err := s.All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if want := map[string]int{"sue": 2}[a.Name]; len(a.Trainees) != want {
			t.Errorf("%s supervises %v", a.Name, a.Trainees)
		}
	}
	if err := s.SetRaters(t.Context(), "run.1", []string{"ann"}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"ann": true, "sue": false, "": false} {
		for campaign, of := range map[string]bool{"run.1": want, "run.2": false} {
			if got, err := s.Rates(t.Context(), name, campaign); err != nil || got != of {
				t.Errorf("%s rates %s: %v, %v", name, campaign, got, err)
			}
		}
	}
	for _, name := range []string{"ann", "sue"} {
		if err := s.Own(t.Context(), "/runs/a", name); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.Owner(t.Context(), "/runs/a"); err != nil || got != "ann" {
		t.Errorf("owner %q, %v", got, err)
	}
}

// The trail tells who did what, newest first, and is kept for its time.
func TestTrail(t *testing.T) {
	s, c, path := open(t)
	for i, object := range []string{"/runs/a", "/runs/b", "/runs/a"} {
		c.at = c.at.Add(time.Duration(i) * time.Hour)
		if err := s.Record(t.Context(), "ann", "view", object, ""); err != nil {
			t.Fatal(err)
		}
	}
	lines := func(s *account.Store, object, name string) (out []int64) {
		t.Helper()
		got, err := s.Trail(t.Context(), object, name, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range got {
			out = append(out, e.Seq)
		}
		return out
	}
	for _, tc := range []struct {
		object, name string
		want         []int64
	}{{"", "", []int64{3, 2, 1}}, {"/runs/a", "", []int64{3, 1}}, {"", "ben", nil}, {"/runs/b", "ann", []int64{2}}} {
		if diff := cmp.Diff(tc.want, lines(s, tc.object, tc.name)); diff != "" {
			t.Errorf("%+v: %s", tc, diff)
		}
	}
	viewers, err := s.Viewers(t.Context(), "/runs/a")
	if err != nil || len(viewers) != 1 || viewers[0].Times != 2 || !viewers[0].Last.Equal(c.at) {
		t.Errorf("viewers %+v, %v", viewers, err)
	}
	c.at = c.at.Add(account.Retention - time.Hour) // The first two are too old now.
	again, err := account.Open(t.Context(), path, c.now)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if diff := cmp.Diff([]int64{3}, lines(again, "", "")); diff != "" {
		t.Errorf("after the retention: %s", diff)
	}
}
