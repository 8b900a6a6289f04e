package main

import (
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func TestFixedFieldsDecideOnReplacement(t *testing.T) {
	mutable := settings{mutableConfigMaps: true, mutableSecrets: true}
	tests := []struct {
		name        string
		settings    settings
		group, kind string
		live        map[string]any
		path        string
		replaced    bool
	}{
		{"a name", mutable, "", "ConfigMap", nil, "metadata.name", true},
		{"a namespace", mutable, "example.com", "Widget", nil, "metadata.namespace", true},
		{"a label", mutable, "", "ConfigMap", nil, "metadata.labels.a", false},
		{"a claim's storage", mutable, "", "PersistentVolumeClaim", nil, "spec.resources.requests.storage", false},
		{"a claim's class", mutable, "", "PersistentVolumeClaim", nil, "spec.storageClassName", true},
		{"a claim's modes", mutable, "", "PersistentVolumeClaim", nil, "spec.accessModes[0]", true},
		{"a volume's source", mutable, "", "PersistentVolume", nil, "spec.hostPath.path", true},
		{"a volume's policy", mutable, "", "PersistentVolume", nil, "spec.persistentVolumeReclaimPolicy", false},
		{"a service's address", mutable, "", "Service", nil, "spec.clusterIP", true},
		{"a service's port", mutable, "", "Service", nil, "spec.ports[0].port", false},
		{"a deployment's selector", mutable, "apps", "Deployment", nil, "spec.selector.matchLabels.app", true},
		{"a deployment's image", mutable, "apps", "Deployment", nil, "spec.template.spec.containers[0].image", false},
		{"a job's template", mutable, "batch", "Job", nil, "spec.template.spec.containers[0].image", true},
		{"a job's time to live", mutable, "batch", "Job", nil, "spec.ttlSecondsAfterFinished", false},
		{"a pod's image", mutable, "", "Pod", nil, "spec.containers[0].image", true},
		{"a pod's tolerations", mutable, "", "Pod", nil, "spec.tolerations[0]", false},
		{"a binding's role", mutable, "rbac.authorization.k8s.io", "RoleBinding", nil, "roleRef.name", true},
		{"a binding's subjects", mutable, "rbac.authorization.k8s.io", "RoleBinding", nil, "subjects[0].name", false},
		{"a storage class's policy", mutable, "storage.k8s.io", "StorageClass", nil, "reclaimPolicy", true},
		{"a stateful set's claims", mutable, "apps", "StatefulSet", nil, "spec.volumeClaimTemplates[0]", true},
		{"a secret's type", mutable, "", "Secret", nil, "type", true},
		{"a secret's data, mutable", mutable, "", "Secret", nil, "data.a", false},
		{"a sealed secret's data", mutable, "", "Secret", map[string]any{"immutable": true}, "data.a", true},
		{"a secret's data by default", settings{}, "", "Secret", nil, "data.a", true},
		{"a config map's data by default", settings{}, "", "ConfigMap", nil, "data.a", true},
		{"a config map's data, mutable", mutable, "", "ConfigMap", nil, "data.a", false},
		{"another kind of that name", settings{}, "example.com", "ConfigMap", nil, "data.a", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			kept := test.settings.fixedFields(test.group, test.kind, test.live)
			if got := kept.holds(fieldsOf(test.path)); got != test.replaced {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestRefusedFieldsReadsTheServersAnswer(t *testing.T) {
	kind := schema.GroupKind{Group: "example.com", Kind: "Widget"}
	immutable := field.Invalid(field.NewPath("spec", "color"), "red", "field is immutable")
	shrunk := field.Forbidden(field.NewPath("spec", "size"), "field can not be less than status.size")

	if got := refusedFields(apierrors.NewInvalid(kind, "a", field.ErrorList{immutable})); len(got) != 1 || got[0] != "spec.color" {
		t.Errorf("an immutable field: got %v", got)
	}
	if got := refusedFields(apierrors.NewInvalid(kind, "a", field.ErrorList{shrunk})); got != nil {
		t.Errorf("a wrong value: got %v", got)
	}
	if got := refusedFields(apierrors.NewInvalid(kind, "a", field.ErrorList{immutable, shrunk})); got != nil {
		t.Errorf("both: a new object would be refused as well, got %v", got)
	}
	if got := refusedFields(nil); got != nil {
		t.Errorf("no error: got %v", got)
	}
}
