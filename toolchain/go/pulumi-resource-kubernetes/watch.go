package main

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
)

// defaultTimeout is how long an operation may wait when the program does not say.
const defaultTimeout = 10 * time.Minute

// How long to leave the API server alone after it broke off a watch.
const watchPause = 500 * time.Millisecond

// observe follows one object from the given state on until the check says that
// it is done, and returns the last state seen. A check is given nil when the
// object is gone, also when another one of the same name has come.
func observe(ctx context.Context, client dynamic.ResourceInterface, from *unstructured.Unstructured, check func(*unstructured.Unstructured) (bool, error)) (*unstructured.Unstructured, error) {
	last, now := from, from
	for {
		if now != nil && now.GetUID() != from.GetUID() {
			now = nil
		}
		if now != nil {
			last = now
		}
		if done, err := check(now); done || err != nil {
			return last, err
		}
		var err error
		if now, err = next(ctx, client, last); err != nil {
			return last, err
		}
	}
}

// next waits for the state that follows the given one; nil when the object is gone.
func next(ctx context.Context, client dynamic.ResourceInterface, from *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	version := from.GetResourceVersion()
	for ctx.Err() == nil {
		if version == "" {
			now, err := client.Get(ctx, from.GetName(), metav1.GetOptions{})
			if apierrors.IsNotFound(err) {
				return nil, nil
			}
			if err == nil && now.GetResourceVersion() != from.GetResourceVersion() {
				return now, nil
			}
			if err == nil {
				version = now.GetResourceVersion()
			}
		}
		if version != "" {
			event, seen := nextEvent(ctx, client, from.GetName(), version)
			if seen && event.Type == watch.Deleted {
				return nil, nil
			}
			if object, is := event.Object.(*unstructured.Unstructured); seen && is && event.Type != watch.Error {
				return object, nil
			}
			version = "" // too old, or broken off: look again
		}
		pause(ctx, watchPause)
	}
	return nil, ctx.Err()
}

func nextEvent(ctx context.Context, client dynamic.ResourceInterface, name, version string) (watch.Event, bool) {
	watcher, err := client.Watch(ctx, metav1.ListOptions{
		FieldSelector: "metadata.name=" + name, ResourceVersion: version,
	})
	if err != nil {
		return watch.Event{}, false
	}
	defer watcher.Stop()
	select {
	case event, open := <-watcher.ResultChan():
		return event, open
	case <-ctx.Done():
		return watch.Event{}, false
	}
}
