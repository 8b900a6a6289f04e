// Command pulumi-resource-kubernetes is a stand-in for the official Pulumi
// provider of the same name. It is built only where the official plugin cannot
// be downloaded, so that programs written with @pulumi/kubernetes run unchanged
// against a real API server.
//
// It manages plain Kubernetes objects of every kind that the API server knows,
// custom ones included, and releases of the charts in charts.json. It does not do
// other Helm, Kustomize, YAML files, rendering to YAML or client-side apply;
// asking for those fails and says what to do.
package main

import (
	"fmt"
	"net"
	"os"
	"runtime/debug"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// version is set by the linker: -X main.version=4.34.2.
var version = "0.0.0"

// Checkpoints with large objects pass through a single message.
const maxMessageBytes = 400 << 20

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-kubernetes:", err)
		os.Exit(1)
	}
}

func run() error {
	// The plugin lives for seconds and holds little: fewer collections, less CPU.
	debug.SetGCPercent(400)

	exitWithParent()
	engine := &engineLink{}
	if len(os.Args) > 1 && os.Args[len(os.Args)-1] != "" {
		if err := engine.connect(os.Args[len(os.Args)-1]); err != nil {
			return err
		}
		go engine.exitWhenGone()
	}

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(maxMessageBytes), grpc.MaxSendMsgSize(maxMessageBytes))
	pulumirpc.RegisterResourceProviderServer(server, newProvider(engine, version))

	// The engine reads the port from the first line; nothing else may be printed.
	fmt.Printf("%d\n", listener.Addr().(*net.TCPAddr).Port)
	return server.Serve(listener)
}
