package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/util/csaupgrade"

	"k8s.io/apimachinery/pkg/util/sets"
)

// After a cancellation a request that may have changed something still gets this
// long to answer, so that its result is not lost.
const cancelGrace = 5 * time.Second

type applyOptions struct {
	manager string
	force   bool
	dryRun  bool
}

func (o applyOptions) dry() []string {
	if o.dryRun {
		return []string{metav1.DryRunAll}
	}
	return nil
}

// apply asks the API server for the object by server-side apply. Unknown and
// doubled fields are errors. A Secret's stringData is sent as data: the API
// server would forget who owns its keys, and never remove one.
func apply(ctx context.Context, client dynamic.ResourceInterface, object map[string]any, options applyOptions) (*unstructured.Unstructured, error) {
	body, err := json.Marshal(withSecretData(object))
	if err != nil {
		return nil, err
	}
	return client.Patch(ctx, nameOf(object), types.ApplyPatchType, body, metav1.PatchOptions{
		FieldManager: options.manager, Force: &options.force, DryRun: options.dry(),
		FieldValidation: metav1.FieldValidationStrict,
	})
}

// insert asks for an object that must not exist yet.
func insert(ctx context.Context, client dynamic.ResourceInterface, object map[string]any, options applyOptions) (*unstructured.Unstructured, error) {
	return client.Create(ctx, &unstructured.Unstructured{Object: withSecretData(object)}, metav1.CreateOptions{
		FieldManager: options.manager, DryRun: options.dry(), FieldValidation: metav1.FieldValidationStrict,
	})
}

// forced says whether fields may be taken from other managers.
func (p *provider) forced(inputs map[string]any) bool {
	return p.settings.enablePatchForce || annotated(inputs, annotationForce)
}

// Managers that own fields by plain creation: ours, and the official plugin's.
var creators = []string{"pulumi-kubernetes", "pulumi-resource-kubernetes"}

// takeOver gives the fields that an object got when it was created to the
// manager that applies from now on; else a field that leaves the program would
// stay in the object.
func takeOver(ctx context.Context, client dynamic.ResourceInterface, live *unstructured.Unstructured, manager string) error {
	plain := sets.New(creators...).Insert(manager)
	owned := false
	for _, entry := range live.GetManagedFields() {
		owned = owned || entry.Operation == metav1.ManagedFieldsOperationUpdate && entry.Subresource == "" && plain.Has(entry.Manager)
	}
	if !owned {
		return nil
	}
	patch, err := csaupgrade.UpgradeManagedFieldsPatch(live, plain, manager)
	if err != nil || len(patch) == 0 {
		return err
	}
	_, err = client.Patch(ctx, live.GetName(), types.JSONPatchType, patch, metav1.PatchOptions{})
	return err
}

// explainApply adds what to do to errors of applying.
func (p *provider) explainApply(resource resourceName, object map[string]any, manager string, err error) error {
	subject := fmt.Sprintf("%s %q", resource.kind.Kind, nameOf(object))
	if namespace := namespaceOf(object); namespace != "" {
		subject = fmt.Sprintf("%s %q in namespace %q", resource.kind.Kind, nameOf(object), namespace)
	}
	switch {
	case apierrors.IsAlreadyExists(err):
		return fmt.Errorf("%s already exists and is not in this stack: import it, give the new one another name, "+
			"or set the provider's upsertExistingObjects to take it over: %w", subject, err)
	case apierrors.IsConflict(err) && strings.Contains(err.Error(), "conflict"):
		return fmt.Errorf("%s: other field managers than %q hold fields that are to change: set the annotation %s to \"true\", "+
			"use their manager with %s, or set the provider's enablePatchForce: %w",
			subject, manager, annotationForce, annotationManager, err)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: the API server did not answer in time: %w", subject, err)
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("%s: canceled before the API server answered: %w", subject, err)
	default:
		return fmt.Errorf("%s: %w", subject, p.cluster.explain(err))
	}
}

// operation bounds one request of the engine: by its time limit, by the engine
// going away and by Cancel. waiting ends at once, changing only after a grace.
func (p *provider) operation(ctx context.Context, urn string, seconds float64) (waiting, changing context.Context, stop func()) {
	ctx = withURN(ctx, urn)
	limit := defaultTimeout
	if seconds > 0 {
		limit = time.Duration(seconds * float64(time.Second))
	}
	waiting, endWaiting := context.WithTimeoutCause(ctx, limit, fmt.Errorf("timed out after %s", limit))
	changing, endChanging := context.WithTimeout(context.WithoutCancel(ctx), limit+cancelGrace)
	unlink := context.AfterFunc(p.canceled, endWaiting)
	unwatch := context.AfterFunc(waiting, func() { time.AfterFunc(cancelGrace, endChanging) })
	return waiting, changing, func() {
		unlink()
		unwatch()
		endWaiting()
		endChanging()
	}
}

func (p *provider) clientFor(ctx context.Context, resource resourceName, object map[string]any) (dynamic.ResourceInterface, error) {
	cluster, err := p.reach()
	if err != nil {
		return nil, err
	}
	return cluster.client(ctx, resource.kind, namespaceOf(object))
}
