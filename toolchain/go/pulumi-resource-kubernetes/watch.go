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
	stream := stream{client: client, name: from.GetName(), version: from.GetResourceVersion()}
	defer stream.stop()
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
		if now, err = stream.next(ctx); err != nil {
			return last, err
		}
	}
}

// stream is the history of one object, over one watch as long as that holds.
type stream struct {
	client  dynamic.ResourceInterface
	name    string
	version string // what was seen last; empty when that is not certain any more
	watcher watch.Interface
}

func (s *stream) stop() {
	if s.watcher != nil {
		s.watcher.Stop()
		s.watcher = nil
	}
}

// next waits for another state of the object; nil when it is gone.
func (s *stream) next(ctx context.Context) (*unstructured.Unstructured, error) {
	for {
		if s.version == "" {
			now, err := s.client.Get(ctx, s.name, metav1.GetOptions{})
			if err == nil {
				s.version = now.GetResourceVersion()
				return now, nil
			}
			if apierrors.IsNotFound(err) {
				return nil, nil
			}
		} else if event, seen := s.event(ctx); seen {
			object, is := event.Object.(*unstructured.Unstructured)
			switch {
			case event.Type == watch.Deleted:
				return nil, nil
			case is && event.Type != watch.Error:
				s.version = object.GetResourceVersion()
				return object, nil
			}
		}
		// Too old, or broken off: look again.
		s.stop()
		s.version = ""
		if !pause(ctx, watchPause) {
			return nil, ctx.Err()
		}
	}
}

func (s *stream) event(ctx context.Context) (watch.Event, bool) {
	if s.watcher == nil {
		watcher, err := s.client.Watch(ctx, metav1.ListOptions{
			FieldSelector: "metadata.name=" + s.name, ResourceVersion: s.version,
		})
		if err != nil {
			return watch.Event{}, false
		}
		s.watcher = watcher
	}
	select {
	case event, open := <-s.watcher.ResultChan():
		return event, open
	case <-ctx.Done():
		return watch.Event{}, false
	}
}
