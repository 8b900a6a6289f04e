package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

// Delete deletes the very object that the stack made and returns when it is
// proven to be gone. One that is gone already, or whose place another object
// of the same name has taken, counts as deleted.
func (p *provider) Delete(ctx context.Context, request *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	if isRelease(request.GetUrn()) {
		return p.deleteRelease(ctx, request)
	}
	old, err := decodeOld(request.GetProperties(), request.GetOldInputs())
	if err != nil {
		return nil, err
	}
	resource, err := identify(request.GetUrn(), old.live)
	if err != nil {
		return nil, err
	}
	waiting, changing, stop := p.operation(ctx, resource.urn, timeoutSeconds(request.GetTimeout(), old.inputs))
	defer stop()

	done := &emptypb.Empty{}
	namespace, name := parseID(request.GetId())
	cluster, err := p.reach()
	if err != nil {
		return nil, err
	}
	client, err := cluster.client(changing, resource.kind, namespace)
	switch {
	case meta.IsNoMatchError(err):
		return done, nil // with its definition all objects of a kind go
	case err != nil && p.settings.deleteUnreachable && unreachable(err):
		p.engine.warn(resource.urn, "%v; it is dropped from the stack all the same (deleteUnreachable)", err)
		return done, nil
	case err != nil:
		return nil, fmt.Errorf("delete %s %q: %w", resource.kind.Kind, request.GetId(), err)
	}
	if resource.patch {
		return done, p.deletePatch(changing, client, name, text(old.state[managerProperty]))
	}
	live, err := p.remove(changing, client, name, resource, old)
	if err != nil {
		return nil, fmt.Errorf("delete %s %q: %w", resource.kind.Kind, request.GetId(), cluster.explain(err))
	}
	if live == nil || annotated(old.inputs, annotationSkipAwait) && mayLinger(resource.kind) {
		return done, nil
	}
	last, err := awaitAbsence(waiting, client, live)
	if err != nil {
		state, secrets := checkpoint(last.Object, old.inputs, nil, text(old.state[managerProperty]))
		return nil, initFailed(request.GetId(), err, encodeProperties(state, secrets), request.GetOldInputs())
	}
	return done, nil
}

// remove asks for the deletion. It returns the object that is still there, or nil.
func (p *provider) remove(ctx context.Context, client dynamic.ResourceInterface, name string, resource resourceName, old oldObject) (*unstructured.Unstructured, error) {
	policy := propagation(old.inputs)
	options := metav1.DeleteOptions{PropagationPolicy: &policy}
	if uid := types.UID(uidOf(old.live)); uid != "" {
		options.Preconditions = &metav1.Preconditions{UID: &uid}
	}
	err := client.Delete(ctx, name, options)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil && !apierrors.IsConflict(err) {
		return nil, err
	}
	live, getErr := client.Get(ctx, name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(getErr):
		return nil, nil
	case getErr != nil:
		return nil, getErr
	case options.Preconditions != nil && live.GetUID() != *options.Preconditions.UID:
		p.engine.warn(resource.urn, "%s is gone already; another object of that name is there now and is left alone", describe(live))
		return nil, nil
	default:
		return live, err
	}
}

func propagation(inputs map[string]any) metav1.DeletionPropagation {
	switch strings.ToLower(annotation(inputs, annotationPropagation)) {
	case "orphan":
		return metav1.DeletePropagationOrphan
	case "background":
		return metav1.DeletePropagationBackground
	default:
		return metav1.DeletePropagationForeground
	}
}

// deletePatch gives the fields back instead of deleting an object that belongs to others.
func (p *provider) deletePatch(ctx context.Context, client dynamic.ResourceInterface, name, manager string) error {
	live, err := client.Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) || manager == "" {
		return nil
	}
	if err == nil {
		_, err = relinquish(ctx, client, live, manager)
	}
	return err
}

// awaitAbsence returns when the object with this UID is gone.
func awaitAbsence(ctx context.Context, client dynamic.ResourceInterface, live *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	last, err := observe(ctx, client, live, func(now *unstructured.Unstructured) (bool, error) { return now == nil, nil })
	if err == nil {
		return last, nil
	}
	if ctx.Err() != nil {
		reason := "it is being deleted but still there"
		if finalizers := last.GetFinalizers(); len(finalizers) > 0 {
			reason += ", held by its finalizers " + strings.Join(finalizers, ", ")
		}
		err = fmt.Errorf("%s: %s", endOf(ctx), reason)
	}
	return last, fmt.Errorf("%s is not deleted: %w", describe(last), err)
}

// endOf says why waiting ended.
func endOf(ctx context.Context) string {
	cause := context.Cause(ctx)
	if errors.Is(cause, context.Canceled) {
		return "canceled"
	}
	return cause.Error()
}
