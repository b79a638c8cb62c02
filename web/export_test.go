package web

import "github.com/vignette-sim/vignette/web/account"

// Route is a line of the table, for tests that go through all of them.
type Route struct {
	Method, Path string
	Open         bool
	Who          []account.Role
}

// Routes are all lines of the table.
func Routes() []Route {
	var out []Route
	for _, r := range routes {
		out = append(out, Route{r.method, r.path, r.open, r.who})
	}
	return out
}

// Policy is the content security policy of every answer.
const Policy = policy
