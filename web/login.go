package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/web/account"
)

type loginPage struct{ Name, Next, Says string }

// onward is where somebody wanted to go; never to another site.
func onward(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") || strings.HasPrefix(next, "/log") {
		return "/"
	}
	return next
}

func (q *request) showLogin() error {
	if q.config.Accounts == nil || q.visitor.known() {
		return q.back(onward(q.URL.Query().Get("next")))
	}
	return q.page("login", loginPage{Next: onward(q.URL.Query().Get("next"))})
}

// enter begins a session and gives the browser its token.
func (q *request) enter(name, password string) error {
	if q.config.Accounts == nil {
		return &problem{http.StatusNotFound, "There is no login here.", "This server has one user."}
	}
	token, err := q.config.Accounts.Login(q.ctx(), name, password, from(q.Request))
	if err != nil {
		if errors.Is(err, account.ErrPassword) || errors.Is(err, account.ErrTooMany) {
			if err := q.config.Accounts.Record(q.ctx(), name, "refused", "/login", from(q.Request)); err != nil {
				return err
			}
		}
		return err
	}
	http.SetCookie(q.w, &http.Cookie{Name: q.cookie(), Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: q.config.Cert != ""})
	return q.config.Accounts.Record(q.ctx(), name, "login", "/login", from(q.Request))
}

func (q *request) login() error {
	if err := q.form(); err != nil {
		return err
	}
	p := loginPage{Name: strings.TrimSpace(q.PostForm.Get("name")), Next: onward(q.PostForm.Get("next"))}
	err := q.enter(p.Name, q.PostForm.Get("password"))
	switch {
	case errors.Is(err, account.ErrTooMany):
		p.Says = sentence(err.Error()) + "."
		return q.pageAs(http.StatusTooManyRequests, "login", p)
	case errors.Is(err, account.ErrPassword):
		p.Says = sentence(err.Error()) + "."
		return q.pageAs(http.StatusUnauthorized, "login", p)
	case err != nil:
		return err
	}
	return q.back(p.Next)
}

func (q *request) leave() error {
	c, err := q.Cookie(q.cookie())
	if q.config.Accounts == nil || err != nil {
		return nil
	}
	http.SetCookie(q.w, &http.Cookie{Name: q.cookie(), Path: "/", MaxAge: -1, HttpOnly: true, Secure: q.config.Cert != ""})
	return errors.Join(q.config.Accounts.Logout(q.ctx(), c.Value), q.config.Accounts.Record(q.ctx(), q.visitor.Name, "logout", "/login", from(q.Request)))
}

func (q *request) logout() error {
	if err := q.leave(); err != nil {
		return err
	}
	return q.back("/login")
}

type ownPage struct {
	Says, Done string
	Trail      []account.Entry
}

// accounts are the accounts, or the error that there are none.
func (q *request) accounts() (*account.Store, error) {
	if q.config.Accounts == nil {
		return nil, &problem{http.StatusNotFound, "There are no accounts here.", "This server has one user; 'vignette serve --accounts' has more."}
	}
	return q.config.Accounts, nil
}

func (q *request) showOwn() error { return q.own(http.StatusOK, ownPage{}) }

func (q *request) own(code int, p ownPage) error {
	store, err := q.accounts()
	if err != nil {
		return err
	}
	if p.Trail, err = store.Trail(q.ctx(), "", q.visitor.Name, 0, 50); err != nil {
		return err
	}
	return q.pageAs(code, "own", p)
}

// changePassword wants the old one, so that an open browser is not enough.
func (q *request) changePassword() error {
	store, err := q.accounts()
	if err != nil {
		return err
	}
	if err := q.form(); err != nil {
		return err
	}
	f := q.PostForm
	if f.Get("new") != f.Get("again") {
		return q.own(http.StatusBadRequest, ownPage{Says: "The two new passwords differ."})
	}
	if err := q.enter(q.visitor.Name, f.Get("old")); err != nil {
		return q.own(http.StatusBadRequest, ownPage{Says: sentence(err.Error()) + "."})
	}
	if err := store.SetPassword(q.ctx(), q.visitor.Name, f.Get("new")); err != nil {
		return q.own(http.StatusBadRequest, ownPage{Says: sentence(err.Error()) + "."})
	}
	if err := q.record("/accounts/" + q.visitor.Name); err != nil {
		return err
	}
	return q.back("/login") // All sessions have ended, this one too.
}

