package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

const releaseToken = "kubernetes:helm.sh/v3:Release"

func isRelease(urn string) bool {
	parts := strings.SplitN(urn, "::", 4)
	return len(parts) == 4 && parts[2][strings.LastIndex(parts[2], "$")+1:] == releaseToken
}

// What a release may be told, by the SDK's typings. Of some, only that they are
// left out or false: what they ask for cannot be done without the chart itself.
var (
	releaseInputs = []string{
		"allowNullValues", "atomic", "chart", "cleanupOnFail", "compat", "createNamespace", "description",
		"disableOpenapiValidation", "disableWebhooks", "disableCRDHooks", "forceUpdate", "lint", "maxHistory", "name",
		"namespace", "recreatePods", "renderSubchartNotes", "replace", "repositoryOpts", "resetValues", "resourceNames",
		"skipAwait", "skipCrds", "takeOwnership", "timeout", "values", "version", "waitForJobs",
	}
	refusedReleaseInputs = []string{
		"dependencyUpdate", "devel", "keyring", "manifest", "postrender", "reuseValues", "valueYamlFiles", "verify",
	}
	repositoryInputs = []string{"repo"}
)

// checkRelease says what is wrong with a release before anything is touched,
// and names it where the program does not.
func (p *provider) checkRelease(request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	news, err := decodeProperties(request.GetNews())
	if err != nil {
		return nil, err
	}
	olds, err := decodeProperties(request.GetOlds())
	if err != nil {
		return nil, err
	}
	inputs := news.values
	if failures := wrongRelease(inputs); len(failures) > 0 {
		return &pulumirpc.CheckResponse{Inputs: request.GetNews(), Failures: failures}, nil
	}
	if inputs["name"] == nil || inputs["name"] == "" {
		own := request.GetUrn()[strings.LastIndex(request.GetUrn(), "::")+2:]
		inputs["name"] = firstOf(text(olds.values["name"]), own+"-"+randomSuffix(request.GetRandomSeed()))
	}
	if inputs["namespace"] == nil || inputs["namespace"] == "" {
		inputs["namespace"] = "default"
		if p.cluster != nil {
			inputs["namespace"] = p.cluster.namespace
		}
	}
	return &pulumirpc.CheckResponse{Inputs: encodeProperties(inputs, news.secrets)}, nil
}

func wrongRelease(inputs map[string]any) []*pulumirpc.CheckFailure {
	var failures []*pulumirpc.CheckFailure
	wrong := func(property, format string, args ...any) {
		failures = append(failures, &pulumirpc.CheckFailure{Property: property, Reason: fmt.Sprintf(format, args...)})
	}
	for _, key := range slices.Sorted(maps.Keys(inputs)) {
		switch {
		case slices.Contains(releaseInputs, key):
		case !slices.Contains(refusedReleaseInputs, key):
			wrong(key, "a Release has no such option")
		case inputs[key] != false:
			wrong(key, "this stand-in cannot do that: leave it out; %s", officialHint)
		}
	}
	repository, is := inputs["repositoryOpts"].(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(repository)) {
		if !slices.Contains(repositoryInputs, key) {
			wrong("repositoryOpts."+key, "this stand-in reaches no repository: leave it out")
		}
	}
	if given := inputs["repositoryOpts"]; given != nil && !is && !isUnknown(given) {
		wrong("repositoryOpts", "it must be an object")
	}
	if values := inputs["values"]; values != nil && !isUnknown(values) {
		if _, is := values.(map[string]any); !is {
			wrong("values", "they must be an object")
		}
	}
	for _, key := range []string{"chart", "version"} {
		if inputs[key] == nil {
			wrong(key, "it must be given")
		}
	}
	if len(failures) > 0 {
		return failures
	}
	if _, property, reason := findChart(inputs); reason != "" {
		wrong(property, "%s", reason)
	}
	return failures
}

// Of these a change makes another release; of all others, another revision.
var fixedReleaseInputs = []string{"name", "namespace"}

// diffRelease compares what was asked for: what a release made, its revision says.
func (p *provider) diffRelease(request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	old, err := decodeOld(request.GetOlds(), request.GetOldInputs())
	if err != nil {
		return nil, err
	}
	news, err := decodeProperties(request.GetNews())
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.DiffResponse{
		Changes: pulumirpc.DiffResponse_DIFF_NONE, HasDetailedDiff: true,
		DetailedDiff: map[string]*pulumirpc.PropertyDiff{},
	}
	for _, c := range compare(asWished(old.inputs), asWished(news.values)) {
		if ignored(c, request.GetIgnoreChanges()) {
			continue
		}
		field := c.path[0].field
		replaced := slices.Contains(fixedReleaseInputs, field)
		if !slices.Contains(response.Diffs, field) {
			response.Diffs = append(response.Diffs, field)
		}
		if replaced {
			response.Replaces = append(response.Replaces, c.String())
		}
		response.DetailedDiff[c.String()] = &pulumirpc.PropertyDiff{Kind: wireKind(c.kind, replaced), InputDiff: true}
	}
	if status := text(at(old.state, "status", "status")); status != "" && status != statusDeployed && len(response.Diffs) == 0 {
		response.Diffs = []string{"status"}
		response.DetailedDiff["status.status"] = &pulumirpc.PropertyDiff{Kind: pulumirpc.PropertyDiff_UPDATE}
	}
	if len(response.Diffs) > 0 {
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
	}
	return response, nil
}

// asWished leaves out what says nothing about the release.
func asWished(inputs map[string]any) map[string]any {
	wished := maps.Clone(inputs)
	for _, key := range []string{"compat", "resourceNames"} {
		delete(wished, key)
	}
	if wished["values"] == nil {
		wished["values"] = map[string]any{}
	}
	return wished
}
