package web

import (
	"net"
	"net/http"
	"runtime/debug"
	"strings"
)

// policy lets in what comes from here and nothing else: no inline script, no inline style, no frame, no foreign address.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"

// guarded stands before everything: headers, foreign hosts and foreign forms.
func (s *site) guarded(next http.Handler) http.Handler {
	foreign := http.NewCrossOriginProtection()
	foreign.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, http.StatusForbidden, "This came from another site.", "Open the page here and send it from there.")
	}))
	next = foreign.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cache-Control", "no-store")
		if s.config.Cert != "" {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler {
				s.config.Logger.Error("handler panicked", "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
				s.refuse(w, r, http.StatusInternalServerError, "Something went wrong here.", "The server's log has more.")
			}
		}()
		// Without a login, whoever asks under another name is a page of elsewhere whose name was made to mean this machine.
		if s.config.Accounts == nil && !local(r.Host) {
			s.refuse(w, r, http.StatusMisdirectedRequest, "This server answers to its own address only.", "Open it as http://localhost or http://127.0.0.1 with its port.")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// maxBody is the largest request, in bytes: a scenario file is 1 MiB at most, more as JSON.
const maxBody = 4 << 20

func local(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	name = strings.Trim(name, "[]")
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}
