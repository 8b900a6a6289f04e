package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// The charts that can be installed, and what of each is made.
//
//go:embed charts.json
var chartsDocument []byte

// chart is one pinned version of a chart: nothing is rendered, but what others
// refer to by name is made as the chart would name it.
type chart struct {
	Name       string `json:"name"`
	Repository string `json:"repository"`
	Version    string `json:"version"`
	AppVersion string `json:"appVersion"`
	// What the names of the objects end in, unless the release's name says it already.
	Stem string `json:"stem"`
	// The most letters that this chart's full name has; Helm's habit is 63.
	Longest     int             `json:"longest"`
	Definitions *definitions    `json:"definitions"`
	Objects     []chartedObject `json:"objects"`
}

// definitions are the chart's custom resource definitions, as set-up got them.
type definitions struct {
	Tool    string `json:"tool"`
	Version string `json:"version"`
	// Values any of which must be true; none where they are always installed.
	When []string `json:"when"`
	// A value that says, when false, that they are not wanted.
	Unless string `json:"unless"`
}

// chartedObject describes an object; fields ending in From name the value that
// a program may set instead.
type chartedObject struct {
	Kind          string                 `json:"kind"`
	KindFrom      string                 `json:"kindFrom"`
	Name          string                 `json:"name"`
	NameFrom      string                 `json:"nameFrom"`
	NamespaceFrom string                 `json:"namespaceFrom"`
	When          string                 `json:"when"`
	ReplicasFrom  string                 `json:"replicasFrom"`
	Account       string                 `json:"account"`
	AccountFrom   string                 `json:"accountFrom"`
	Selects       string                 `json:"selects"`
	Type          string                 `json:"type"`
	TypeFrom      string                 `json:"typeFrom"`
	Ports         map[string]chartedPort `json:"ports"`
	PortsFrom     string                 `json:"portsFrom"`
}

type chartedPort struct {
	Port       int64 `json:"port"`
	TargetPort int64 `json:"targetPort"`
}

func loadCharts() ([]chart, error) {
	var charts []chart
	if err := json.Unmarshal(chartsDocument, &charts); err != nil {
		return nil, fmt.Errorf("charts.json: %w", err)
	}
	return charts, nil
}

// findChart returns the pinned chart that the inputs name, or the input that is
// wrong and why. Nothing is wrong with what is not known yet.
func findChart(inputs map[string]any) (found *chart, property, reason string) {
	charts, err := loadCharts()
	if err != nil {
		return nil, "chart", err.Error()
	}
	repository := at(inputs, "repositoryOpts", "repo")
	if isUnknown(inputs["chart"]) || isUnknown(inputs["version"]) || isUnknown(inputs["repositoryOpts"]) || isUnknown(repository) {
		return nil, "", ""
	}
	name, version := text(inputs["chart"]), text(inputs["version"])
	i := slices.IndexFunc(charts, func(c chart) bool { return c.Name == name })
	if i < 0 {
		known := make([]string, len(charts))
		for i, c := range charts {
			known[i] = c.Name
		}
		return nil, "chart", fmt.Sprintf("%q is not prepared: this stand-in installs %s; %s", name, strings.Join(known, ", "), officialHint)
	}
	c := charts[i]
	if strings.TrimSuffix(text(repository), "/") != c.Repository {
		return nil, "repositoryOpts.repo", fmt.Sprintf("%q is not where %s is from: %s", text(repository), name, c.Repository)
	}
	if strings.TrimPrefix(version, "v") != strings.TrimPrefix(c.Version, "v") {
		return nil, "version", fmt.Sprintf("%q of %s is not prepared: this stand-in installs %s", version, name, c.Version)
	}
	return &c, "", ""
}

// valueAt follows a path with dots through the values of a release.
func valueAt(values map[string]any, path string) any {
	if path == "" {
		return nil
	}
	return at(values, strings.Split(path, ".")...)
}

// wantsDefinitions says whether the release installs its definitions.
func (c chart) wantsDefinitions(values map[string]any, skipped bool) bool {
	if c.Definitions == nil || c.Definitions.Unless != "" && valueAt(values, c.Definitions.Unless) == false {
		return false
	}
	if len(c.Definitions.When) == 0 {
		return !skipped
	}
	return slices.ContainsFunc(c.Definitions.When, func(path string) bool { return valueAt(values, path) == true })
}
