package scripted

import (
	"fmt"
	"net/http"
	"strconv"
)

// problem is an error as OpenAI tells it. Empty param and code are null on the wire.
type problem struct {
	status               int
	message, param, code string
	kind                 string // "type" on the wire
}

func (p *problem) Error() string { return fmt.Sprintf("%d %s: %s", p.status, p.code, p.message) }

// invalid is a 400 of the usual kind.
func invalid(param, code, format string, args ...any) *problem {
	return &problem{status: http.StatusBadRequest, kind: "invalid_request_error", param: param, code: code, message: fmt.Sprintf(format, args...)}
}

func missing(param string) *problem {
	return invalid(param, "missing_required_parameter", "Missing required parameter: '%s'.", param)
}

func wrongType(param, want string) *problem {
	return invalid(param, "invalid_type", "Invalid type for '%s': expected %s.", param, want)
}

func (p *problem) append(out []byte) []byte {
	out = append(out, `{"error":{"message":`...)
	out = quote(out, p.message)
	out = append(out, `,"type":`...)
	out = quote(out, p.kind)
	out = append(out, `,"param":`...)
	out = quoteOrNull(out, p.param)
	out = append(out, `,"code":`...)
	out = quoteOrNull(out, p.code)
	return append(out, `}}`...)
}

func quoteOrNull(out []byte, text string) []byte {
	if text == "" {
		return append(out, "null"...)
	}
	return quote(out, text)
}

func (p *problem) write(w http.ResponseWriter) {
	send(w, p.status, "application/json", p.append(nil))
}

// send writes a whole response.
func send(w http.ResponseWriter, status int, contentType string, body []byte) {
	h := w.Header()
	h["Content-Type"] = []string{contentType}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	w.Write(body) // an error means that nobody listens any more
}
