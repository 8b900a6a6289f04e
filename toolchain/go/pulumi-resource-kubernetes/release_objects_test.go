package main

import (
	"reflect"
	"slices"
	"testing"
)

// namesOf lists the objects of a release as <kind> <namespace>/<name>.
func namesOf(t *testing.T, name, release string, values map[string]any) []string {
	t.Helper()
	charts, err := loadCharts()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(charts, func(c chart) bool { return c.Name == name })
	var names []string
	for _, object := range objectsOf(charts[i], release, "system", values) {
		names = append(names, text(object["kind"])+" "+namespaceOf(object)+"/"+nameOf(object))
	}
	return names
}

func TestObjectsAreNamedAsTheChartNamesThem(t *testing.T) {
	cases := []struct {
		chart, release string
		values         map[string]any
		want           []string
	}{
		{"cluster-autoscaler", "scaler", nil, []string{
			"ServiceAccount system/scaler-aws-cluster-autoscaler", "Deployment system/scaler-aws-cluster-autoscaler",
			"Service system/scaler-aws-cluster-autoscaler",
		}},
		{"fluent-bit", "logs", map[string]any{
			"fullnameOverride": "shipper", "serviceAccount": map[string]any{"name": "writer"},
		}, []string{"ServiceAccount system/writer", "DaemonSet system/shipper"}},
		{"traefik", "traefik", map[string]any{"deployment": map[string]any{"kind": "DaemonSet"}}, []string{
			"ServiceAccount system/traefik", "DaemonSet system/traefik", "Service system/traefik",
		}},
		{"kube-prometheus-stack", "monitoring", map[string]any{
			"fullnameOverride":         "berth",
			"grafana":                  map[string]any{"enabled": false},
			"alertmanager":             map[string]any{"enabled": false},
			"prometheus-node-exporter": map[string]any{"namespaceOverride": "nodes"},
		}, []string{
			"ServiceAccount system/berth-operator", "Deployment system/berth-operator", "Service system/berth-operator",
			"ServiceAccount system/berth-prometheus", "Service system/berth-prometheus",
			"ServiceAccount system/monitoring-kube-state-metrics", "Deployment system/monitoring-kube-state-metrics",
			"Service system/monitoring-kube-state-metrics",
			"ServiceAccount nodes/monitoring-prometheus-node-exporter", "DaemonSet nodes/monitoring-prometheus-node-exporter",
		}},
	}
	for _, c := range cases {
		if got := namesOf(t, c.chart, c.release, c.values); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s as %s:\n got %q\nwant %q", c.chart, c.release, got, c.want)
		}
	}
}

func TestAServiceHasThePortsOfTheValues(t *testing.T) {
	charts, err := loadCharts()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(charts, func(c chart) bool { return c.Name == "traefik" })
	values := map[string]any{
		"service": map[string]any{"type": "NodePort"},
		"ports": map[string]any{
			"web":       map[string]any{"port": int64(8080), "exposedPort": int64(80), "nodePort": int64(30080)},
			"websecure": map[string]any{"expose": map[string]any{"default": false}},
			"metrics":   map[string]any{"port": int64(9100), "expose": map[string]any{"default": true}},
		},
	}
	objects := objectsOf(charts[i], "traefik", "edge", values)
	want := map[string]any{
		"type":     "NodePort",
		"selector": map[string]any{"app.kubernetes.io/name": "traefik", "app.kubernetes.io/instance": "traefik"},
		"ports": []any{
			map[string]any{"name": "metrics", "port": int64(9100), "targetPort": int64(9100), "protocol": "TCP"},
			map[string]any{"name": "web", "port": int64(80), "targetPort": int64(8080), "nodePort": int64(30080), "protocol": "TCP"},
		},
	}
	if got := objects[len(objects)-1]["spec"]; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

func TestDefinitionsComeWhenTheChartWouldBringThem(t *testing.T) {
	charts, err := loadCharts()
	if err != nil {
		t.Fatal(err)
	}
	on := func(path string, value bool) map[string]any {
		if path == "crds.enabled" {
			return map[string]any{"crds": map[string]any{"enabled": value}}
		}
		return map[string]any{path: value}
	}
	cases := []struct {
		chart   string
		values  map[string]any
		skipped bool
		want    bool
	}{
		{"cert-manager", nil, false, false},
		{"cert-manager", on("crds.enabled", true), false, true},
		{"cert-manager", on("installCRDs", true), true, true},
		{"traefik", nil, false, true},
		{"traefik", nil, true, false},
		{"kube-prometheus-stack", nil, false, true},
		{"kube-prometheus-stack", on("crds.enabled", false), false, false},
		{"cluster-autoscaler", nil, false, false},
	}
	for _, c := range cases {
		i := slices.IndexFunc(charts, func(one chart) bool { return one.Name == c.chart })
		if got := charts[i].wantsDefinitions(c.values, c.skipped); got != c.want {
			t.Errorf("%s with %v, skipped %v: %v", c.chart, c.values, c.skipped, got)
		}
	}
}
