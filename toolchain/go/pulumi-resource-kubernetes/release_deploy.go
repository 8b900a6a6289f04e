package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var namespaceKind = schema.GroupVersionKind{Version: "v1", Kind: "Namespace"}

func (p *provider) ensureNamespace(ctx context.Context, w wish) error {
	client, err := p.cluster.client(ctx, namespaceKind, "")
	if err != nil {
		return err
	}
	if !w.flag("createNamespace") {
		if _, err = client.Get(ctx, w.namespace, metav1.GetOptions{}); err != nil {
			return fmt.Errorf("release %q: %w (createNamespace makes it)", w.id(), p.cluster.explain(err))
		}
		return nil
	}
	_, err = insert(ctx, client, map[string]any{
		"apiVersion": "v1", "kind": "Namespace",
		"metadata": map[string]any{"name": w.namespace, "labels": map[string]any{"name": w.namespace}},
	}, applyOptions{manager: releaseManager})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return p.cluster.explain(err)
	}
	return nil
}

// deploy brings the cluster to what is wished. A revision that comes with an
// error is written down as failed; with atomic, all is as before instead.
func (p *provider) deploy(waiting, changing context.Context, w wish, past []revision) (*revision, error) {
	shown := p.progressOf(w.urn)
	defer shown.end()
	before := revision{}
	if len(past) > 0 {
		before = past[len(past)-1]
	}
	r := newRevision(w.chart, w.name, w.namespace, before.Version+1, w.values, before.Info.FirstDeployed)
	if w.chart.wantsDefinitions(w.values, w.flag("skipCrds")) {
		definitions, err := readDefinitions(*w.chart.Definitions)
		if err == nil {
			err = p.install(waiting, changing, definitions, shown)
		}
		if err != nil {
			return nil, fmt.Errorf("release %q: %w", w.id(), err)
		}
	}
	objects := objectsOf(w.chart, w.name, w.namespace, w.values)
	for _, object := range objects {
		r.Objects = append(r.Objects, refOf(object))
	}
	err := p.roll(waiting, changing, w, objects, before, shown)
	if err != nil && w.flag("atomic") {
		return nil, fmt.Errorf("release %q: %w; as it is atomic, it was taken back%s", w.id(), err, p.takeBack(changing, w, before, r))
	}
	r.Info.Status, r.Info.Description = statusDeployed, firstOf(text(w.inputs.values["description"]), "Install complete")
	if err != nil {
		r.Info.Status, r.Info.Description = statusFailed, err.Error()
	}
	if recordErr := p.record(changing, r); recordErr != nil {
		return nil, fmt.Errorf("release %q: %w", w.id(), p.cluster.explain(recordErr))
	}
	if err != nil {
		return &r, fmt.Errorf("release %q: %w", w.id(), err)
	}
	return &r, p.tidy(changing, w, past)
}

// roll applies the objects, drops those of before that are not among them, and waits.
func (p *provider) roll(waiting, changing context.Context, w wish, objects []map[string]any, before revision, shown *progress) error {
	var applied []*unstructured.Unstructured
	for _, object := range objects {
		shown.say(fmt.Sprintf("applying %s %q", text(object["kind"]), nameOf(object)))
		live, err := p.applyOwned(changing, w, object)
		if err != nil {
			return err
		}
		applied = append(applied, live)
	}
	left := slices.DeleteFunc(slices.Clone(before.Objects), func(ref objectRef) bool {
		return slices.ContainsFunc(objects, func(object map[string]any) bool { return refOf(object) == ref })
	})
	if err := p.uninstall(waiting, changing, w.id(), left, w.flag("skipAwait")); err != nil {
		return err
	}
	if w.flag("skipAwait") {
		return nil
	}
	for _, live := range applied {
		if err := p.awaitOne(waiting, live.GroupVersionKind(), live, shown); err != nil {
			return err
		}
	}
	return nil
}

// applyOwned applies an object, unless somebody else's has its name.
func (p *provider) applyOwned(ctx context.Context, w wish, object map[string]any) (*unstructured.Unstructured, error) {
	ref := refOf(object)
	there, err := p.find(ctx, ref)
	if err != nil && !apierrors.IsNotFound(err) {
		return nil, p.cluster.explain(err)
	}
	if err == nil && !w.flag("takeOwnership") && ownerOf(there) != w.id() {
		return nil, fmt.Errorf("%s %q exists and cannot be imported into the current release: it does not carry the annotations %s and %s of this one",
			ref.Kind, objectID(there), releaseName, releaseNamespace)
	}
	client, err := p.cluster.client(ctx, ref.groupVersionKind(), ref.Namespace)
	if err != nil {
		return nil, err
	}
	made, err := apply(ctx, client, object, applyOptions{manager: releaseManager, force: true})
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w", ref.Kind, ref.Name, p.cluster.explain(err))
	}
	return made, nil
}

// takeBack undoes a revision that failed; it returns what did not work, for people.
func (p *provider) takeBack(ctx context.Context, w wish, before, failed revision) string {
	ctx = context.WithoutCancel(ctx)
	former := before.Objects
	new := slices.DeleteFunc(slices.Clone(failed.Objects), func(ref objectRef) bool { return slices.Contains(former, ref) })
	var problems []string
	if err := p.uninstall(ctx, ctx, w.id(), new, true); err != nil {
		problems = append(problems, err.Error())
	}
	if before.Version > 0 && before.Chart.Metadata.Version == w.chart.Version {
		for _, object := range objectsOf(w.chart, w.name, w.namespace, before.Config) {
			if _, err := p.applyOwned(ctx, w, object); err != nil {
				problems = append(problems, err.Error())
			}
		}
	}
	if len(problems) == 0 {
		return ""
	}
	return ", but " + strings.Join(problems, "; ")
}

// tidy marks former revisions and drops those that are too many.
func (p *provider) tidy(ctx context.Context, w wish, past []revision) error {
	keep := int(whole(w.inputs.values["maxHistory"]))
	for i, r := range past {
		if keep > 0 && i < len(past)+1-keep {
			if err := p.forget(ctx, r); err != nil {
				return err
			}
			continue
		}
		if r.Info.Status != statusDeployed {
			continue
		}
		r.Info.Status = statusSuperseded
		if err := p.record(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// uninstall deletes objects of a release, the last one first, and waits until
// they are gone. What belongs to somebody else is left alone.
func (p *provider) uninstall(waiting, changing context.Context, release string, refs []objectRef, skipAwait bool) error {
	policy := metav1.DeletePropagationForeground
	var going []*unstructured.Unstructured
	for _, ref := range slices.Backward(refs) {
		there, err := p.find(changing, ref)
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return p.cluster.explain(err)
		}
		if ownerOf(there) != release {
			continue
		}
		client, err := p.cluster.client(changing, ref.groupVersionKind(), ref.Namespace)
		if err == nil {
			err = absentIsFine(client.Delete(changing, ref.Name, metav1.DeleteOptions{PropagationPolicy: &policy}))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", describe(there), p.cluster.explain(err))
		}
		going = append(going, there)
	}
	if skipAwait {
		return nil
	}
	for _, there := range going {
		client, err := p.cluster.client(changing, there.GroupVersionKind(), there.GetNamespace())
		if err != nil {
			return err
		}
		if _, err := awaitAbsence(waiting, client, there); err != nil {
			return err
		}
	}
	return nil
}

// ownerOf is the id of the release that made an object; "/" when none did.
func ownerOf(object *unstructured.Unstructured) string {
	return annotation(object.Object, releaseNamespace) + "/" + annotation(object.Object, releaseName)
}

func absentIsFine(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