type accountsPage struct {
	All   []account.Account
	Roles []account.Role
	Says  string
	Name  string
}

// Has says whether an account has a role.
func (accountsPage) Has(a account.Account, r account.Role) bool { return slices.Contains(a.Roles, r) }

func (q *request) listAccounts() error { return q.accountsAs(http.StatusOK, "", "") }

func (q *request) accountsAs(code int, says, name string) error {
	store, err := q.accounts()
	if err != nil {
		return err
	}
	all, err := store.All(q.ctx())
	if err != nil {
		return err
	}
	return q.pageAs(code, "accounts", accountsPage{all, account.Roles, says, name})
}

// rolesOf are the roles of a form.
func rolesOf(words []string) ([]account.Role, error) {
	if len(words) == 0 {
		return nil, errors.New("an account needs a role")
	}
	return account.ParseRoles(strings.Join(words, ","))
}

func (q *request) addAccount() error {
	store, err := q.accounts()
	if err != nil {
		return err
	}
	if err := q.form(); err != nil {
		return err
	}
	name := strings.TrimSpace(q.PostForm.Get("name"))
	roles, err := rolesOf(q.PostForm["role"])
	if err == nil {
		err = store.Add(q.ctx(), name, q.PostForm.Get("password"), roles)
	}
	if err != nil {
		return q.accountsAs(http.StatusBadRequest, sentence(err.Error())+".", name)
	}
	if err := q.record("/accounts/" + name); err != nil {
		return err
	}
	return q.back("/accounts")
}

func (q *request) setAccount() error {
	store, err := q.accounts()
	if err != nil {
		return err
	}
	if err := q.form(); err != nil {
		return err
	}
	name := q.PathValue("name")
	roles, err := rolesOf(q.PostForm["role"])
	if err == nil {
		err = store.Set(q.ctx(), name, roles, q.PostForm.Get("disabled") == "1")
	}
	if err == nil {
		err = store.Supervise(q.ctx(), name, names(q.PostForm.Get("trainees")))
	}
	if password := q.PostForm.Get("password"); err == nil && password != "" {
		err = store.SetPassword(q.ctx(), name, password)
	}
	if errors.Is(err, account.ErrUnknown) && err == account.ErrUnknown {
		return notFound("account", name)
	}
	if err != nil {
		return q.accountsAs(http.StatusBadRequest, sentence(err.Error())+".", "")
	}
	if err := q.record("/accounts/" + name); err != nil {
		return err
	}
	return q.back("/accounts")
}

// names are what stands in a field, with commas, spaces or lines between.
func names(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\r' || r == '\t' })
}

type trailPage struct {
	Object, Name string
	Lines        []account.Entry
	Next         int64
}

// mostLines is how many lines of the trail a page has.
const mostLines = 100

func (q *request) trail() (trailPage, error) {
	store, err := q.accounts()
	if err != nil {
		return trailPage{}, err
	}
	query := q.URL.Query()
	p := trailPage{Object: query.Get("object"), Name: query.Get("name")}
	if p.Lines, err = store.Trail(q.ctx(), p.Object, p.Name, int64(position(query.Get("before"))), mostLines); err != nil {
		return p, err
	}
	if len(p.Lines) == mostLines {
		p.Next = p.Lines[mostLines-1].Seq
	}
	return p, nil
}

func (q *request) showTrail() error {
	p, err := q.trail()
	if err != nil {
		return err
	}
	return q.page("trail", p)
}

