package access

import (
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/jwt/v2"

	"github.com/vignette-sim/vignette/broker/natsrpc"
)

// Party is a kind of user.
type Party string

// The parties there are.
const (
	// Owner may do everything: it deletes, and makes what is missing.
	Owner Party = "owner"
	// Engine plays episodes and hosts what comes with the program: run, worker, serve, fork.
	Engine Party = "engine"
	// Reader looks at what was played: runs, show, export, report.
	Reader Party = "reader"
	// Agent serves one agent or evaluator and nothing else. It is told what it is asked, and reads nothing.
	Agent Party = "agent"
)

// answerTime is how long after a call was opened its server may answer: longer than any call.
const answerTime = time.Hour

// user is who rights are for.
type user struct {
	namespace string
	party     Party
	name      string   // of an agent; else ""
	calls     []string // agents that an agent asks itself
}

// inbox is the prefix of the subjects on which a user gets answers: its own, so that no other can listen.
func (u user) inbox() (string, error) {
	if u.name == "" {
		return "_INBOX_" + string(u.party), nil
	}
	token, err := natsrpc.EncodeName(u.name)
	return "_INBOX_" + string(u.party) + "-" + token, err
}

// Rights are the permissions of a user in a namespace. Name is that of an agent, and calls are the agents that it asks itself; for
// other parties there is neither.
func Rights(namespace string, party Party, name string, calls ...string) (jwt.Permissions, error) {
	if err := natsrpc.CheckNamespace(namespace); err != nil {
		return jwt.Permissions{}, err
	}
	u := user{namespace, party, name, calls}
	if (party == Agent) != (name != "") || party != Agent && len(calls) > 0 {
		return jwt.Permissions{}, fmt.Errorf("an agent has a name and may ask others; no other party does: %s %q", party, name)
	}
	inbox, err := u.inbox()
	if err != nil {
		return jwt.Permissions{}, err
	}
	inbox += ".>"
	switch party {
	case Owner:
		return jwt.Permissions{}, nil
	case Engine:
		return u.engine(inbox), nil
	case Reader:
		return permissions(append(u.reads(), "$SRV.>"), []string{inbox}), nil
	case Agent:
		return u.agent(inbox)
	}
	return jwt.Permissions{}, fmt.Errorf("there is no party %q; there is: owner, engine, reader, agent", party)
}

func permissions(publish, subscribe []string) jwt.Permissions {
	p := jwt.Permissions{Pub: jwt.Permission{Allow: publish}, Sub: jwt.Permission{Allow: subscribe}}
	if len(publish) == 0 {
		p.Pub.Deny = jwt.StringList{">"} // an empty list would allow everything
	}
	return p
}

// answering adds the right to answer whoever asked.
func answering(p jwt.Permissions) jwt.Permissions {
	p.Resp = &jwt.ResponsePermission{MaxMsgs: -1, Expires: answerTime}
	return p
}

// agent serves one name: all it sends are answers, unless it asks others.
func (u user) agent(inbox string) (jwt.Permissions, error) {
	own, err := u.calling(u.name)
	if err != nil {
		return jwt.Permissions{}, err
	}
	var asks []string
	for _, other := range u.calls {
		subjects, err := u.calling(other)
		if err != nil {
			return jwt.Permissions{}, err
		}
		asks = append(asks, subjects...)
	}
	return answering(permissions(asks, append(own, "$SRV.>", inbox))), nil
}

// calling are the subjects of calls of an agent.
func (u user) calling(name string) ([]string, error) {
	token, err := natsrpc.EncodeName(name)
	return []string{u.namespace + ".rpc." + token + ".>", u.namespace + ".call." + token + ".>"}, err
}

// streams are all that is kept; queue is what is taken from.
func (u user) streams() []string {
	return []string{u.namespace + "-log", u.namespace + "-answers", u.namespace + "-calls", u.work(), u.orders()}
}

func (u user) work() string   { return u.namespace + "-work" }
func (u user) orders() string { return "KV_" + u.namespace + "-orders" }

// reads are the questions of whoever reads what is kept.
func (u user) reads() []string {
	all := []string{"$JS.API.INFO"}
	for _, s := range u.streams() {
		all = append(all, "$JS.API.STREAM.INFO."+s, "$JS.API.STREAM.MSG.GET."+s, "$JS.API.DIRECT.GET."+s, "$JS.API.DIRECT.GET."+s+".>")
	}
	return append(all, u.consumes(u.orders())...)
}

// consumes are the questions of whoever follows a stream.
func (u user) consumes(stream string) []string {
	return []string{"$JS.API.CONSUMER.CREATE." + stream + ".>", "$JS.API.CONSUMER.INFO." + stream + ".*", "$JS.API.CONSUMER.DELETE." + stream + ".*"}
}

// engine calls everybody, hosts what comes with the program, and writes, but takes nothing out of the logs.
func (u user) engine(inbox string) jwt.Permissions {
	ns := u.namespace
	publish := slices.Concat(u.reads(), u.consumes(u.work()), []string{
		ns + ".rpc.>", ns + ".call.>", "$SRV.>",
		ns + ".log.>", ns + ".answers.>", ns + ".calls.>", ns + ".work.>", ns + ".rested.>", "$KV." + ns + "-orders.>",
		"$JS.API.CONSUMER.MSG.NEXT." + u.work() + ".*", "$JS.ACK." + u.work() + ".>", "$JS.FC.>",
	})
	for _, s := range u.streams() {
		publish = append(publish, "$JS.API.STREAM.CREATE."+s)
	}
	return answering(permissions(publish, []string{
		ns + ".rpc.>", ns + ".call.>", "$SRV.>", ns + ".answers.>", ns + ".calls.>", ns + ".rested.>", inbox,
	}))
}
