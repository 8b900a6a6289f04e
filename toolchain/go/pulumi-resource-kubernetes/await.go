package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Kinds whose deletion is not waited for when the await is skipped, as the
// official provider has it; for all others absence is always proven.
var lingering = map[string]bool{
	"/Namespace": true, "/Pod": true, "/ReplicationController": true, "apps/DaemonSet": true,
	"apps/Deployment": true, "apps/StatefulSet": true, "batch/Job": true,
}

func mayLinger(kind schema.GroupVersionKind) bool { return lingering[kind.Group+"/"+kind.Kind] }

// await returns the object as soon as it is ready. When it does not become so,
// the error comes with the last state seen.
func (p *provider) await(ctx context.Context, resource resourceName, live *unstructured.Unstructured, inputs map[string]any) (*unstructured.Unstructured, error) {
	if resource.patch || annotated(inputs, annotationSkipAwait) {
		return live, nil
	}
	ready, err := p.readiness(ctx, live.Object)
	if err != nil {
		return live, err
	}
	if ready == nil {
		return live, nil
	}
	client, err := p.clientFor(ctx, resource, live.Object)
	if err != nil {
		return live, err
	}
	shown := p.progressOf(resource.urn)
	defer shown.end()
	problem := ""
	last, err := observe(ctx, client, live, func(now *unstructured.Unstructured) (bool, error) {
		if now == nil {
			return false, fmt.Errorf("it was deleted while it was waited for")
		}
		state := ready(now.Object)
		problem = state.problem
		shown.say(problem)
		return problem == "", state.failure
	})
	if err == nil {
		return p.awaitOthers(ctx, last, shown)
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("%s: %s", endOf(ctx), problem)
	}
	return last, fmt.Errorf("%s exists but is not ready: %w%s", describe(last), err, p.podProblems(ctx, last))
}

// readiness is the condition that an object has to meet; nil when there is none.
func (p *provider) readiness(ctx context.Context, object map[string]any) (condition, error) {
	if wish := annotation(object, annotationWaitFor); wish != "" {
		return wishedConditions(wish)
	}
	version, kind := text(object["apiVersion"]), text(object["kind"])
	found := schema.FromAPIVersionAndKind(version, kind)
	if found.Group == "" && found.Kind == "PersistentVolumeClaim" && p.bindsLater(ctx, object) {
		return nil, nil
	}
	return conditions[found.Group+"/"+found.Kind], nil
}

// bindsLater says whether a claim stays pending until something uses it.
func (p *provider) bindsLater(ctx context.Context, claim map[string]any) bool {
	name := text(at(claim, "spec", "storageClassName"))
	if name == "" {
		return false
	}
	client, err := p.cluster.client(ctx, schema.GroupVersionKind{Group: "storage.k8s.io", Version: "v1", Kind: "StorageClass"}, "")
	if err != nil {
		return false
	}
	class, err := client.Get(ctx, name, metav1.GetOptions{})
	return err == nil && text(class.Object["volumeBindingMode"]) == "WaitForFirstConsumer"
}

var endpointSlice = schema.GroupVersionKind{Group: "discovery.k8s.io", Version: "v1", Kind: "EndpointSlice"}

// awaitOthers waits for what an object needs beside itself: a Service, for endpoints.
func (p *provider) awaitOthers(ctx context.Context, live *unstructured.Unstructured, shown *progress) (*unstructured.Unstructured, error) {
	if !needsEndpoints(live.Object) {
		return live, nil
	}
	for {
		found, err := p.hasEndpoints(ctx, live.Object)
		if found {
			return live, nil
		}
		if err == nil {
			shown.say(noEndpoints)
			pause(ctx, endpointsPause)
		}
		if ctx.Err() != nil {
			err = fmt.Errorf("%s: %s", endOf(ctx), noEndpoints)
		}
		if err != nil {
			return live, fmt.Errorf("%s exists but is not ready: %w", describe(live), err)
		}
	}
}

const (
	noEndpoints    = "no ready pod is behind it"
	endpointsPause = 250 * time.Millisecond
)

func (p *provider) hasEndpoints(ctx context.Context, service map[string]any) (bool, error) {
	client, err := p.cluster.client(ctx, endpointSlice, namespaceOf(service))
	if err != nil {
		return false, err
	}
	slices, err := client.List(ctx, metav1.ListOptions{LabelSelector: "kubernetes.io/service-name=" + nameOf(service)})
	if err != nil {
		return false, err
	}
	for _, slice := range slices.Items {
		for _, endpoint := range list(slice.Object["endpoints"]) {
			if fields, is := endpoint.(map[string]any); is && at(fields, "conditions", "ready") != false {
				return true, nil
			}
		}
	}
	return false, nil
}

// problemNow says, without waiting, why an object is not ready; "" when it is.
func (p *provider) problemNow(ctx context.Context, live map[string]any) string {
	ready, err := p.readiness(ctx, live)
	if err != nil || ready == nil {
		return ""
	}
	state := ready(live)
	if state.failure != nil {
		return state.failure.Error()
	}
	if state.problem == "" && needsEndpoints(live) {
		if found, err := p.hasEndpoints(ctx, live); err == nil && !found {
			return noEndpoints
		}
	}
	return state.problem
}

// How long to look for the reason after waiting has ended.
const reasonTimeout = 3 * time.Second

// podProblems tells what holds up the pods of a workload.
func (p *provider) podProblems(ctx context.Context, workload *unstructured.Unstructured) string {
	selected, is := at(workload.Object, "spec", "selector", "matchLabels").(map[string]any)
	if !is {
		return ""
	}
	set := labels.Set{}
	for key, value := range selected {
		set[key] = text(value)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), reasonTimeout)
	defer cancel()
	client, err := p.cluster.client(ctx, schema.GroupVersionKind{Version: "v1", Kind: "Pod"}, workload.GetNamespace())
	if err != nil {
		return ""
	}
	pods, err := client.List(ctx, metav1.ListOptions{LabelSelector: set.String(), Limit: 10})
	if err != nil {
		return ""
	}
	var problems []string
	for _, pod := range pods.Items {
		if problem := podReason(pod.Object); problem != "" {
			problems = append(problems, fmt.Sprintf("pod %q: %s", pod.GetName(), problem))
		}
	}
	if len(problems) == 0 {
		return ""
	}
	return " (" + strings.Join(problems[:min(3, len(problems))], "; ") + ")"
}