// setRaters says who rates a campaign.
func (q *request) setRaters() error {
	store, err := q.accounts()
	if err != nil {
		return err
	}
	id, _, err := q.campaign()
	if err != nil {
		return err
	}
	if err := q.form(); err != nil {
		return err
	}
	if err := store.SetRaters(q.ctx(), id, names(q.PostForm.Get("raters"))); err != nil {
		return &problem{http.StatusBadRequest, sentence(err.Error()) + ".", "Go back and mend it; accounts are made on the page Accounts."}
	}
	return q.back("/rate/" + id + "/dashboard")
}

// apiVisitor is who asks, as JSON.
type apiVisitor struct {
	Name  string         `json:"name"`
	Roles []account.Role `json:"roles"`
}

func (q *request) apiSession() error {
	return q.json(apiVisitor{q.visitor.Name, q.visitor.Roles})
}

// apiLoginBody is a login as JSON.
type apiLoginBody struct {
	Name     string `json:"name"`
	Password string `json:"password"`
}

func (q *request) apiLogin() error {
	var body apiLoginBody
	if err := json.NewDecoder(q.Body).Decode(&body); err != nil {
		return &problem{http.StatusBadRequest, "The body is no login.", `It is JSON with "name" and "password".`}
	}
	err := q.enter(body.Name, body.Password)
	switch {
	case errors.Is(err, account.ErrTooMany):
		return &problem{http.StatusTooManyRequests, "Too many attempts.", "Wait a minute and try again."}
	case errors.Is(err, account.ErrPassword):
		return &problem{http.StatusUnauthorized, "The name or the password is not right.", ""}
	case err != nil:
		return err
	}
	q.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (q *request) apiLogout() error {
	if err := q.leave(); err != nil {
		return err
	}
	q.w.WriteHeader(http.StatusNoContent)
	return nil
}

// apiAccount is an account as JSON.
type apiAccount struct {
	Name     string         `json:"name"`
	Roles    []account.Role `json:"roles"`
	Disabled bool           `json:"disabled"`
	Trainees []string       `json:"trainees"`
	// Password is taken and never given.
	Password string `json:"password,omitempty"`
}

type apiAccountList struct {
	Accounts []apiAccount `json:"accounts"`
}

func (q *request) apiAccounts() error {
	store, err := q.accounts()
	if err != nil {
		return err
	}
	all, err := store.All(q.ctx())
	if err != nil {
		return err
	}
	out := []apiAccount{}
	for _, a := range all {
		out = append(out, apiAccount{Name: a.Name, Roles: a.Roles, Disabled: a.Disabled, Trainees: append([]string{}, a.Trainees...)})
	}
	return q.json(apiAccountList{out})
}

func (q *request) apiAddAccount() error {
	store, err := q.accounts()
	if err != nil {
		return err
	}
	var a apiAccount
	if err := json.NewDecoder(q.Body).Decode(&a); err != nil {
		return &problem{http.StatusBadRequest, "The body is no account.", `It is JSON with "name", "password" and "roles".`}
	}
	roles, err := account.ParseRoles(joinRoles(a.Roles))
	if err == nil {
		err = store.Add(q.ctx(), a.Name, a.Password, roles)
	}
	if err != nil {
		return &problem{http.StatusBadRequest, sentence(err.Error()) + ".", ""}
	}
	if err := q.record("/accounts/" + a.Name); err != nil {
		return err
	}
	q.w.WriteHeader(http.StatusCreated)
	return q.json(apiAccount{Name: a.Name, Roles: roles})
}

func joinRoles(roles []account.Role) string {
	var words []string
	for _, r := range roles {
		words = append(words, string(r))
	}
	return strings.Join(words, ",")
}

type apiTrailPage struct {
	Lines []account.Entry `json:"lines"`
	Next  int64           `json:"next"` // 0 where this is the end
}

func (q *request) apiTrail() error {
	p, err := q.trail()
	if err != nil {
		return err
	}
	return q.json(apiTrailPage{append([]account.Entry{}, p.Lines...), p.Next})
}
