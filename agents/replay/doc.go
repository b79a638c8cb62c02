// Package replay plays roles from a script: what somebody has said is said again, line by line, whatever the others answer.
// So recorded counselors meet simulated clients, and two clients meet the very same words.
//
// A replay understands nothing and feels nothing: it commits no mental state, answers no probe, and keeps one number, which
// line comes next. After the last line it leaves if it may, and stays silent else.
//
// It may import the contracts and package agents. Start reading at replay.go.
package replay
