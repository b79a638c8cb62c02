package natsrpc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

var _ grpc.ServiceRegistrar = (*Server)(nil)

// Server serves one agent's calls. It implements grpc.ServiceRegistrar: register services, then call Start.
//
// Each call has a goroutine of its own. It should not buffer while its connection is down
// (nats.ReconnectBufSize(-1)).
type Server struct {
	nc       *nats.Conn
	agent    string
	address  net.Addr // the agent's name
	subjects subjects
	opts     serverOptions
	id       string          // of this instance, among the replicas of the agent
	instance string          // subject prefix of this instance's calls, ends with a dot
	shed     []byte          // encoded status for callers that are turned away
	base     context.Context // of all calls: has the metadata of a call that brings none
	unary    grpc.UnaryServerInterceptor

	services  map[string]*service
	methods   map[string]*method // by the subject that opens a call
	discovery *discovery

	mu      sync.Mutex
	state   serverState
	opening []*nats.Subscription // for openings and discovery
	control []*nats.Subscription
	calls   map[string]*serverCall
	idle    chan struct{} // made by a stop that waits; closed when no call is left

	working   atomic.Int64  // calls whose handler runs
	heartbeat atomic.Int64  // shortest interval that a caller asked for, in nanoseconds
	faster    chan struct{} // signals a shorter interval
	quit      chan struct{}
	watched   chan struct{}
}

// authorityKey is the metadata in which handlers find the name that they are called by, as over HTTP/2.
const authorityKey = ":authority"

type serverState int

const (
	registering serverState = iota
	serving
	stopping // takes no new calls from NATS
	halting  // refuses those that came in before
	stopped
)

// service is one registered service.
type service struct {
	desc *grpc.ServiceDesc
	impl any
}

// method is one way to be called: unary or stream is set.
type method struct {
	full    string // /package.Service/Method
	subject string // that opens a call
	service *service
	unary   *grpc.MethodDesc
	stream  *grpc.StreamDesc
	tally   tally
}

// NewServer returns a server that has no services yet.
func NewServer(nc *nats.Conn, namespace, agent string, opts ...ServerOption) (*Server, error) {
	names, err := newSubjects(namespace, agent)
	if err != nil {
		return nil, err
	}
	s := &Server{
		nc:       nc,
		agent:    agent,
		address:  address(agent),
		subjects: names,
		opts:     newServerOptions(opts),
		id:       nuid.Next(),
		base:     metadata.NewIncomingContext(context.Background(), metadata.Pairs(authorityKey, agent)),
		services: map[string]*service{},
		methods:  map[string]*method{},
		calls:    map[string]*serverCall{},
		faster:   make(chan struct{}, 1),
		quit:     make(chan struct{}),
		watched:  make(chan struct{}),
	}
	s.instance = names.instance(s.id)
	s.shed = encodeStatus(shedStatus(s.opts.maxCalls, s.opts.retryDelay))
	s.unary = s.opts.unary()
	s.discovery = newDiscovery(s, namespace)
	s.heartbeat.Store(int64(DefaultHeartbeat))
	return s, nil
}

// Agent returns the name of the agent that this server serves.
func (s *Server) Agent() string { return s.agent }

// RegisterService implements grpc.ServiceRegistrar. Like grpc.Server's it is called by generated code, before Start; a
// service registered twice, too late or with an implementation of the wrong type is a mistake in the program and panics.
func (s *Server) RegisterService(desc *grpc.ServiceDesc, impl any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != registering {
		panic(fmt.Sprintf("natsrpc: service %s registered after Start", desc.ServiceName))
	}
	if s.services[desc.ServiceName] != nil {
		panic(fmt.Sprintf("natsrpc: service %s registered twice", desc.ServiceName))
	}
	if !isFullName(desc.ServiceName) {
		panic(fmt.Sprintf("natsrpc: %q is not a service name", desc.ServiceName))
	}
	if impl != nil && desc.HandlerType != nil {
		if want := reflect.TypeOf(desc.HandlerType).Elem(); !reflect.TypeOf(impl).Implements(want) {
			panic(fmt.Sprintf("natsrpc: %T does not implement %v", impl, want))
		}
	}
	svc := &service{desc: desc, impl: impl}
	s.services[desc.ServiceName] = svc
	for i := range desc.Methods {
		s.addMethod(&method{service: svc, unary: &desc.Methods[i]}, desc.Methods[i].MethodName)
	}
	for i := range desc.Streams {
		s.addMethod(&method{service: svc, stream: &desc.Streams[i]}, desc.Streams[i].StreamName)
	}
}

