package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials/insecure"
)

// How long a lost engine may take to answer again before the plugin ends.
const engineGrace = time.Second

// engineLink is the way back to the engine, for messages and for its death.
// Without an address (a debugged plugin not attached yet) messages are dropped.
type engineLink struct {
	mu      sync.RWMutex
	address string
	conn    *grpc.ClientConn
	client  pulumirpc.EngineClient
}

func (e *engineLink) connect(address string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if address == e.address {
		return nil
	}
	conn, err := grpc.NewClient(address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithIdleTimeout(0),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessageBytes)))
	if err != nil {
		return fmt.Errorf("connect to the engine at %q: %w", address, err)
	}
	if e.conn != nil {
		_ = e.conn.Close()
	}
	e.address, e.conn, e.client = address, conn, pulumirpc.NewEngineClient(conn)
	return nil
}

// exitWhenGone ends the process when the engine that started it stops serving.
func (e *engineLink) exitWhenGone() {
	e.mu.RLock()
	conn := e.conn
	e.mu.RUnlock()
	ctx := context.Background()
	for {
		conn.Connect()
		state := conn.GetState()
		if state == connectivity.Ready {
			conn.WaitForStateChange(ctx, state)
			continue
		}
		if !becomesReady(ctx, conn) {
			os.Exit(0)
		}
	}
}

func becomesReady(ctx context.Context, conn *grpc.ClientConn) bool {
	ctx, cancel := context.WithTimeout(ctx, engineGrace)
	defer cancel()
	for {
		state := conn.GetState()
		if state == connectivity.Ready {
			return true
		}
		conn.Connect()
		if !conn.WaitForStateChange(ctx, state) {
			return false
		}
	}
}

func (e *engineLink) warn(urn, format string, args ...any) {
	e.log(pulumirpc.LogSeverity_WARNING, urn, false, fmt.Sprintf(format, args...))
}

// status shows a passing message beside the resource.
func (e *engineLink) status(urn, message string) {
	e.log(pulumirpc.LogSeverity_INFO, urn, true, message)
}

func (e *engineLink) log(severity pulumirpc.LogSeverity, urn string, passing bool, message string) {
	e.mu.RLock()
	client := e.client
	e.mu.RUnlock()
	if client == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_, _ = client.Log(ctx, &pulumirpc.LogRequest{Severity: severity, Urn: urn, Message: message, Ephemeral: passing})
}
