package main

import (
	"reflect"
	"testing"

	"google.golang.org/protobuf/types/known/structpb"
)

func wire(t *testing.T, values map[string]any) *structpb.Struct {
	t.Helper()
	s, err := structpb.NewStruct(values)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPropertiesSurviveTheWire(t *testing.T) {
	secret := map[string]any{signatureKey: secretSignature, "value": "hidden"}
	original := wire(t, map[string]any{
		"text": "a", "number": 8080, "fraction": 0.5, "flag": true, "unknown": unknownOnTheWire,
		"object": map[string]any{"token": secret}, "list": []any{"a", secret},
		"x_kubernetes_list_type": "map",
	})
	decoded, err := decodeProperties(original)
	if err != nil {
		t.Fatal(err)
	}
	expect := map[string]any{
		"text": "a", "number": int64(8080), "fraction": 0.5, "flag": true, "unknown": unknown{},
		"object": map[string]any{"token": "hidden"}, "list": []any{"a", "hidden"},
		"x-kubernetes-list-type": "map",
	}
	if !reflect.DeepEqual(decoded.values, expect) {
		t.Errorf("got %v", decoded.values)
	}
	if back := encodeProperties(decoded.values, decoded.secrets); !reflect.DeepEqual(back.AsMap(), original.AsMap()) {
		t.Errorf("got back %v", back.AsMap())
	}
}

func TestNullMeansAbsent(t *testing.T) {
	decoded, err := decodeProperties(wire(t, map[string]any{"a": nil, "b": map[string]any{"c": nil}}))
	if err != nil || !reflect.DeepEqual(decoded.values, map[string]any{"b": map[string]any{}}) {
		t.Errorf("got %v, %v", decoded.values, err)
	}
}

func TestOutputValuesAreUnwrapped(t *testing.T) {
	decoded, err := decodeProperties(wire(t, map[string]any{
		"known":   map[string]any{signatureKey: outputSignature, "value": "a", "secret": true},
		"unknown": map[string]any{signatureKey: outputSignature},
	}))
	if err != nil || !reflect.DeepEqual(decoded.values, map[string]any{"known": "a", "unknown": unknown{}}) {
		t.Errorf("got %v, %v", decoded.values, err)
	}
	if !decoded.secrets.field("known").whole {
		t.Error("the secret was lost")
	}
}

func TestAssetsAreRefused(t *testing.T) {
	_, err := decodeProperties(wire(t, map[string]any{"a": map[string]any{signatureKey: "c44067f5952c0a294b673a41bacd8c17"}}))
	if err == nil {
		t.Error("an asset was accepted")
	}
}

func TestACheckpointHidesWhatASecretHolds(t *testing.T) {
	live := map[string]any{
		"apiVersion": "v1", "kind": "Secret", "data": map[string]any{"a": "aGk="},
		"metadata": map[string]any{"name": "s", "managedFields": []any{"much"}},
	}
	inputs := map[string]any{"apiVersion": "v1", "kind": "Secret", "stringData": map[string]any{"a": "hi"}}
	state, secrets := checkpoint(live, inputs, nil, "m")
	encoded := encodeProperties(state, secrets).AsMap()
	data, _ := encoded["data"].(map[string]any)
	if data[signatureKey] != secretSignature {
		t.Errorf("data is in the open: %v", encoded["data"])
	}
	if at(encoded, inputsProperty, "stringData", signatureKey) != secretSignature {
		t.Errorf("the inputs are in the open: %v", encoded[inputsProperty])
	}
	if at(encoded, "metadata", "managedFields") != nil || at(live, "metadata", "managedFields") == nil {
		t.Error("managedFields belong to the live object, not to the checkpoint")
	}
}

func TestStringDataIsSentAsData(t *testing.T) {
	given := map[string]any{
		"apiVersion": "v1", "kind": "Secret",
		"data": map[string]any{"a": "YQ==", "b": "Yg=="}, "stringData": map[string]any{"b": "other", "c": unknown{}},
	}
	expect := map[string]any{
		"apiVersion": "v1", "kind": "Secret",
		"data": map[string]any{"a": "YQ==", "b": "b3RoZXI=", "c": unknown{}},
	}
	if got := withSecretData(given); !reflect.DeepEqual(got, expect) {
		t.Errorf("got %v", got)
	}
}
