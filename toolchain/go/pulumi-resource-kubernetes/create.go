package main

import (
	"context"
	"fmt"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Create makes an object and waits until it is ready.
func (p *provider) Create(ctx context.Context, request *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	if isRelease(request.GetUrn()) {
		return p.createRelease(ctx, request)
	}
	news, err := decodeProperties(request.GetProperties())
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

	manager := managerOf(inputs, nil)
	if request.GetPreview() {
		properties, err := p.preview(waiting, resource, news, nil, manager)
		return &pulumirpc.CreateResponse{Properties: properties}, err
	}
	live, err := p.make(waiting, changing, resource, inputs, manager)
	if err != nil {
		return nil, p.explainApply(resource, inputs, manager, err)
	}
	latest, waitErr := p.await(waiting, resource, live, inputs)
	state, secrets := checkpoint(latest.Object, inputs, news.secrets, manager)
	properties := encodeProperties(state, secrets)
	if waitErr != nil {
		return nil, initFailed(objectID(live), waitErr, properties, request.GetProperties())
	}
	return &pulumirpc.CreateResponse{Id: objectID(live), Properties: properties}, nil
}

// Pauses before another try, while a namespace or a definition that the same
// program makes is not there yet.
var creationPauses = []time.Duration{
	100 * time.Millisecond, 300 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second,
}

func (p *provider) make(waiting, changing context.Context, resource resourceName, inputs map[string]any, manager string) (*unstructured.Unstructured, error) {
	shown := p.progressOf(resource.urn)
	defer shown.end()
	for try := 0; ; try++ {
		live, err := p.makeOnce(changing, resource, inputs, applyOptions{manager: manager, force: p.forced(inputs)})
		if former, held := p.former(changing, resource, inputs, live, err); held {
			if former != nil {
				shown.say("waiting for the former " + describe(former) + " to be gone")
				err = p.awaitFormer(waiting, resource, former)
			}
			if former == nil || err == nil {
				continue
			}
		}
		if !apierrors.IsNotFound(err) && !meta.IsNoMatchError(err) || try >= len(creationPauses) {
			return live, err
		}
		shown.say("waiting for what it needs: " + err.Error())
		if !pause(waiting, creationPauses[try]) {
			return nil, err
		}
	}
}

// former says whether an object that is being deleted held the name: to take it
// over would be to lose it a moment later. It is nil when it is gone by now.
func (p *provider) former(ctx context.Context, resource resourceName, inputs map[string]any, live *unstructured.Unstructured, err error) (former *unstructured.Unstructured, held bool) {
	if resource.patch {
		return nil, false
	}
	if apierrors.IsAlreadyExists(err) {
		client, clientErr := p.clientFor(ctx, resource, inputs)
		if clientErr != nil {
			return nil, false
		}
		live, err = client.Get(ctx, nameOf(inputs), metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return nil, true
		}
	}
	if err != nil || live.GetDeletionTimestamp() == nil {
		return nil, false
	}
	return live, true
}

func (p *provider) awaitFormer(ctx context.Context, resource resourceName, former *unstructured.Unstructured) error {
	client, err := p.clientFor(ctx, resource, former.Object)
	if err != nil {
		return err
	}
	_, err = awaitAbsence(ctx, client, former)
	return err
}

func (p *provider) makeOnce(ctx context.Context, resource resourceName, inputs map[string]any, options applyOptions) (*unstructured.Unstructured, error) {
	client, err := p.clientFor(ctx, resource, inputs)
	if err != nil {
		return nil, err
	}
	inputs, err = p.placed(ctx, resource, inputs)
	if err != nil {
		return nil, err
	}
	if p.settings.upsertExistingObjects || resource.patch {
		return apply(ctx, client, inputs, options)
	}
	return insert(ctx, client, inputs, options)
}

// placed drops the namespace of an object whose kind turns out to have none:
// before its definition is there that cannot be told.
func (p *provider) placed(ctx context.Context, resource resourceName, inputs map[string]any) (map[string]any, error) {
	found, err := p.cluster.find(ctx, resource.kind)
	if err != nil || found.namespaced || namespaceOf(inputs) == "" {
		return inputs, err
	}
	inputs = copyOf(inputs)
	if metadata, is := within(inputs, "metadata"); is {
		delete(metadata, "namespace")
	}
	return inputs, nil
}

// pause waits, or returns false as soon as there is nothing to wait for any more.
func pause(ctx context.Context, duration time.Duration) bool {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// describe names an object for people.
func describe(object *unstructured.Unstructured) string {
	return fmt.Sprintf("%s %q", object.GetKind(), objectID(object))
}
