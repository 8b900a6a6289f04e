package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// provider serves one configured provider resource of a program.
type provider struct {
	pulumirpc.UnimplementedResourceProviderServer

	version  string
	engine   *engineLink
	canceled context.Context
	cancel   context.CancelFunc

	settings   settings
	cluster    *cluster
	clusterErr error // why there is none; said by the first operation that needs it
	configured atomic.Bool
	warned     sync.Map // warnings of the API server already passed on
}

func newProvider(engine *engineLink, version string) *provider {
	p := &provider{version: version, engine: engine}
	p.canceled, p.cancel = context.WithCancel(context.Background())
	return p
}

// Handshake is the engine's first call.
func (p *provider) Handshake(_ context.Context, request *pulumirpc.ProviderHandshakeRequest) (*pulumirpc.ProviderHandshakeResponse, error) {
	if err := p.engine.connect(request.GetEngineAddress()); err != nil {
		return nil, err
	}
	return &pulumirpc.ProviderHandshakeResponse{AcceptSecrets: true, SupportsAutonamingConfiguration: true}, nil
}

// Attach connects a plugin that was started by hand (PULUMI_DEBUG_PROVIDERS) to an engine.
func (p *provider) Attach(_ context.Context, request *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, p.engine.connect(request.GetAddress())
}

// GetPluginInfo says the version.
func (p *provider) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: p.version}, nil
}

// Cancel ends waiting; what was applied already is reported with its state.
func (p *provider) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	p.cancel()
	return &emptypb.Empty{}, nil
}

// Configure prepares access to the cluster; it does not yet talk to it.
func (p *provider) Configure(_ context.Context, request *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	values := map[string]any{}
	for key, value := range request.GetVariables() {
		values[strings.TrimPrefix(key, "kubernetes:config:")] = value
	}
	if args := request.GetArgs(); args != nil {
		decoded, err := decodeProperties(args)
		if err != nil {
			return nil, err
		}
		values = decoded.values
	}
	var failures []failure
	p.settings, failures = readSettings(values)
	if len(failures) > 0 {
		return nil, status.Errorf(codes.InvalidArgument, "%s: %s", failures[0].option, failures[0].reason)
	}
	p.cluster, p.clusterErr = connect(p.settings, p)
	p.configured.Store(true)
	return &pulumirpc.ConfigureResponse{
		AcceptSecrets: true, SupportsPreview: true, SupportsAutonamingConfiguration: true,
	}, nil
}

// CheckConfig says which options are wrong before anything is touched.
func (p *provider) CheckConfig(_ context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	news, err := decodeProperties(request.GetNews())
	if err != nil {
		return nil, err
	}
	_, failures := readSettings(news.values)
	response := &pulumirpc.CheckResponse{Inputs: request.GetNews()}
	for _, f := range failures {
		response.Failures = append(response.Failures, &pulumirpc.CheckFailure{Property: f.option, Reason: f.reason})
	}
	return response, nil
}

// DiffConfig asks for everything to be replaced when the cluster is another one.
func (p *provider) DiffConfig(_ context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, err := decodeProperties(firstOf(request.GetOldInputs(), request.GetOlds()))
	if err != nil {
		return nil, err
	}
	news, err := decodeProperties(request.GetNews())
	if err != nil {
		return nil, err
	}
	return diffSettings(olds.values, news.values), nil
}

// Of these the engine may ask, but the stand-in has no answer.

func (p *provider) Parameterize(context.Context, *pulumirpc.ParameterizeRequest) (*pulumirpc.ParameterizeResponse, error) {
	return nil, unsupported("Parameterize", "")
}

func (p *provider) GetSchema(context.Context, *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	return nil, unsupported("GetSchema", "")
}

func (p *provider) Invoke(_ context.Context, request *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	return nil, unsupported("Invoke", request.GetTok())
}

func (p *provider) Call(_ context.Context, request *pulumirpc.CallRequest) (*pulumirpc.CallResponse, error) {
	return nil, unsupported("Call", request.GetTok())
}

func (p *provider) Construct(_ context.Context, request *pulumirpc.ConstructRequest) (*pulumirpc.ConstructResponse, error) {
	return nil, unsupported("Construct", request.GetType())
}

func (p *provider) GetMapping(context.Context, *pulumirpc.GetMappingRequest) (*pulumirpc.GetMappingResponse, error) {
	return &pulumirpc.GetMappingResponse{}, nil
}

func (p *provider) GetMappings(context.Context, *pulumirpc.GetMappingsRequest) (*pulumirpc.GetMappingsResponse, error) {
	return &pulumirpc.GetMappingsResponse{}, nil
}

func unsupported(method, token string) error {
	return status.Errorf(codes.Unimplemented, "%s is not supported: %s", strings.TrimSpace(method+" "+token), officialHint)
}

// reach returns the cluster, or why there is none.
func (p *provider) reach() (*cluster, error) {
	if !p.configured.Load() {
		return nil, status.Error(codes.FailedPrecondition, "the provider is not configured yet")
	}
	if p.canceled.Err() != nil {
		return nil, status.Error(codes.Canceled, "canceled")
	}
	if p.clusterErr != nil {
		return nil, fmt.Errorf("the Kubernetes provider has no cluster: %w", p.clusterErr)
	}
	return p.cluster, nil
}

type urnKey struct{}

// withURN lets warnings of the API server be shown beside the resource.
func withURN(ctx context.Context, urn string) context.Context {
	return context.WithValue(ctx, urnKey{}, urn)
}

// HandleWarningHeaderWithContext passes a warning of the API server on, once for each resource.
func (p *provider) HandleWarningHeaderWithContext(ctx context.Context, code int, _ string, message string) {
	urn, _ := ctx.Value(urnKey{}).(string)
	if code != 299 || message == "" || p.settings.suppressDeprecations && strings.Contains(message, "deprecated") {
		return
	}
	if _, said := p.warned.LoadOrStore(urn+"\x00"+message, true); !said {
		p.engine.warn(urn, "%s", message)
	}
}

func firstOf[T comparable](values ...T) T {
	var none T
	for _, value := range values {
		if value != none {
			return value
		}
	}
	return none
}
