package main

import (
	"maps"
	"slices"
	"strings"
)

// The image of the pods that stand in for a chart's own: it waits, and no more.
// https://github.com/kubernetes/kubernetes/tree/v1.34.4/build/pause
const pauseImage = "registry.k8s.io/pause:3.10.1"

// objectsOf are the objects of a release, in the order in which they are made;
// in its namespace, unless a value says otherwise.
func objectsOf(c chart, release, namespace string, values map[string]any) []map[string]any {
	names := naming{chart: c, release: release, values: values}
	var objects []map[string]any
	for _, charted := range c.Objects {
		if valueAt(values, charted.When) == false {
			continue
		}
		name := names.of(charted.Name, charted.NameFrom)
		kind := firstOf(text(valueAt(values, charted.KindFrom)), charted.Kind)
		labels := map[string]any{
			"app.kubernetes.io/name": name, "app.kubernetes.io/instance": release,
			"app.kubernetes.io/managed-by": "Helm", "helm.sh/chart": c.Name + "-" + c.Version,
		}
		object := map[string]any{
			"apiVersion": "v1", "kind": kind,
			"metadata": map[string]any{
				"name": name, "labels": labels,
				"namespace":   firstOf(text(valueAt(values, charted.NamespaceFrom)), namespace),
				"annotations": map[string]any{releaseName: release, releaseNamespace: namespace},
			},
		}
		switch kind {
		case "Service":
			object["spec"] = serviceSpec(charted, names, values)
		case "Deployment", "DaemonSet":
			object["apiVersion"] = "apps/v1"
			object["spec"] = workloadSpec(kind, charted, names, values, name, labels)
		}
		objects = append(objects, object)
	}
	return objects
}

// naming makes names as charts do.
type naming struct {
	chart   chart
	release string
	values  map[string]any
}

func (n naming) of(template, override string) string {
	if name := text(valueAt(n.values, override)); name != "" {
		return name
	}
	before, rest, is := strings.Cut(template, "{fullname")
	if !is {
		return template
	}
	stem, after, _ := strings.Cut(rest, "}")
	if stem = strings.TrimPrefix(stem, ":"); stem != "" {
		return before + n.full(stem, stem+".", 63) + after
	}
	longest := n.chart.Longest
	if longest == 0 {
		longest = 63
	}
	return before + n.full(n.chart.Stem, "", longest) + after
}

// full is the release's name, with the stem behind it unless it has that already.
func (n naming) full(stem, scope string, longest int) string {
	name := text(valueAt(n.values, scope+"fullnameOverride"))
	if name == "" {
		stem = firstOf(text(valueAt(n.values, scope+"nameOverride")), stem)
		name = n.release
		if !strings.Contains(name, stem) {
			name += "-" + stem
		}
	}
	if len(name) > longest {
		name = name[:longest]
	}
	return strings.TrimSuffix(name, "-")
}

func workloadSpec(kind string, charted chartedObject, names naming, values map[string]any, name string, labels map[string]any) map[string]any {
	spec := map[string]any{
		"selector": map[string]any{"matchLabels": map[string]any{
			"app.kubernetes.io/name": name, "app.kubernetes.io/instance": names.release,
		}},
		"template": map[string]any{
			"metadata": map[string]any{"labels": maps.Clone(labels)},
			"spec": map[string]any{
				"serviceAccountName": names.of(charted.Account, charted.AccountFrom),
				"securityContext": map[string]any{
					"runAsNonRoot": true, "runAsUser": int64(65532), "seccompProfile": map[string]any{"type": "RuntimeDefault"},
				},
				"containers": []any{map[string]any{
					"name": "stand-in", "image": pauseImage,
					"resources": map[string]any{
						"requests": map[string]any{"cpu": "1m", "memory": "4Mi"},
						"limits":   map[string]any{"cpu": "10m", "memory": "16Mi"},
					},
					"securityContext": map[string]any{
						"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
						"capabilities": map[string]any{"drop": []any{"ALL"}},
					},
				}},
			},
		},
	}
	if kind == "Deployment" {
		spec["replicas"] = int64(1)
		if replicas, is := valueAt(values, charted.ReplicasFrom).(int64); is {
			spec["replicas"] = replicas
		}
	}
	return spec
}

func serviceSpec(charted chartedObject, names naming, values map[string]any) map[string]any {
	var ports []any
	given, _ := valueAt(values, charted.PortsFrom).(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(servicePorts(charted, given))) {
		known := charted.Ports[name]
		own, _ := given[name].(map[string]any)
		port := firstOf(whole(own["exposedPort"]), known.Port, whole(own["port"]))
		target := firstOf(whole(own["port"]), known.TargetPort, known.Port)
		entry := map[string]any{"name": name, "port": port, "targetPort": target, "protocol": "TCP"}
		if node := whole(own["nodePort"]); node != 0 {
			entry["nodePort"] = node
		}
		ports = append(ports, entry)
	}
	return map[string]any{
		"type": firstOf(text(valueAt(values, charted.TypeFrom)), charted.Type, "ClusterIP"),
		"selector": map[string]any{
			"app.kubernetes.io/name": names.of(charted.Selects, ""), "app.kubernetes.io/instance": names.release,
		},
		"ports": ports,
	}
}

// servicePorts are the ports that a Service shows: the chart's, unless the values
// hide them, and those that the values show.
func servicePorts(charted chartedObject, given map[string]any) map[string]bool {
	shown := map[string]bool{}
	for name := range charted.Ports {
		shown[name] = true
	}
	for name, value := range given {
		switch exposed := at(map[string]any{"port": value}, "port", "expose", "default"); exposed {
		case true:
			shown[name] = true
		case false:
			delete(shown, name)
		}
	}
	return shown
}

func whole(value any) int64 {
	number, _ := value.(int64)
	return number
}

const (
	releaseName      = "meta.helm.sh/release-name"
	releaseNamespace = "meta.helm.sh/release-namespace"
)
