package main

import (
	"context"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
)

// Update changes an object in place and waits until the change has arrived.
func (p *provider) Update(ctx context.Context, request *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	if isRelease(request.GetUrn()) {
		return p.updateRelease(ctx, request)
	}
	news, err := decodeProperties(request.GetNews())
	if err != nil {
		return nil, err
	}
	old, err := decodeOld(request.GetOlds(), request.GetOldInputs())
	if err != nil {
		return nil, err
	}
	inputs := news.values
	resource, err := identify(request.GetUrn(), inputs)
	if err != nil {
		return nil, err
	}
	if _, err := p.reach(); err != nil {
		return nil, err
	}
	waiting, changing, stop := p.operation(ctx, resource.urn, timeoutSeconds(request.GetTimeout(), inputs))
	defer stop()

	manager := managerOf(inputs, old.state)
	if request.GetPreview() {
		properties, err := p.preview(waiting, resource, news, &old, manager)
		return &pulumirpc.UpdateResponse{Properties: properties}, err
	}
	live, err := p.change(changing, resource, inputs, old, manager, request.GetIgnoreChanges())
	if err != nil {
		return nil, p.explainApply(resource, inputs, manager, err)
	}
	latest, waitErr := p.await(waiting, resource, live, inputs)
	state, secrets := checkpoint(latest.Object, inputs, news.secrets, manager)
	properties := encodeProperties(state, secrets)
	if waitErr != nil {
		return nil, initFailed(objectID(live), waitErr, properties, request.GetNews())
	}
	return &pulumirpc.UpdateResponse{Properties: properties}, nil
}

func (p *provider) change(ctx context.Context, resource resourceName, inputs map[string]any, old oldObject, manager string, ignore []string) (*unstructured.Unstructured, error) {
	client, err := p.clientFor(ctx, resource, inputs)
	if err != nil {
		return nil, err
	}
	live, err := client.Get(ctx, nameOf(inputs), metav1.GetOptions{})
	if apierrors.IsNotFound(err) && !resource.patch {
		return nil, fmt.Errorf("it is gone from the cluster: run `pulumi refresh` to have it made again: %w", err)
	} else if err != nil && !apierrors.IsNotFound(err) {
		return nil, err
	}
	if !resource.patch {
		if err := takeOver(ctx, client, live, manager); err != nil {
			return nil, err
		}
	}
	placed, err := p.placed(ctx, resource, inputs)
	if err != nil {
		return nil, err
	}
	wanted := copyOf(placed)
	if live != nil {
		setMetadata(wanted, "uid", string(live.GetUID())) // this very object, or none
		keepIgnored(wanted, live, manager, ignore)
	}
	changed, err := apply(ctx, client, wanted, applyOptions{manager: manager, force: p.forced(inputs)})
	if err != nil {
		return nil, err
	}
	if former := text(old.state[managerProperty]); former != "" && former != manager {
		return relinquish(ctx, client, changed, former)
	}
	return changed, nil
}

// relinquish gives up what a manager holds of an object; what nobody else holds goes away.
func relinquish(ctx context.Context, client dynamic.ResourceInterface, live *unstructured.Unstructured, manager string) (*unstructured.Unstructured, error) {
	empty := map[string]any{
		"apiVersion": live.GetAPIVersion(), "kind": live.GetKind(),
		"metadata": map[string]any{"name": live.GetName(), "uid": string(live.GetUID())},
	}
	if namespace := live.GetNamespace(); namespace != "" {
		setMetadata(empty, "namespace", namespace)
	}
	return apply(ctx, client, empty, applyOptions{manager: manager, force: true})
}