func (s *Server) addMethod(m *method, name string) {
	m.full = "/" + m.service.desc.ServiceName + "/" + name
	m.subject = s.subjects.rpc + m.service.desc.ServiceName + "." + name
	s.methods[m.subject] = m
}

// GetServiceInfo returns the registered services and their methods, as grpc.Server's does, for reflection and discovery.
func (s *Server) GetServiceInfo() map[string]grpc.ServiceInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	infos := map[string]grpc.ServiceInfo{}
	for name, svc := range s.services {
		info := grpc.ServiceInfo{Metadata: svc.desc.Metadata}
		for _, m := range svc.desc.Methods {
			info.Methods = append(info.Methods, grpc.MethodInfo{Name: m.MethodName})
		}
		for _, m := range svc.desc.Streams {
			info.Methods = append(info.Methods, grpc.MethodInfo{
				Name: m.StreamName, IsClientStream: m.ClientStreams, IsServerStream: m.ServerStreams,
			})
		}
		infos[name] = info
	}
	return infos
}

// Start begins to serve. When it returns without error, calls reach the server.
func (s *Server) Start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != registering {
		return fmt.Errorf("natsrpc: server of agent %q was started before", s.agent)
	}
	s.discovery.start(s.methods, time.Now())
	err := s.subscribe()
	if err == nil {
		// The server has the subscriptions when it has answered what was sent after them.
		err = s.nc.FlushTimeout(10 * time.Second)
	}
	if err != nil {
		unsubscribe(append(s.opening, s.control...))
		return fmt.Errorf("natsrpc: start server of agent %q: %w", s.agent, err)
	}
	s.state = serving
	go s.watch(s.nc.StatusChanged(nats.RECONNECTING, nats.DISCONNECTED, nats.CLOSED))
	return nil
}

// subscribe makes later frames arrive before any opening can.
func (s *Server) subscribe() error {
	for _, instance := range []string{s.id, anyInstance} {
		sub, err := subscribe(s.nc, s.subjects.instance(instance)+"*.*", "", s.receive)
		if err != nil {
			return err
		}
		s.control = append(s.control, sub)
	}
	sub, err := subscribe(s.nc, s.subjects.openings(), queueGroup, s.open)
	if err != nil {
		return err
	}
	s.opening = append(s.opening, sub)
	for _, subject := range s.discovery.subjects() {
		sub, err := subscribe(s.nc, subject, "", s.discover)
		if err != nil {
			return err
		}
		s.opening = append(s.opening, sub)
	}
	return nil
}

func unsubscribe(subs []*nats.Subscription) {
	for _, sub := range subs {
		_ = sub.Unsubscribe() // fails only when the connection is closed, and the subscription with it
	}
}

