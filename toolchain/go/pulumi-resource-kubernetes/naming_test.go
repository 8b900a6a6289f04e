package main

import (
	"regexp"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

var seeded = &pulumirpc.CheckRequest{RandomSeed: []byte("seed")}

func TestANamelessObjectGetsItsResourcesNameAndASuffix(t *testing.T) {
	inputs := map[string]any{}
	if err := assignName(inputs, nil, "web", seeded); err != nil {
		t.Fatal(err)
	}
	if name := nameOf(inputs); !regexp.MustCompile(`^web-[0-9a-f]{8}$`).MatchString(name) || !annotated(inputs, annotationAutonamed) {
		t.Errorf("got %v", inputs)
	}
	again := map[string]any{}
	_ = assignName(again, nil, "web", seeded)
	if nameOf(again) != nameOf(inputs) {
		t.Errorf("the same seed gave %s and %s", nameOf(inputs), nameOf(again))
	}
}

func TestAMadeNameIsKeptAndAGivenOneIsNot(t *testing.T) {
	made := map[string]any{"metadata": map[string]any{"name": "web-1", "annotations": map[string]any{annotationAutonamed: "true"}}}
	given := map[string]any{"metadata": map[string]any{"name": "web-1"}}

	inputs := map[string]any{}
	_ = assignName(inputs, made, "web", seeded)
	if nameOf(inputs) != "web-1" || !annotated(inputs, annotationAutonamed) {
		t.Errorf("a made name: got %v", inputs)
	}
	inputs = map[string]any{}
	_ = assignName(inputs, given, "web", seeded)
	if nameOf(inputs) == "web-1" {
		t.Errorf("a given name was kept after it left the program")
	}
}

func TestANameThatIsGivenOrNotYetKnownIsLeftAlone(t *testing.T) {
	for _, metadata := range []any{map[string]any{"name": "mine"}, map[string]any{"name": unknown{}}, unknown{}} {
		inputs := map[string]any{"metadata": metadata}
		if err := assignName(inputs, nil, "web", seeded); err != nil {
			t.Fatal(err)
		}
		if annotated(inputs, annotationAutonamed) {
			t.Errorf("%v was named", metadata)
		}
	}
}

func TestTheStacksNamingIsHonoured(t *testing.T) {
	off := &pulumirpc.CheckRequest{Autonaming: &pulumirpc.CheckRequest_AutonamingOptions{Mode: pulumirpc.CheckRequest_AutonamingOptions_DISABLE}}
	if err := assignName(map[string]any{}, nil, "web", off); err == nil {
		t.Error("naming is off, but no name was required")
	}
	proposed := &pulumirpc.CheckRequest{Autonaming: &pulumirpc.CheckRequest_AutonamingOptions{ProposedName: "web-prod"}}
	inputs := map[string]any{}
	_ = assignName(inputs, nil, "web", proposed)
	if nameOf(inputs) != "web-prod" {
		t.Errorf("got %s", nameOf(inputs))
	}
}

func TestGeneratedNamesAreRefused(t *testing.T) {
	inputs := map[string]any{"metadata": map[string]any{"generateName": "web-"}}
	if err := assignName(inputs, nil, "web", seeded); err == nil {
		t.Error("metadata.generateName was accepted")
	}
}

func TestTheFieldManagerIsTheProgramsElseTheFirstOne(t *testing.T) {
	mine := map[string]any{"metadata": map[string]any{"annotations": map[string]any{annotationManager: "mine"}}}
	state := map[string]any{managerProperty: "first"}
	if got := managerOf(mine, state); got != "mine" {
		t.Errorf("got %s", got)
	}
	if got := managerOf(nil, state); got != "first" {
		t.Errorf("got %s", got)
	}
	if managerOf(nil, nil) == managerOf(nil, nil) {
		t.Error("two resources share a manager")
	}
}

func TestTokensNameKinds(t *testing.T) {
	tests := map[string]string{
		"kubernetes:core/v1:Secret":                    "/v1, Kind=Secret",
		"kubernetes:apps/v1:Deployment":                "apps/v1, Kind=Deployment",
		"kubernetes:rbac.authorization.k8s.io/v1:Role": "rbac.authorization.k8s.io/v1, Kind=Role",
		"kubernetes:yaml.example.com/v1:Widget":        "yaml.example.com/v1, Kind=Widget",
		"kubernetes:helm.sh/v3:Release":                "",
		"kubernetes:kustomize:Directory":               "",
		"kubernetes:yaml:ConfigFile":                   "",
		"kubernetes:yaml/v2:ConfigGroup":               "",
		"kubernetes:nothing":                           "",
		"aws:s3:Bucket":                                "",
	}
	for token, expect := range tests {
		kind, err := kindOf(token)
		if got := kind.String(); err == nil && got != expect || (err != nil) != (expect == "") {
			t.Errorf("%s: got %s, %v", token, got, err)
		}
	}
}

func TestPatchTypesAreToldFromKindsOfSuchAName(t *testing.T) {
	urn := func(token string) string { return "urn:pulumi:dev::berth::my:index:Part$" + token + "::name" }
	patch, err := identify(urn("kubernetes:core/v1:NamespacePatch"), map[string]any{"apiVersion": "v1", "kind": "Namespace"})
	if err != nil || !patch.patch || patch.kind.Kind != "Namespace" || patch.name != "name" {
		t.Errorf("got %+v, %v", patch, err)
	}
	custom, err := identify(urn("kubernetes:example.com/v1:DogPatch"), map[string]any{"apiVersion": "example.com/v1", "kind": "DogPatch"})
	if err != nil || custom.patch || custom.kind.Kind != "DogPatch" {
		t.Errorf("got %+v, %v", custom, err)
	}
}
