package main

import (
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// fixed says which fields of a kind cannot be changed after creation: paths,
// and paths below them that can be changed after all.
type fixed struct{ fields, except []string }

var selector = fixed{fields: []string{"spec.selector"}}

var binding = fixed{fields: []string{"roleRef"}}

// Kinds whose immutable fields are known. What is not here is learned from the
// API server by a dry run.
var fixedFields = map[string]fixed{
	"/PersistentVolume": {
		fields: []string{"spec"},
		except: []string{
			"spec.accessModes", "spec.capacity", "spec.claimRef", "spec.mountOptions", "spec.nodeAffinity",
			"spec.persistentVolumeReclaimPolicy", "spec.storageClassName", "spec.volumeAttributesClassName",
		},
	},
	"/PersistentVolumeClaim": {
		fields: []string{"spec"},
		except: []string{"spec.resources", "spec.volumeAttributesClassName"},
	},
	"/Pod": {
		fields: []string{"spec"},
		except: []string{"spec.activeDeadlineSeconds", "spec.schedulingGates", "spec.tolerations"},
	},
	"/ResourceQuota":                        {fields: []string{"spec.scopes"}},
	"/Secret":                               {fields: []string{"type"}},
	"/Service":                              {fields: []string{"spec.clusterIP"}},
	"apps/DaemonSet":                        selector,
	"apps/Deployment":                       selector,
	"apps/ReplicaSet":                       selector,
	"batch/Job":                             {fields: []string{"spec.completions", "spec.parallelism", "spec.selector", "spec.template"}},
	"node.k8s.io/RuntimeClass":              {fields: []string{"handler"}},
	"policy/PodDisruptionBudget":            {fields: []string{"spec"}},
	"rbac.authorization.k8s.io/RoleBinding": binding,
	"rbac.authorization.k8s.io/ClusterRoleBinding": binding,
	"scheduling.k8s.io/PriorityClass":              {fields: []string{"preemptionPolicy", "value"}},
	"storage.k8s.io/StorageClass": {
		fields: []string{"parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"},
	},
	"apps/StatefulSet": {
		fields: []string{
			"spec.podManagementPolicy", "spec.revisionHistoryLimit", "spec.selector", "spec.serviceName",
			"spec.volumeClaimTemplates",
		},
	},
}

// dataFields are replaced, as the official provider does it, unless the program
// says that its ConfigMaps or Secrets may change in place.
var dataFields = []string{"data", "binaryData", "stringData"}

func (s settings) fixedFields(group, kind string, live map[string]any) fixed {
	known := fixedFields[group+"/"+kind]
	replaced := fixed{fields: []string{"metadata.name", "metadata.namespace"}, except: known.except}
	replaced.fields = append(replaced.fields, known.fields...)
	sealed := live["immutable"] == true
	if group == "" && (kind == "ConfigMap" && (sealed || !s.mutableConfigMaps) ||
		kind == "Secret" && (sealed || !s.mutableSecrets)) {
		replaced.fields = append(replaced.fields, dataFields...)
	}
	return replaced
}

// holds says whether a change at the path is one that needs another object.
// A path names fields only; positions in lists do not count.
func (f fixed) holds(path []string) bool {
	for _, field := range f.except {
		if covers(strings.Split(field, "."), path) {
			return false
		}
	}
	for _, field := range f.fields {
		parts := strings.Split(field, ".")
		if covers(parts, path) || len(f.except) == 0 && covers(path, parts) {
			return true
		}
	}
	return false
}

func covers(prefix, path []string) bool {
	if len(prefix) > len(path) {
		return false
	}
	for i, part := range prefix {
		if part != path[i] {
			return false
		}
	}
	return true
}

// How the API server says that a field cannot be changed; it has no code for it.
var immutableWords = []string{
	"field is immutable", "is immutable", "are immutable", "may not be changed", "cannot be changed", "can not be changed",
	"may not change once set", "may not change fields", "updates to", "must not be changed",
}

// refusedFields finds in an answer to a dry run the fields that cannot be changed.
func refusedFields(err error) []string {
	if !apierrors.IsInvalid(err) {
		return nil
	}
	status, is := err.(apierrors.APIStatus)
	if !is || status.Status().Details == nil {
		return nil
	}
	var fields []string
	for _, cause := range status.Status().Details.Causes {
		if cause.Type != metav1.CauseTypeFieldValueInvalid && cause.Type != metav1.CauseType("FieldValueForbidden") {
			return nil // wrong for other reasons as well: not a matter of replacing
		}
		if !saysImmutable(cause.Message) {
			return nil
		}
		fields = append(fields, cause.Field)
	}
	return fields
}

func saysImmutable(message string) bool {
	message = strings.ToLower(message)
	for _, words := range immutableWords {
		if strings.Contains(message, words) {
			return true
		}
	}
	return false
}
