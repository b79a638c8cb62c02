package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/vignette-sim/vignette/web/account"
)

func newAccount() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "account",
		Short: "Make and change the accounts that the pages let in",
		Long: `Accounts are in the data directory (accounts.db). Their roles are trainee, supervisor, rater,
researcher and admin; see docs/web.md for what each may. 'vignette serve --accounts' lets them in.

Passwords are asked for, or read as one line from standard input.`,
		Example: "  vignette account add ann --role rater\n  vignette account list",
	}
	cmd.AddCommand(newAccountAdd(), newAccountPassword(), newAccountList())
	return cmd
}

func withAccounts(cmd *cobra.Command, do func(*account.Store) error) error {
	store, err := openAccounts(cmd)
	if err != nil {
		return err
	}
	return errors.Join(do(store), store.Close())
}

func newAccountAdd() *cobra.Command {
	var roles string
	cmd := &cobra.Command{
		Use: "add NAME", Short: "Make an account", Args: cobra.ExactArgs(1),
		Example: "  vignette account add root --role admin\n  vignette account add ann --role rater,trainee <password.txt",
		RunE: func(cmd *cobra.Command, args []string) error {
			parsed, err := account.ParseRoles(roles)
			if err != nil {
				return usagef("--role: %s", err)
			}
			return withAccounts(cmd, func(store *account.Store) error {
				password, err := askPassword(cmd)
				if err != nil {
					return err
				}
				if err := store.Add(cmd.Context(), args[0], password, parsed); err != nil {
					return err
				}
				if err := store.Record(cmd.Context(), userName(), "change", "/accounts/"+args[0], "command line"); err != nil {
					return err
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "account %s may now log in as %s\n", args[0], roles)
				return err
			})
		},
	}
	cmd.Flags().StringVar(&roles, "role", "", "roles with commas between: trainee, supervisor, rater, researcher, admin")
	return cmd
}

func newAccountPassword() *cobra.Command {
	return &cobra.Command{
		Use: "password NAME", Short: "Give an account another password; its sessions end", Args: cobra.ExactArgs(1),
		Example: "  vignette account password ann",
		RunE: func(cmd *cobra.Command, args []string) error {
			return withAccounts(cmd, func(store *account.Store) error {
				password, err := askPassword(cmd)
				if err != nil {
					return err
				}
				if err := store.SetPassword(cmd.Context(), args[0], password); err != nil {
					return err
				}
				return store.Record(cmd.Context(), userName(), "change", "/accounts/"+args[0], "command line")
			})
		},
	}
}

func newAccountList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List accounts", Args: cobra.NoArgs, Example: "  vignette account list --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withAccounts(cmd, func(store *account.Store) error {
				all, err := store.All(cmd.Context())
				if err != nil {
					return err
				}
				var rows [][]string
				for _, a := range all {
					var roles []string
					for _, r := range a.Roles {
						roles = append(roles, string(r))
					}
					if asJSON {
						if err := writeJSON(cmd, struct {
							Type     string   `json:"type"`
							Name     string   `json:"name"`
							Roles    []string `json:"roles"`
							Disabled bool     `json:"disabled"`
						}{"account", a.Name, roles, a.Disabled}); err != nil {
							return err
						}
						continue
					}
					state := ""
					if a.Disabled {
						state = "may not come in"
					}
					rows = append(rows, []string{line(a.Name), strings.Join(roles, ", "), a.Created.Format("2006-01-02"), state})
				}
				if !asJSON {
					newPage(cmd.OutOrStdout()).grid("", []string{"account", "roles", "made", ""}, rows, 4, func(int) bool { return false })
				}
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON object a line")
	return cmd
}

// askPassword asks for a password twice without showing it, or reads a line where nobody sits at the keyboard.
func askPassword(cmd *cobra.Command) (string, error) {
	if file, ok := cmd.InOrStdin().(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		ask := func(prompt string) (string, error) {
			fmt.Fprint(cmd.ErrOrStderr(), prompt)
			typed, err := term.ReadPassword(int(file.Fd()))
			fmt.Fprintln(cmd.ErrOrStderr())
			return string(typed), err
		}
		first, err := ask(fmt.Sprintf("password, %d characters or more: ", account.MinPassword))
		if err != nil {
			return "", err
		}
		second, err := ask("again: ")
		if err != nil {
			return "", err
		}
		if first != second {
			return "", errors.New("the two differ; nothing was changed")
		}
		return first, nil
	}
	scanner := bufio.NewScanner(cmd.InOrStdin())
	if !scanner.Scan() {
		if err := scanner.Err(); err != nil {
			return "", err
		}
		return "", errors.New("there is no password on standard input; write it as one line")
	}
	return scanner.Text(), nil
}
