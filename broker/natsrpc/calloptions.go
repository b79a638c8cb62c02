package natsrpc

import (
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
)

// callOptions are the gRPC call options that mean something over NATS. The others are ignored.
type callOptions struct {
	header     *metadata.MD
	trailer    *metadata.MD
	peer       *peer.Peer
	onFinish   []func(error)
	maxSend    int // bytes; 0: the server's payload limit only
	maxReceive int
	perRPC     bool
}

func readCallOptions(opts []grpc.CallOption) callOptions {
	var o callOptions
	for _, opt := range opts {
		switch opt := opt.(type) {
		case grpc.HeaderCallOption:
			o.header = opt.HeaderAddr
		case grpc.TrailerCallOption:
			o.trailer = opt.TrailerAddr
		case grpc.PeerCallOption:
			o.peer = opt.PeerAddr
		case grpc.OnFinishCallOption:
			o.onFinish = append(o.onFinish, opt.OnFinish)
		case grpc.MaxSendMsgSizeCallOption:
			o.maxSend = opt.MaxSendMsgSize
		case grpc.MaxRecvMsgSizeCallOption:
			o.maxReceive = opt.MaxRecvMsgSize
		case grpc.PerRPCCredsCallOption:
			o.perRPC = true
		}
	}
	return o
}

// check refuses what must not be ignored in silence.
func (o *callOptions) check() error {
	if o.perRPC {
		return status.Error(codes.Unimplemented, "per-RPC credentials do not exist over NATS; put them into the metadata")
	}
	return nil
}

func (o *callOptions) checkSend(size int) error {
	if o.maxSend > 0 && size > o.maxSend {
		return status.Errorf(codes.ResourceExhausted, "message of %d bytes is larger than the call's limit of %d", size, o.maxSend)
	}
	return nil
}

func (o *callOptions) checkReceive(size int) error {
	if o.maxReceive > 0 && size > o.maxReceive {
		return status.Errorf(codes.ResourceExhausted, "received message of %d bytes is larger than the call's limit of %d", size, o.maxReceive)
	}
	return nil
}

func (o *callOptions) setPeer(agent net.Addr) {
	if o.peer != nil {
		*o.peer = peer.Peer{Addr: agent}
	}
}

func (o *callOptions) finish(err error) {
	for _, f := range o.onFinish {
		f(err)
	}
}

// address is the net.Addr of a peer on NATS, where nobody has one: of a server it is the agent's name, of a caller the
// subject that answers go to.
type address string

func (address) Network() string  { return "nats" }
func (a address) String() string { return string(a) }
