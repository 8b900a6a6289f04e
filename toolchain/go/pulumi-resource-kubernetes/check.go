package main

import (
	"context"
	"fmt"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/api/meta"
)

// Check completes the inputs: a name where there is none, and the provider's
// namespace. Whether they are valid is the API server's to say, when it is
// asked to apply them.
func (p *provider) Check(ctx context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	if isRelease(request.GetUrn()) {
		return p.checkRelease(request)
	}
	news, err := decodeProperties(request.GetNews())
	if err != nil {
		return nil, err
	}
	olds, err := decodeProperties(request.GetOlds())
	if err != nil {
		return nil, err
	}
	inputs := news.values
	resource, err := identify(request.GetUrn(), inputs)
	if err != nil {
		return nil, err
	}
	if failures := wrongInputs(resource, inputs); len(failures) > 0 {
		return &pulumirpc.CheckResponse{Inputs: request.GetNews(), Failures: failures}, nil
	}
	if !resource.patch {
		if err := assignName(inputs, olds.values, resource.name, request); err != nil {
			return nil, err
		}
	}
	if err := p.assignNamespace(ctx, resource, inputs); err != nil {
		return nil, err
	}
	return &pulumirpc.CheckResponse{Inputs: encodeProperties(inputs, withSecretMarks(inputs, news.secrets))}, nil
}

func wrongInputs(resource resourceName, inputs map[string]any) []*pulumirpc.CheckFailure {
	wrong := func(property, format string, args ...any) []*pulumirpc.CheckFailure {
		return []*pulumirpc.CheckFailure{{Property: property, Reason: fmt.Sprintf(format, args...)}}
	}
	if _, is := inputs["items"]; is && strings.HasSuffix(resource.kind.Kind, "List") {
		return wrong("kind", "a list (%s) cannot be created: create its items", resource.kind.Kind)
	}
	if metadata := inputs["metadata"]; metadata != nil && !isUnknown(metadata) {
		if _, is := metadata.(map[string]any); !is {
			return wrong("metadata", "it must be an object")
		}
	}
	if resource.patch && at(inputs, "metadata", "name") == nil && !isUnknown(inputs["metadata"]) {
		return wrong("metadata.name", "a patch needs the name of the object that it changes")
	}
	return nil
}

func (p *provider) assignNamespace(ctx context.Context, resource resourceName, inputs map[string]any) error {
	metadata, known := within(inputs, "metadata")
	if !known || metadata["namespace"] != nil && metadata["namespace"] != "" {
		return nil
	}
	cluster, err := p.reach()
	if err != nil {
		return err
	}
	found, err := cluster.find(withURN(ctx, resource.urn), resource.kind)
	switch {
	case meta.IsNoMatchError(err):
		// Its definition may come with this very program; most custom kinds have namespaces.
		metadata["namespace"] = cluster.namespace
	case err != nil:
		return fmt.Errorf("%s %q: %w", resource.kind.Kind, resource.name, err)
	case found.namespaced:
		metadata["namespace"] = cluster.namespace
	}
	return nil
}
