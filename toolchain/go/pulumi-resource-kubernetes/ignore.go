package main

import (
	"encoding/json"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// keepIgnored leaves fields that the program ignores as they are in the
// cluster: what another manager holds is left out of the request, what is ours
// keeps its value, since leaving it out would remove it.
func keepIgnored(wanted map[string]any, live *unstructured.Unstructured, manager string, paths []string) {
	for _, path := range paths {
		fields := fieldsOf(path)
		if len(fields) == 0 || len(fields) != len(parsePath(path)) {
			continue // positions in lists: the engine keeps the old inputs
		}
		value, there, err := unstructured.NestedFieldCopy(live.Object, fields...)
		if !there || err != nil {
			continue
		}
		if holds(live, fields, func(name string) bool { return name != manager }) && !holds(live, fields, func(name string) bool { return name == manager }) {
			unstructured.RemoveNestedField(wanted, fields...)
		} else {
			_ = unstructured.SetNestedField(wanted, value, fields...)
		}
	}
}

// holds says whether one of the chosen managers holds the field.
func holds(live *unstructured.Unstructured, fields []string, chosen func(manager string) bool) bool {
	for _, entry := range live.GetManagedFields() {
		if chosen(entry.Manager) && entry.FieldsV1 != nil && lists(entry.FieldsV1, fields) {
			return true
		}
	}
	return false
}

func lists(set *metav1.FieldsV1, fields []string) bool {
	var tree map[string]any
	if json.Unmarshal(set.Raw, &tree) != nil {
		return false
	}
	for _, field := range fields {
		inner, is := tree["f:"+field].(map[string]any)
		if !is {
			return false
		}
		tree = inner
	}
	return true
}
