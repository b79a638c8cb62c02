// Package architecture holds the tests that keep the house in shape: which room may import which. It has no code; the
// rules are in its test, as a table.
package architecture
