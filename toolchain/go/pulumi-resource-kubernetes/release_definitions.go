package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var definitionKind = schema.GroupVersionKind{Group: "apiextensions.k8s.io", Version: "v1", Kind: "CustomResourceDefinition"}

// readDefinitions reads what set-up got: a list of objects, beside this very
// program where that lies in the cache, else in the cache of this user.
func readDefinitions(wanted definitions) ([]map[string]any, error) {
	for _, folder := range toolFolders() {
		document, err := os.ReadFile(filepath.Join(folder, wanted.Tool, wanted.Version, wanted.Tool))
		if err != nil {
			continue
		}
		var objects []map[string]any
		if err := json.Unmarshal(document, &objects); err != nil {
			return nil, fmt.Errorf("%s %s: %w", wanted.Tool, wanted.Version, err)
		}
		return objects, nil
	}
	return nil, fmt.Errorf("its custom resource definitions (%s %s) are not there: get them with `npm run doctor -- --get`", wanted.Tool, wanted.Version)
}

func toolFolders() []string {
	var folders []string
	if program, err := os.Executable(); err == nil {
		// <tools>/pulumi-resource-kubernetes/<version>/pulumi-resource-kubernetes
		folders = append(folders, filepath.Dir(filepath.Dir(filepath.Dir(program))))
	}
	if own := os.Getenv("BERTH_CACHE"); own != "" {
		return append(folders, filepath.Join(own, "tools"))
	}
	if shared := os.Getenv("XDG_CACHE_HOME"); filepath.IsAbs(shared) {
		return append(folders, filepath.Join(shared, "berth", "tools"))
	}
	if home, err := os.UserHomeDir(); err == nil {
		folders = append(folders, filepath.Join(home, ".cache", "berth", "tools"))
	}
	return folders
}

// install applies the definitions and waits until their kinds are served.
func (p *provider) install(waiting, changing context.Context, objects []map[string]any, shown *progress) error {
	client, err := p.cluster.client(changing, definitionKind, "")
	if err != nil {
		return err
	}
	var applied []*unstructured.Unstructured
	for _, object := range objects {
		shown.say("installing " + nameOf(object))
		live, err := apply(changing, client, object, applyOptions{manager: releaseManager, force: true})
		if err != nil {
			return fmt.Errorf("CustomResourceDefinition %q: %w", nameOf(object), p.cluster.explain(err))
		}
		applied = append(applied, live)
	}
	for _, live := range applied {
		if err := p.awaitOne(waiting, definitionKind, live, shown); err != nil {
			return err
		}
	}
	return nil
}

// awaitOne waits until an object meets the condition of its kind.
func (p *provider) awaitOne(ctx context.Context, kind schema.GroupVersionKind, live *unstructured.Unstructured, shown *progress) error {
	ready := conditions[kind.Group+"/"+kind.Kind]
	if ready == nil {
		return nil
	}
	client, err := p.cluster.client(ctx, kind, live.GetNamespace())
	if err != nil {
		return err
	}
	problem := ""
	last, err := observe(ctx, client, live, func(now *unstructured.Unstructured) (bool, error) {
		if now == nil {
			return false, fmt.Errorf("it was deleted while it was waited for")
		}
		state := ready(now.Object)
		problem = state.problem
		shown.say(describe(live) + ": " + problem)
		return problem == "", state.failure
	})
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("%s: %s", endOf(ctx), problem)
	}
	return fmt.Errorf("%s is not ready: %w", describe(last), err)
}
