package openenv

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/vignette-sim/vignette/engine/environment"
)

// cookieName is the cookie that says whose environment a request over HTTP is about.
const cookieName = "vignette_environment"

// cookies are the environments of clients that come over HTTP. An environment that was closed takes its cookie with it.
type cookies struct {
	mu    sync.Mutex
	seats map[string]*cookieSeat
}

// cookieSeat is the environment of a cookie. Requests of one cookie are worked on one after the other.
type cookieSeat struct {
	mu sync.Mutex
	seat
	request string // the id of the last step that had one
	told    *answer
}

// find returns a cookie's seat, nil when there is none.
func (c *cookies) find(r *http.Request) *cookieSeat {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seats[cookie.Value]
}

// add keeps a seat that has an environment, and lets go of those that have none any more.
func (c *cookies) add(s *cookieSeat) *http.Cookie {
	value := rand.Text()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.seats) >= 2*environment.DefaultMax {
		for known, old := range c.seats {
			if old.mu.TryLock() {
				if !old.service.Has(old.environment) {
					delete(c.seats, known)
				}
				old.mu.Unlock()
			}
		}
	}
	c.seats[value] = s
	return &http.Cookie{Name: cookieName, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode}
}

func (s *Server) getState(w http.ResponseWriter, r *http.Request) {
	found := s.cookies.find(r)
	if found == nil {
		write(w, http.StatusOK, state{})
		return
	}
	found.mu.Lock()
	defer found.mu.Unlock()
	write(w, http.StatusOK, found.state())
}

func (s *Server) postReset(w http.ResponseWriter, r *http.Request) {
	data, wrong := body(w, r)
	if wrong != nil {
		refuse(w, statusOf(wrong), wrong)
		return
	}
	found := s.cookies.find(r)
	known := found != nil
	if !known {
		found = &cookieSeat{seat: seat{service: s.config.Service, defaults: s.config.Defaults}}
	}
	found.mu.Lock()
	defer found.mu.Unlock()
	told, wrong := found.reset(r.Context(), data)
	if wrong != nil {
		refuse(w, statusOf(wrong), wrong)
		return
	}
	found.request, found.told = "", nil
	if !known {
		http.SetCookie(w, s.cookies.add(found))
	}
	write(w, http.StatusOK, told)
}

// stepBody is a step over HTTP.
type stepBody struct {
	Action    json.RawMessage `json:"action"`
	TimeoutS  float64         `json:"timeout_s"`
	RequestID string          `json:"request_id"`
}

func (s *Server) postStep(w http.ResponseWriter, r *http.Request) {
	data, wrong := body(w, r)
	if wrong != nil {
		refuse(w, statusOf(wrong), wrong)
		return
	}
	var step stepBody
	if wrong := read(data, &step); wrong != nil {
		refuse(w, statusOf(wrong), wrong)
		return
	}
	if step.TimeoutS < 0 || step.TimeoutS > 600 {
		refuse(w, http.StatusUnprocessableEntity, faultf(validationError, "timeout_s: %v; it must be more than 0 and at most 600", step.TimeoutS))
		return
	}
	found := s.cookies.find(r)
	if found == nil {
		refuse(w, http.StatusConflict, faultf(sessionError, "whose step this is is not said: send the cookie %s that POST /reset answers with", cookieName))
		return
	}
	found.mu.Lock()
	defer found.mu.Unlock()
	if step.RequestID != "" && step.RequestID == found.request {
		write(w, http.StatusOK, found.told) // Sent twice, taken once.
		return
	}
	told, wrong := found.step(r.Context(), step.Action, time.Duration(step.TimeoutS*float64(time.Second)))
	if wrong != nil {
		refuse(w, statusOf(wrong), wrong)
		return
	}
	found.request, found.told = step.RequestID, told
	write(w, http.StatusOK, told)
}
