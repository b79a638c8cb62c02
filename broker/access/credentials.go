package access

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"github.com/vignette-sim/vignette/broker/natsrpc"
)

// Files below the directory.
const (
	// ServerFile is what servers are given: who is known, by whose word, and the password between servers. Any nats-server reads it.
	ServerFile    = "server.conf"
	keysDir       = "keys"
	tlsDir        = "tls"
	accountFile   = "account.nk"
	namespaceFile = "namespace"
	ext           = ".creds"
)

// Order says what is to be made.
type Order struct {
	// Dir is made, and must not hold any of the files.
	Dir string
	// Namespace is the first token of all subjects.
	Namespace string
	// Hosts are the names and addresses of the servers, as clients and servers call them.
	Hosts []string
	// Valid is how long certificates are good for; credentials have no end, and are taken back by making everything anew.
	Valid time.Duration
	// Now is the time.
	Now time.Time
}

// Create makes the keys, the servers' file, credentials of the owner, the engine and a reader, and certificates, and returns what it
// wrote.
func Create(o Order) (written []string, err error) {
	d := &directory{path: o.Dir}
	if err := natsrpc.CheckNamespace(o.Namespace); err != nil {
		return nil, err
	}
	if len(o.Hosts) == 0 {
		return nil, errors.New("no host is named: certificates are for the names that servers are called by")
	}
	for _, dir := range []string{o.Dir, d.in(keysDir), d.in(tlsDir)} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	if _, err := os.Stat(d.in(ServerFile)); !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is there already: 'add' makes credentials more, or choose another directory", d.in(ServerFile))
	}
	account, err := d.operate(o)
	if err != nil {
		return d.written, err
	}
	for _, party := range []Party{Owner, Engine, Reader} {
		if err := d.admit(account, user{namespace: o.Namespace, party: party}); err != nil {
			return d.written, err
		}
	}
	return d.written, d.certify(o)
}

// Add makes credentials of one more user, for a cluster whose files [Create] made; the servers need not be told. See [Rights] for
// name and calls.
func Add(dir string, party Party, name string, calls ...string) (file string, err error) {
	d := &directory{path: dir}
	seed, err := os.ReadFile(d.in(keysDir, accountFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s holds no keys: 'vignette auth init %s' makes some", dir, dir)
	}
	if err != nil {
		return "", err
	}
	account, err := nkeys.FromSeed(seed)
	if err != nil {
		return "", fmt.Errorf("%s: %w", d.in(keysDir, accountFile), err)
	}
	namespace, err := os.ReadFile(d.in(namespaceFile))
	if err != nil {
		return "", err
	}
	if err := d.admit(account, user{strings.TrimSpace(string(namespace)), party, name, calls}); err != nil {
		return "", err
	}
	return d.written[0], nil
}

// directory is where files are written.
type directory struct {
	path    string
	written []string
}

func (d *directory) in(parts ...string) string {
	return filepath.Join(append([]string{d.path}, parts...)...)
}

// write makes a file that must not be there, for its user alone.
func (d *directory) write(text []byte, parts ...string) error {
	path := d.in(parts...)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already, and is not overwritten", path)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	d.written = append(d.written, path)
	return nil
}

func (d *directory) keep(pair nkeys.KeyPair, name string) (public string, err error) {
	seed, err := pair.Seed()
	if err != nil {
		return "", err
	}
	if public, err = pair.PublicKey(); err != nil {
		return "", err
	}
	return public, d.write(seed, keysDir, name)
}

// operate makes the operator, whose word the servers take, the account that all users are of, and the servers' own.
func (d *directory) operate(o Order) (account nkeys.KeyPair, err error) {
	operator, err := nkeys.CreateOperator()
	if err != nil {
		return nil, err
	}
	operatorKey, err := d.keep(operator, "operator.nk")
	if err != nil {
		return nil, err
	}
	claims := jwt.NewOperatorClaims(operatorKey)
	claims.Name = o.Namespace
	preload := map[string]string{}
	admit := func(name, file string, change func(*jwt.AccountClaims)) (nkeys.KeyPair, string, error) {
		pair, err := nkeys.CreateAccount()
		if err != nil {
			return nil, "", err
		}
		key, err := d.keep(pair, file)
		if err != nil {
			return nil, "", err
		}
		c := jwt.NewAccountClaims(key)
		c.Name = name
		change(c)
		preload[key], err = c.Encode(operator)
		return pair, key, err
	}
	if _, claims.SystemAccount, err = admit("SYS", "system.nk", func(*jwt.AccountClaims) {}); err != nil {
		return nil, err
	}
	account, _, err = admit(o.Namespace, accountFile, func(c *jwt.AccountClaims) {
		c.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: jwt.NoLimit, DiskStorage: jwt.NoLimit, Streams: jwt.NoLimit, Consumer: jwt.NoLimit}
	})
	if err != nil {
		return nil, err
	}
	token, err := claims.Encode(operator)
	if err != nil {
		return nil, err
	}
	if err := d.write([]byte(o.Namespace+"\n"), namespaceFile); err != nil {
		return nil, err
	}
	return account, d.write(serverConfig(token, claims.SystemAccount, preload), ServerFile)
}

// serverConfig is in the language of nats-server's configuration.
func serverConfig(operator, system string, accounts map[string]string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# Who may do what on this cluster. Holds a password: for the servers alone.\n\noperator: %s\nsystem_account: %s\nresolver: MEMORY\nresolver_preload: {\n", operator, system)
	var keys []string
	for key := range accounts {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		fmt.Fprintf(&b, "  %s: %s\n", key, accounts[key])
	}
	fmt.Fprintf(&b, "}\ncluster {\n  authorization { user: servers, password: %q, timeout: 5 }\n}\n", rand.Text())
	return []byte(b.String())
}

// admit makes credentials of a user.
func (d *directory) admit(account nkeys.KeyPair, u user) error {
	rights, err := Rights(u.namespace, u.party, u.name, u.calls...)
	if err != nil {
		return err
	}
	pair, err := nkeys.CreateUser()
	if err != nil {
		return err
	}
	key, err := pair.PublicKey()
	if err != nil {
		return err
	}
	seed, err := pair.Seed()
	if err != nil {
		return err
	}
	claims := jwt.NewUserClaims(key)
	claims.Name, claims.Permissions = string(u.party), rights
	file := string(u.party)
	if u.name != "" {
		token, err := natsrpc.EncodeName(u.name)
		if err != nil {
			return err
		}
		claims.Name, file = u.name, file+"-"+token
	}
	token, err := claims.Encode(account)
	if err != nil {
		return err
	}
	text, err := jwt.FormatUserConfig(token, seed)
	if err != nil {
		return err
	}
	return d.write(text, file+ext)
}
