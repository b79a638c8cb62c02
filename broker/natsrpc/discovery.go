package natsrpc

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
)

// Servers answer the discovery requests of NATS micro (ADR-32), so that `nats micro ls | info | stats | ping` show them.
// The calls themselves do not go through micro: it runs the handlers of an endpoint one after another, and its statistics
// would time the handing over to a goroutine.

// Keys of the metadata that a server shows to discovery. Methods have MetadataService and MetadataKind.
const (
	MetadataAgent     = "agent"     // the agent's name as it is
	MetadataNamespace = "namespace" // the first token of its subjects
	MetadataServices  = "services"  // full names of its gRPC services, sorted, separated by commas
	MetadataVersion   = "version"   // the version as given, when it is not a semantic one
	MetadataService   = "service"   // full name of a method's service
	MetadataKind      = "kind"      // of a method: unary, server stream, client stream or bidi stream
)

// noVersion stands where micro wants a semantic version and there is none.
const noVersion = "0.0.0"

var semanticVersion = regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)

// DiscoveryName returns the name that an agent's servers have in NATS micro, which allows only letters, digits, '_' and
// '-'. Every other byte of the agent's name, and '_' itself, becomes '_' and two upper-case hexadecimal digits:
//
//	builtin-client  ->  builtin-client
//	my.agent v2     ->  my_2Eagent_20v2
//
// Different agents have different names. The agent's own name is in the metadata under [MetadataAgent].
func DiscoveryName(agent string) string {
	var name strings.Builder
	for i := range len(agent) {
		if c := agent[i]; isPlain(c) && c != '_' {
			name.WriteByte(c)
		} else {
			name.Write([]byte{'_', upperHex[c>>4], upperHex[c&15]})
		}
	}
	return name.String()
}

// discovery is what a server tells about itself.
type discovery struct {
	identity    micro.ServiceIdentity
	description string
	started     time.Time
	methods     []*method // sorted
}

func newDiscovery(s *Server, namespace string) *discovery {
	version := strings.TrimPrefix(s.opts.version, "v")
	d := &discovery{
		description: s.opts.description,
		identity: micro.ServiceIdentity{Name: DiscoveryName(s.agent), ID: s.id, Version: version, Metadata: map[string]string{
			MetadataAgent: s.agent, MetadataNamespace: namespace,
		}},
	}
	if !semanticVersion.MatchString(version) {
		d.identity.Version = noVersion
		if version != "" {
			d.identity.Metadata[MetadataVersion] = s.opts.version
		}
	}
	return d
}

// start takes down what was registered.
func (d *discovery) start(methods map[string]*method, now time.Time) {
	services := map[string]bool{}
	for _, subject := range slices.Sorted(maps.Keys(methods)) {
		d.methods = append(d.methods, methods[subject])
		services[methods[subject].service.desc.ServiceName] = true
	}
	d.identity.Metadata[MetadataServices] = strings.Join(slices.Sorted(maps.Keys(services)), ",")
	d.started = now
}

// subjects are those that discovery asks on, the verb as a wildcard.
func (d *discovery) subjects() []string {
	all := micro.APIPrefix + ".*"
	named := all + "." + d.identity.Name
	return []string{all, named, named + "." + d.identity.ID}
}

// answer answers one discovery request; nil to those that are none.
func (d *discovery) answer(subject string) any {
	rest := strings.TrimPrefix(subject, micro.APIPrefix+".")
	verb, _, _ := strings.Cut(rest, ".")
	switch verb {
	case micro.PingVerb.String():
		return micro.Ping{ServiceIdentity: d.identity, Type: micro.PingResponseType}
	case micro.InfoVerb.String():
		return d.info()
	case micro.StatsVerb.String():
		return d.stats()
	}
	return nil
}

func (d *discovery) info() micro.Info {
	info := micro.Info{ServiceIdentity: d.identity, Type: micro.InfoResponseType, Description: d.description, Endpoints: []micro.EndpointInfo{}}
	for _, m := range d.methods {
		info.Endpoints = append(info.Endpoints, micro.EndpointInfo{
			Name: m.endpointName(), Subject: m.subject, QueueGroup: queueGroup,
			Metadata: map[string]string{MetadataService: m.service.desc.ServiceName, MetadataKind: m.kind()},
		})
	}
	return info
}

func (d *discovery) stats() micro.Stats {
	stats := micro.Stats{ServiceIdentity: d.identity, Type: micro.StatsResponseType, Started: d.started, Endpoints: []*micro.EndpointStats{}}
	for _, m := range d.methods {
		stats.Endpoints = append(stats.Endpoints, m.tally.report(m))
	}
	return stats
}

// discover answers a discovery request. Nobody learns of an answer that cannot be sent but the one who asked, by its absence.
func (s *Server) discover(msg *nats.Msg) {
	answer := s.discovery.answer(msg.Subject)
	if answer == nil || msg.Reply == "" {
		return
	}
	text, err := json.Marshal(answer)
	if err != nil {
		s.opts.logger.Error("discovery answer", "agent", s.agent, "error", err)
		return
	}
	_ = s.nc.Publish(msg.Reply, text)
}

// endpointName is the method's name in discovery: service and method, without the package.
func (m *method) endpointName() string {
	service := m.service.desc.ServiceName
	return service[strings.LastIndexByte(service, '.')+1:] + "-" + m.name()
}

func (m *method) name() string { return m.full[strings.LastIndexByte(m.full, '/')+1:] }

func (m *method) kind() string {
	switch {
	case m.unary != nil:
		return "unary"
	case m.stream.ClientStreams && m.stream.ServerStreams:
		return "bidi stream"
	case m.stream.ClientStreams:
		return "client stream"
	}
	return "server stream"
}
