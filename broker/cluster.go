package broker

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats.go"
)

// connectTimeout bounds the attempt to reach one server of a cluster.
const connectTimeout = 5 * time.Second

// cluster is the link to a NATS cluster.
type cluster struct {
	servers string // secrets included
	shown   string // without
	options []nats.Option
}

// newCluster checks all that can be checked before anybody is asked. Its errors have no secrets in them.
func newCluster(cfg Config) (*cluster, error) {
	c := &cluster{options: []nats.Option{nats.Timeout(connectTimeout)}}
	var servers, shown []string
	for raw := range strings.SplitSeq(cfg.URL, ",") {
		raw = strings.TrimSpace(raw)
		if !strings.Contains(raw, "://") {
			raw = "nats://" + raw
		}
		u, err := parseServer(raw)
		if err != nil {
			return nil, err
		}
		servers = append(servers, raw) // not u.String(), which would undo the escaping of a comma
		u.User = nil
		shown = append(shown, u.String())
	}
	c.servers, c.shown = strings.Join(servers, ","), strings.Join(shown, ", ")
	inbox, err := c.authenticate(cfg)
	if err != nil {
		return nil, err
	}
	if cfg.InboxPrefix != "" {
		inbox = cfg.InboxPrefix
	}
	c.options = append(c.options, inboxOption(inbox)...)
	return c, c.secure(cfg)
}

// parseServer parses one server's URL. What the standard library says of a malformed one would quote it, so nothing of
// that is kept.
func parseServer(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" {
		return nil, errors.New("malformed NATS URL: want nats://host:port or tls://host:port, with special characters in a password as %XX")
	}
	if u.Scheme != "nats" && u.Scheme != "tls" {
		return nil, fmt.Errorf("NATS URL of host %s: scheme %q is not supported, use nats:// or tls://", u.Host, u.Scheme)
	}
	if u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("NATS URL of host %s: nothing may follow the port", u.Host)
	}
	return u, nil
}

// authenticate makes ready to say who we are. It returns where credentials let us listen for answers, "" when anywhere.
func (c *cluster) authenticate(cfg Config) (inbox string, err error) {
	switch {
	case cfg.Credentials != "":
		claims, err := checkCredentials(cfg.Credentials, time.Now())
		if err != nil {
			return "", err
		}
		inbox = inboxOf(claims)
		c.options = append(c.options, nats.UserCredentials(cfg.Credentials))
	case cfg.NKey != "":
		option, err := nats.NkeyOptionFromSeed(cfg.NKey)
		if err != nil {
			return "", fmt.Errorf("nkey seed file %s: %w", cfg.NKey, err)
		}
		c.options = append(c.options, option)
	}
	return inbox, nil
}

// inboxOf is the prefix for answers of somebody who may not listen to those of others.
func inboxOf(claims *jwt.UserClaims) string {
	for _, subject := range claims.Sub.Allow {
		if prefix, ok := strings.CutSuffix(subject, ".>"); ok && strings.HasPrefix(prefix, "_INBOX_") {
			return prefix
		}
	}
	return ""
}

func (c *cluster) secure(cfg Config) error {
	if cfg.CA != "" {
		pem, err := os.ReadFile(cfg.CA)
		if err != nil {
			return fmt.Errorf("CA file: %w", err)
		}
		if !x509.NewCertPool().AppendCertsFromPEM(pem) {
			return fmt.Errorf("CA file %s: no PEM certificate in it", cfg.CA)
		}
		c.options = append(c.options, nats.RootCAs(cfg.CA))
	}
	if cfg.Cert == "" {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(cfg.Cert, cfg.Key)
	if err != nil {
		return fmt.Errorf("client certificate %s with key %s: %w", cfg.Cert, cfg.Key, err)
	}
	// The server would only say that it does not like it.
	if until := pair.Leaf.NotAfter; time.Now().After(until) {
		return fmt.Errorf("client certificate %s expired on %s: renew it", cfg.Cert, until.UTC().Format(time.RFC3339))
	}
	c.options = append(c.options, nats.ClientCert(cfg.Cert, cfg.Key))
	return nil
}

// checkCredentials looks at a credentials file. A server that is shown expired ones would only say that it refuses them.
func checkCredentials(path string, now time.Time) (*jwt.UserClaims, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("credentials file: %w", err)
	}
	token, err := jwt.ParseDecoratedJWT(text)
	if err != nil {
		return nil, fmt.Errorf("credentials file %s: %w", path, err)
	}
	claims, err := jwt.DecodeUserClaims(token)
	if err != nil {
		return nil, fmt.Errorf("credentials file %s: not the JWT of a user", path)
	}
	if until := time.Unix(claims.Expires, 0); claims.Expires > 0 && now.After(until) {
		return nil, fmt.Errorf("credentials file %s expired on %s: ask for new ones", path, until.UTC().Format(time.RFC3339))
	}
	return claims, nil
}

func (c *cluster) connect(opts ...nats.Option) (*nats.Conn, error) {
	nc, err := nats.Connect(c.servers, append(opts, c.options...)...)
	if err != nil {
		return nil, fmt.Errorf("cannot use NATS at %s: %w", c.shown, explain(err))
	}
	return nc, nil
}

func (c *cluster) url() string { return c.servers }

// explain says in one line what is wrong and what to do. The original stays in the chain.
func explain(err error) error {
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	switch {
	case errors.Is(err, nats.ErrNoServers):
		return fmt.Errorf("nobody listens there: is the server running, and is the address right? (%w)", err)
	case errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAccountAuthExpired):
		return fmt.Errorf("the credentials have expired: ask for new ones (%w)", err)
	case errors.Is(err, nats.ErrAuthRevoked):
		return fmt.Errorf("the credentials were revoked: ask for new ones (%w)", err)
	case errors.Is(err, nats.ErrAuthorization):
		return fmt.Errorf("authentication failed: check the user, token, nkey or credentials file (%w)", err)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Errorf("the server's certificate has expired or is not valid yet (%w)", err)
	case errors.As(err, &unknown):
		return fmt.Errorf("the server's certificate is of an unknown authority: give its CA file (%w)", err)
	case errors.As(err, &host):
		return fmt.Errorf("the server's certificate is for another host name (%w)", err)
	case errors.Is(err, nats.ErrSecureConnRequired):
		return fmt.Errorf("the server wants TLS: use tls:// (%w)", err)
	case errors.Is(err, nats.ErrSecureConnWanted):
		return fmt.Errorf("the server does not speak TLS: use nats:// (%w)", err)
	}
	return err
}
