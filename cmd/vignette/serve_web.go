package main

import (
	"errors"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/node"
	"github.com/vignette-sim/vignette/web"
)

// webFlags say where pages are served.
type webFlags struct{ address, cert, key string }

// usualWeb is where pages are unless somebody says otherwise.
const usualWeb = "127.0.0.1:8080"

func (f *webFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.address, "web", usualWeb, "address of the pages, host:port (port 0: any; none: no pages); where the usual one is taken, any free port")
	cmd.Flags().StringVar(&f.cert, "web-cert", "", "PEM file with the certificate for the pages over TLS")
	cmd.Flags().StringVar(&f.key, "web-key", "", "PEM file with its key")
}

// serve serves pages and returns their URL. A port that was chosen once is kept: people have been told of it.
func (f *webFlags) serve(cmd *cobra.Command, n *node.Node) (string, error) {
	if f.address == "none" || f.address == "" {
		return "", nil
	}
	config := web.Config{Address: f.address, Cert: f.cert, Key: f.key, User: userName()}
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
