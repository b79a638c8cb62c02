package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/node"
	"github.com/vignette-sim/vignette/web"
	"github.com/vignette-sim/vignette/web/account"
)

// webFlags say where pages are served, and to whom.
type webFlags struct {
	address, cert, key string
	accounts           bool
	store              *account.Store
}

// usualWeb is where pages are unless somebody says otherwise.
const usualWeb = "127.0.0.1:8080"

func (f *webFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.address, "web", usualWeb, "address of the pages, host:port (port 0: any; none: no pages); where the usual one is taken, any free port")
	cmd.Flags().StringVar(&f.cert, "web-cert", "", "PEM file with the certificate for the pages over TLS")
	cmd.Flags().StringVar(&f.key, "web-key", "", "PEM file with its key")
	cmd.Flags().BoolVar(&f.accounts, "accounts", false, "let in who logs in ('vignette account add' makes accounts); without it there is one user, on this machine")
}

// check refuses accounts beside a gRPC that lets anybody on this machine do the same without one.
func (f *webFlags) check(plain grpcFlags) error {
	if !f.accounts {
		return nil
	}
	token, err := readToken(plain.tokenFile, "VIGNETTE_GRPC_TOKEN")
	if err == nil && token == "" {
		err = errors.New("with --accounts plain gRPC needs a token too, or anybody on this machine could go around them: give --grpc-token-file " +
			"(for example from 'openssl rand -hex 32')")
	}
	return err
}

// serve serves pages and returns their URL. A port that was chosen once is kept: people have been told of it.
func (f *webFlags) serve(cmd *cobra.Command, n *node.Node) (string, error) {
	if f.address == "none" || f.address == "" {
		return "", nil
	}
	if f.accounts && f.store == nil {
		store, err := openAccounts(cmd)
		if err != nil {
			return "", err
		}
		all, err := store.All(cmd.Context())
		if err == nil && len(all) == 0 {
			err = errors.New("nobody could log in: make an account first, as in 'vignette account add NAME --role admin'")
		}
		if err != nil {
			return "", errors.Join(err, store.Close())
		}
		f.store = store
	}
	config := web.Config{Address: f.address, Cert: f.cert, Key: f.key, User: userName(), Accounts: f.store}
	server, err := n.ServeWeb(config)
	if errors.Is(err, syscall.EADDRINUSE) && !cmd.Flags().Changed("web") {
		config.Address = "127.0.0.1:0"
		server, err = n.ServeWeb(config)
	}
	if err != nil {
		return "", err
	}
	f.address = server.Addr()
	return server.URL(), nil
}

func (f *webFlags) close() error {
	if f.store == nil {
		return nil
	}
	return f.store.Close()
}

// accountsFile is the file of accounts in a data directory.
const accountsFile = "accounts.db"

// openAccounts opens the accounts of the data directory.
func openAccounts(cmd *cobra.Command) (*account.Store, error) {
	dir := dataDir(cmd)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	return account.Open(context.WithoutCancel(cmd.Context()), filepath.Join(dir, accountsFile), time.Now)
}
