package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

func dryRun(ctx context.Context, cmd *cobra.Command, flags runFlags, prepare preparation) error {
	return errors.New("to come")
}
