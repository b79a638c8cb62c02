// Package account knows who may come in: accounts with roles, their sessions, whom they supervise, which campaigns they rate and which runs
// they began; and keeps the audit trail of what they looked at and changed.
//
// All of it is one SQLite file beside the episode log, and not in the log: the log holds conversations and is copied, exported and sent to
// workers; who may read it, and who did, must neither travel with it nor go when a run is deleted. Passwords are kept as
// argon2id, sessions as a hash of their token. The trail is written only: no statement here changes a line of it, the file's own
// trigger refuses to, and lines go when they are older than the retention.
//
// It may open its one file, and imports nothing of Vignette. Start reading at [Store].
package account
