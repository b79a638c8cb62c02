package natsrpc_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/grpc"
	pb "google.golang.org/grpc/interop/grpc_testing"
)

// BenchmarkUnary calls with 1 KiB each way. p50-us and p99-us are per call; raw NATS and HTTP/2 run beside it, since
// only the ratio means something on another machine.
func BenchmarkUnary(b *testing.B) {
	for _, tr := range transports() {
		for _, callers := range []int{1, 64} {
			b.Run(fmt.Sprintf("%s/callers=%d", tr.name, callers), func(b *testing.B) {
				client := tr.connect(b, &fakeService{unary: echo})
				req := &pb.SimpleRequest{Payload: payload(1024)}
				ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
				defer cancel()
				measure(b, callers, func() error {
					_, err := client.UnaryCall(ctx, req)
					return err
				})
			})
		}
	}
}

// BenchmarkRaw is what a NATS request costs without gRPC.
func BenchmarkRaw(b *testing.B) {
	for _, listen := range []bool{false, true} {
		for _, callers := range []int{1, 64} {
			b.Run(fmt.Sprintf("listen=%v/callers=%d", listen, callers), func(b *testing.B) {
				srv := startNATS(b, listen)
				connect := inProcess
				if listen {
					connect = socket
				}
				server, client := connect(b, srv), connect(b, srv)
				if _, err := server.Subscribe("echo", func(m *nats.Msg) { _ = m.Respond(m.Data) }); err != nil {
					b.Fatal(err)
				}
				if err := server.Flush(); err != nil {
					b.Fatal(err)
				}
				body := make([]byte, 1024)
				measure(b, callers, func() error {
					_, err := client.Request("echo", body, time.Minute)
					return err
				})
			})
		}
	}
}

// measure runs b.N calls from a number of callers and reports percentiles of their time.
func measure(b *testing.B, callers int, call func() error) {
	b.Helper()
	took := make([]time.Duration, b.N)
	var next atomic.Int64
	done := make(chan error, callers)
	b.ReportAllocs()
	b.ResetTimer()
	before := cpuTime()
	for range callers {
		go func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= b.N {
					done <- nil
					return
				}
				begun := time.Now()
				if err := call(); err != nil {
					done <- err
					return
				}
				took[i] = time.Since(begun)
			}
		}()
	}
	for range callers {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	reportRate(b, cpuTime()-before, "op/s")
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e3, "p50-us")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1e3, "p99-us")
}

// reportRate reports operations per second and the CPU time of the whole process (client, broker and server) for each.
func reportRate(b *testing.B, cpu time.Duration, unit string) {
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), unit)
	b.ReportMetric(float64(cpu.Nanoseconds())/1e3/float64(b.N), "cpu-us/op")
}

// BenchmarkServerStream reads a stream of 1 KiB messages; one operation is one message.
func BenchmarkServerStream(b *testing.B) {
	for _, tr := range transports() {
		b.Run(tr.name, func(b *testing.B) {
			svc := &fakeService{}
			svc.output = func(_ *pb.StreamingOutputCallRequest, s grpc.ServerStreamingServer[pb.StreamingOutputCallResponse]) error {
				m := &pb.StreamingOutputCallResponse{Payload: payload(1024)}
				for range b.N {
					if err := s.Send(m); err != nil {
						return err
					}
				}
				return nil
			}
			client := tr.connect(b, svc)
			b.ReportAllocs()
			b.ResetTimer()
			before := cpuTime()
			stream, err := client.StreamingOutputCall(context.Background(), &pb.StreamingOutputCallRequest{})
			if err != nil {
				b.Fatal(err)
			}
			for {
				if _, err := stream.Recv(); err == io.EOF {
					break
				} else if err != nil {
					b.Fatal(err)
				}
			}
			b.StopTimer()
			reportRate(b, cpuTime()-before, "msg/s")
		})
	}
}

// BenchmarkRawStream is what 1 KiB messages cost without gRPC, and without anything that keeps a fast writer from flooding
// a slow reader.
func BenchmarkRawStream(b *testing.B) {
	for _, listen := range []bool{false, true} {
		b.Run(fmt.Sprintf("listen=%v", listen), func(b *testing.B) {
			srv := startNATS(b, listen)
			connect := inProcess
			if listen {
				connect = socket
			}
			writer, reader := connect(b, srv), connect(b, srv)
			sub, err := reader.SubscribeSync("stream")
			if err == nil {
				err = sub.SetPendingLimits(-1, -1)
			}
			if err == nil {
				err = reader.Flush()
			}
			if err != nil {
				b.Fatal(err)
			}
			body := make([]byte, 1024)
			b.ReportAllocs()
			b.ResetTimer()
			before := cpuTime()
			wrote := make(chan error, 1)
			go func() {
				for range b.N {
					if err := writer.Publish("stream", body); err != nil {
						wrote <- err
						return
					}
				}
				wrote <- nil
			}()
			for range b.N {
				if _, err := sub.NextMsg(patience); err != nil {
					b.Fatal(err)
				}
			}
			if err := <-wrote; err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			reportRate(b, cpuTime()-before, "msg/s")
		})
	}
}