// GracefulStop takes no new calls (they go to other replicas), lets those in progress finish and their answers leave, and
// returns. When the context ends first it cancels what is still running, which the callers see as Unavailable, and
// returns an error without waiting for the handlers. A second stop during the first returns nil at once.
func (s *Server) GracefulStop(ctx context.Context) error {
	if !s.leave(stopping) {
		return nil
	}
	if err := s.settleOpenings(ctx); err != nil && ctx.Err() == nil {
		// The connection is gone: nothing more can come in or go out.
		s.Stop()
		return fmt.Errorf("natsrpc: stop server of agent %q: %w", s.agent, err)
	}
	select {
	case <-s.whenIdle():
	case <-ctx.Done():
		s.leave(halting)
		running := s.cancelAll()
		s.end()
		return fmt.Errorf("natsrpc: stop server of agent %q: %d calls still in progress: %w", s.agent, running, ctx.Err())
	}
	s.end()
	if err := s.nc.FlushTimeout(10 * time.Second); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
		return fmt.Errorf("natsrpc: stop server of agent %q: send the last answers: %w", s.agent, err)
	}
	return nil
}

// Stop takes no new calls, cancels those in progress, which their callers see as Unavailable, and waits for the handlers to
// return. A server that is stopping gracefully is hurried.
func (s *Server) Stop() {
	if !s.leave(halting) {
		return
	}
	unsubscribe(s.opening)
	s.cancelAll()
	<-s.whenIdle()
	s.end()
}

var stoppingStatus = status.New(codes.Unavailable, "the server is stopping")

// leave moves a serving server on. A server that never served goes straight to stopped.
func (s *Server) leave(to serverState) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == registering {
		s.state = stopped
		return false
	}
	if s.state >= to {
		return false
	}
	s.state = to
	return true
}

// settleOpenings unsubscribes from openings and waits until those that had arrived are calls. An unsubscribe alone would
// drop what waits in the client library; a drain alone returns too early.
func (s *Server) settleOpenings(ctx context.Context) error {
	for _, sub := range s.opening {
		if err := sub.Drain(); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second) // a flush wants a deadline
	defer cancel()
	if err := s.nc.FlushWithContext(ctx); err != nil {
		return err
	}
	settled := make(chan struct{})
	if err := s.nc.Barrier(func() { close(settled) }); err != nil {
		return err
	}
	select {
	case <-settled:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// whenIdle returns a channel that is closed when no call is in progress.
func (s *Server) whenIdle() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.idle == nil {
		s.idle = make(chan struct{})
		if len(s.calls) == 0 {
			close(s.idle)
		}
	}
	return s.idle
}

func (s *Server) cancelAll() int {
	calls := s.running()
	for _, call := range calls {
		call.stop(stoppingStatus)
	}
	return len(calls)
}

func (s *Server) running() []*serverCall {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := make([]*serverCall, 0, len(s.calls))
	for _, call := range s.calls {
		calls = append(calls, call)
	}
	return calls
}

func (s *Server) end() {
	s.mu.Lock()
	first := s.state != stopped
	s.state = stopped
	s.mu.Unlock()
	if !first {
		return
	}
	unsubscribe(s.control)
	close(s.quit)
	<-s.watched
}

// watch lets callers of long calls know that they are still worked on, and ends calls whose answers cannot be delivered.
func (s *Server) watch(changes chan nats.Status) {
	defer close(s.watched)
	defer s.nc.RemoveStatusListener(changes)
	tick := time.NewTicker(s.beat())
	defer tick.Stop()
	for {
		select {
		case <-s.quit:
			return
		case <-s.faster:
			tick.Reset(s.beat())
		case <-tick.C:
			for _, call := range s.running() {
				call.beat()
			}
		case <-changes:
			for _, call := range s.running() {
				call.lose()
			}
		}
	}
}

// beat is how often calls are looked at: twice per interval, so that no silence is longer than the interval.
func (s *Server) beat() time.Duration { return time.Duration(s.heartbeat.Load()) / 2 }

// wantHeartbeat makes the beat as fast as a caller asks for.
func (s *Server) wantHeartbeat(interval time.Duration) {
	interval = max(interval, minHeartbeat)
	for {
		now := s.heartbeat.Load()
		if int64(interval) >= now {
			return
		}
		if s.heartbeat.CompareAndSwap(now, int64(interval)) {
			break
		}
	}
	select {
	case s.faster <- struct{}{}:
	default:
	}
}
