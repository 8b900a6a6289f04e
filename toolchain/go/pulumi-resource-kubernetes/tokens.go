package main

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

const officialHint = "this is a stand-in for the official Kubernetes plugin and manages plain objects and some Helm releases only: " +
	"install the official one with `pulumi plugin install resource kubernetes`"

// Packages of the SDK that are not groups of the API.
var unsupportedModules = []string{"helm.sh/", "kustomize:", "kustomize/", "yaml:", "yaml/"}

// kindOf reads kubernetes:<group>/<version>:<Kind>, where core stands for the nameless group.
func kindOf(token string) (schema.GroupVersionKind, error) {
	rest, is := strings.CutPrefix(token, "kubernetes:")
	if !is {
		return schema.GroupVersionKind{}, fmt.Errorf("%s: this provider manages types that begin with \"kubernetes:\"", token)
	}
	for _, module := range unsupportedModules {
		if strings.HasPrefix(rest, module) {
			return schema.GroupVersionKind{}, fmt.Errorf("%s is not supported: %s", token, officialHint)
		}
	}
	module, kind, is := strings.Cut(rest, ":")
	group, version, versioned := strings.Cut(module, "/")
	if !is || !versioned || kind == "" || version == "" {
		return schema.GroupVersionKind{}, fmt.Errorf("%s is no type of a Kubernetes object: %s", token, officialHint)
	}
	if group == "core" {
		group = ""
	}
	return schema.GroupVersionKind{Group: group, Version: version, Kind: kind}, nil
}

// resourceName identifies a resource in a request.
type resourceName struct {
	urn, token, name string
	kind             schema.GroupVersionKind
	patch            bool // a ...Patch type: manages some fields of an object that it does not own
}

// identify reads urn:pulumi:<stack>::<project>::<types joined by $>::<name>.
// What an object says of its own kind counts more than its type's token.
func identify(urn string, object map[string]any) (resourceName, error) {
	parts := strings.SplitN(urn, "::", 4)
	if len(parts) != 4 {
		return resourceName{}, fmt.Errorf("%q is no URN of a resource", urn)
	}
	r := resourceName{urn: urn, name: parts[3], token: parts[2][strings.LastIndex(parts[2], "$")+1:]}
	var err error
	if r.kind, err = kindOf(r.token); err != nil {
		return resourceName{}, err
	}
	version, kind := text(object["apiVersion"]), text(object["kind"])
	// The SDK's patch types end in Patch, their objects' kinds do not. Without
	// an object a custom kind of such a name cannot be told apart.
	if stem, is := strings.CutSuffix(r.kind.Kind, "Patch"); is && stem != "" && kind != r.kind.Kind {
		r.kind.Kind, r.patch = stem, true
	}
	if version != "" && kind != "" {
		r.kind = schema.FromAPIVersionAndKind(version, kind)
	}
	return r, nil
}
