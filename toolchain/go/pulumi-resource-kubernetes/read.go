package main

import (
	"context"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Read fetches an object: for a refresh, for an import and for .get().
// An empty answer means that it is gone.
func (p *provider) Read(ctx context.Context, request *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	if isRelease(request.GetUrn()) {
		return p.readRelease(ctx, request)
	}
	old, err := decodeOld(request.GetProperties(), request.GetInputs())
	if err != nil {
		return nil, err
	}
	given, err := decodeProperties(request.GetInputs())
	if err != nil {
		return nil, err
	}
	resource, err := identify(request.GetUrn(), firstObject(old.inputs, old.live))
	if err != nil {
		return nil, err
	}
	namespace, name := parseID(request.GetId())
	if name == "" {
		return nil, fmt.Errorf("%q is no id of a Kubernetes object: it is <namespace>/<name>, or <name> where there is no namespace", request.GetId())
	}
	waiting, _, stop := p.operation(ctx, resource.urn, request.GetTimeout())
	defer stop()
	cluster, err := p.reach()
	if err != nil {
		return nil, err
	}
	gone := &pulumirpc.ReadResponse{}
	client, err := cluster.client(waiting, resource.kind, namespace)
	if meta.IsNoMatchError(err) {
		return gone, nil
	}
	if err == nil {
		live, getErr := client.Get(waiting, name, metav1.GetOptions{})
		if apierrors.IsNotFound(getErr) {
			return gone, nil
		}
		if getErr == nil {
			return p.readResponse(waiting, request, resource, live.Object, old, given.secrets)
		}
		err = cluster.explain(getErr)
	}
	if p.settings.deleteUnreachable && unreachable(err) {
		p.engine.warn(resource.urn, "%v; it is dropped from the stack (deleteUnreachable)", err)
		return gone, nil
	}
	return nil, fmt.Errorf("read %s %q: %w", resource.kind.Kind, request.GetId(), err)
}

func (p *provider) readResponse(ctx context.Context, request *pulumirpc.ReadRequest, resource resourceName, live map[string]any, old oldObject, secrets *mask) (*pulumirpc.ReadResponse, error) {
	imported := len(old.inputs) == 0
	inputs := asInputs(live)
	if !imported {
		inputs = shaped(withSecretData(live), withSecretData(old.inputs))
	}
	secrets = withSecretMarks(live, secrets)
	state, marks := checkpoint(live, inputs, secrets, managerOf(old.inputs, old.state))
	response := &pulumirpc.ReadResponse{
		Id: request.GetId(), Properties: encodeProperties(state, marks), Inputs: encodeProperties(inputs, secrets),
	}
	if imported || resource.patch || annotated(old.inputs, annotationSkipAwait) {
		return response, nil
	}
	if problem := p.problemNow(ctx, live); problem != "" {
		return nil, initFailed(request.GetId(), fmt.Errorf("%s is not ready: %s", resource.kind.Kind, problem), response.Properties, response.Inputs)
	}
	return response, nil
}

// Fields of metadata that only the API server sets.
var serverMetadata = []string{"creationTimestamp", "deletionTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"}

// asInputs is what a program would say to get this object.
func asInputs(live map[string]any) map[string]any {
	inputs := copyOf(live)
	delete(inputs, "status")
	if metadata, is := inputs["metadata"].(map[string]any); is {
		for _, key := range serverMetadata {
			delete(metadata, key)
		}
		if annotations, is := metadata["annotations"].(map[string]any); is {
			delete(annotations, "deployment.kubernetes.io/revision")
			delete(annotations, "kubectl.kubernetes.io/last-applied-configuration")
		}
	}
	return inputs
}

func firstObject(objects ...map[string]any) map[string]any {
	for _, object := range objects {
		if object["kind"] != nil {
			return object
		}
	}
	return nil
}
