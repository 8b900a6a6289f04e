package main

import (
	"context"

	"google.golang.org/protobuf/types/known/structpb"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// preview asks the API server what an object would become, without making it.
// Where that cannot be asked (something is not known yet, or its namespace or
// its kind are not there yet) the inputs are the best answer.
func (p *provider) preview(ctx context.Context, resource resourceName, news properties, old *oldObject, manager string) (*structpb.Struct, error) {
	inputs := news.values
	fallback := encodeProperties(pending(inputs, old), withSecretMarks(inputs, news.secrets))
	if resource.patch || hasUnknown(inputs) {
		return fallback, nil
	}
	live, err := p.dryRun(ctx, resource, inputs, old, manager)
	switch {
	case err == nil:
	case apierrors.IsForbidden(err), apierrors.IsNotFound(err), meta.IsNoMatchError(err):
		return fallback, nil
	case old == nil && (apierrors.IsAlreadyExists(err) || refusedFields(err) != nil):
		return fallback, nil // the object that it replaces is still there
	default:
		return nil, p.explainApply(resource, inputs, manager, err)
	}
	state, secrets := checkpoint(settled(live.Object, inputs, old), inputs, news.secrets, manager)
	return encodeProperties(state, secrets), nil
}

func (p *provider) dryRun(ctx context.Context, resource resourceName, inputs map[string]any, old *oldObject, manager string) (*unstructured.Unstructured, error) {
	if old == nil {
		return p.makeOnce(ctx, resource, inputs, applyOptions{manager: manager, force: true, dryRun: true})
	}
	client, err := p.clientFor(ctx, resource, inputs)
	if err != nil {
		return nil, err
	}
	wanted := copyOf(inputs)
	setMetadata(wanted, "uid", uidOf(old.live)) // else it would be made anew where it is gone
	live, err := apply(ctx, client, wanted, applyOptions{manager: manager, force: p.forced(inputs), dryRun: true})
	if apierrors.IsConflict(err) {
		// Fields that a creation owns are taken over before the real update.
		live, err = apply(ctx, client, inputs, applyOptions{manager: manager, force: true, dryRun: true})
	}
	return live, err
}

// pending is what is known of an object without having asked for it.
func pending(inputs map[string]any, old *oldObject) map[string]any {
	result := copyOf(inputs)
	if metadata, is := result["metadata"].(map[string]any); is {
		markLater(metadata, old)
	}
	return result
}

// markLater marks as unknown what only the real request decides.
func markLater(metadata map[string]any, old *oldObject) {
	metadata["resourceVersion"] = unknown{}
	if old == nil {
		metadata["uid"], metadata["creationTimestamp"] = unknown{}, unknown{}
	}
}

// settled leaves out what a dry run only pretends, and marks as unknown what
// only the real request decides.
func settled(live, inputs map[string]any, old *oldObject) map[string]any {
	result := copyOf(live)
	delete(result, "status")
	if metadata, is := result["metadata"].(map[string]any); is {
		markLater(metadata, old)
	}
	if spec, is := result["spec"].(map[string]any); is && old == nil && text(live["kind"]) == "Service" {
		for _, address := range []string{"clusterIP", "clusterIPs"} {
			if at(inputs, "spec", address) == nil && spec[address] != nil {
				spec[address] = unknown{}
			}
		}
	}
	return result
}
