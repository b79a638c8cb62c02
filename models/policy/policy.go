package policy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// AgentName is the name under which PolicyService is found on the wire.
const AgentName = "policies"

const (
	largestAnswer = 8 << 20
	// timeout bounds one answer.
	timeout = 10 * time.Minute
)

// Relay is PolicyService. It is safe for concurrent use.
type Relay struct {
	vignettev1.UnimplementedPolicyServiceServer
	hosts   []string
	local   *http.Client // connects to loopback addresses only, whatever a name stands for
	allowed *http.Client
}

// New returns a relay that asks loopback addresses and some hosts ("gpu7", "gpu7:8000"; without a port, any).
func New(hosts ...string) *Relay {
	client := func(control func(network, address string, _ syscall.RawConn) error) *http.Client {
		dialer := &net.Dialer{Timeout: 10 * time.Second, Control: control}
		return &http.Client{
			Transport:     &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: 256, IdleConnTimeout: time.Minute, TLSHandshakeTimeout: 10 * time.Second},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Timeout:       timeout,
		}
	}
	return &Relay{hosts: hosts, local: client(onlyLoopback), allowed: client(nil)}
}

// onlyLoopback refuses to connect to anything else, after names have been looked up.
func onlyLoopback(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("%s is no loopback address", host)
	}
	return nil
}

// AskPolicy implements PolicyServiceServer.
func (r *Relay) AskPolicy(ctx context.Context, request *vignettev1.AskPolicyRequest) (*vignettev1.AskPolicyResponse, error) {
	if err := protovalidate.Validate(request); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	base, client, err := r.route(request.GetUrl())
	if err != nil {
		return nil, err
	}
	body, err := bodyOf(request)
	if err != nil {
		return nil, err
	}
	base.Path = strings.TrimSuffix(base.Path, "/") + "/chat/completions"
	ask, err := http.NewRequestWithContext(ctx, http.MethodPost, base.String(), bytes.NewReader(body))
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "url: %v", err)
	}
	ask.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(ask)
	if err != nil {
		return nil, failed(ctx, err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, largestAnswer+1))
	switch {
	case err != nil:
		return nil, failed(ctx, err)
	case len(data) > largestAnswer:
		return nil, status.Errorf(codes.Aborted, "the policy's answer has more than %d bytes", largestAnswer)
	case answer.StatusCode != http.StatusOK:
		return nil, status.Errorf(codes.Aborted, "the policy answers with HTTP %d: %s", answer.StatusCode, beginning(data))
	}
	return read(data)
}

func failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return status.FromContextError(ctx.Err()).Err()
	}
	var where *url.Error
	if errors.As(err, &where) {
		err = where.Err
	}
	return status.Errorf(codes.Aborted, "the policy cannot be reached: %v", err)
}

func beginning(data []byte) string {
	text := []rune(strings.ToValidUTF8(string(data), "�"))
	return string(text[:min(len(text), 200)])
}

// route says where a URL leads, and who may go there.
func (r *Relay) route(text string) (*url.URL, *http.Client, error) {
	base, err := url.Parse(text)
	switch {
	case err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https":
		return nil, nil, status.Error(codes.InvalidArgument, "url: this is no http or https URL; it has the form http://127.0.0.1:8000/v1")
	case base.User != nil || base.RawQuery != "" || base.Fragment != "":
		return nil, nil, status.Error(codes.InvalidArgument, "url: it must not hold a name, password, query or fragment")
	}
	if slices.Contains(r.hosts, base.Host) || slices.Contains(r.hosts, base.Hostname()) {
		return base, r.allowed, nil
	}
	if ip := net.ParseIP(base.Hostname()); base.Hostname() == "localhost" || ip != nil && ip.IsLoopback() {
		return base, r.local, nil
	}
	return nil, nil, status.Errorf(codes.PermissionDenied, "url: %s is not asked: policies are on loopback, or on hosts that the server was started with (--policy-host)", base.Host)
}

// bodyOf is the body of a request: the messages stand in it as they are.
func bodyOf(request *vignettev1.AskPolicyRequest) ([]byte, error) {
	fields := map[string]json.RawMessage{}
	if request.GetParameters() != "" {
		if err := json.Unmarshal([]byte(request.GetParameters()), &fields); err != nil {
			return nil, status.Errorf(codes.InvalidArgument, "parameters: this is no JSON object: %v", err)
		}
	}
	for _, ours := range []string{"model", "messages", "stream", "n"} {
		if _, taken := fields[ours]; taken {
			return nil, status.Errorf(codes.InvalidArgument, "parameters: %q cannot be given here", ours)
		}
	}
	for i, message := range request.GetMessages() {
		if !json.Valid([]byte(message)) || !strings.HasPrefix(strings.TrimSpace(message), "{") {
			return nil, status.Errorf(codes.InvalidArgument, "messages[%d]: this is no JSON object", i)
		}
	}
	model, err := json.Marshal(request.GetModel())
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	var body bytes.Buffer
	fmt.Fprintf(&body, `{"model":%s,"messages":[%s]`, model, strings.Join(request.GetMessages(), ","))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		key, err := json.Marshal(name)
		if err != nil {
			return nil, status.Error(codes.InvalidArgument, err.Error())
		}
		fmt.Fprintf(&body, ",%s:%s", key, fields[name])
	}
	body.WriteByte('}')
	return body.Bytes(), nil
}

// read reads an answer, and keeps its message as it came.
func read(data []byte) (*vignettev1.AskPolicyResponse, error) {
	var answer struct {
		Choices []json.RawMessage `json:"choices"`
	}
	if err := json.Unmarshal(data, &answer); err != nil || len(answer.Choices) == 0 {
		return nil, status.Errorf(codes.Aborted, "the policy's answer has no choices: %s", beginning(data))
	}
	var choice struct {
		Message      json.RawMessage `json:"message"`
		FinishReason string          `json:"finish_reason"`
	}
	var message struct {
		Content string `json:"content"`
	}
	if err := json.Unmarshal(answer.Choices[0], &choice); err != nil || json.Unmarshal(choice.Message, &message) != nil {
		return nil, status.Errorf(codes.Aborted, "the policy's answer has no message of text: %s", beginning(answer.Choices[0]))
	}
	return &vignettev1.AskPolicyResponse{
		Message: string(choice.Message), Content: message.Content, FinishReason: choice.FinishReason, Choice: string(answer.Choices[0]),
	}, nil
}
