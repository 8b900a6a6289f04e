package main

import (
	"encoding/base64"
	"maps"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Annotations by which a program steers the provider.
const (
	annotationAutonamed   = "pulumi.com/autonamed"
	annotationSkipAwait   = "pulumi.com/skipAwait"
	annotationTimeout     = "pulumi.com/timeoutSeconds"
	annotationForce       = "pulumi.com/patchForce"
	annotationManager     = "pulumi.com/patchFieldManager"
	annotationPropagation = "pulumi.com/deletionPropagationPolicy"
	annotationWaitFor     = "pulumi.com/waitFor"
)

// What a checkpoint holds beside the live object, under the names that the SDK
// and the official plugin expect.
const (
	inputsProperty     = "__inputs"
	apiVersionProperty = "__initialApiVersion"
	managerProperty    = "__fieldManager"
)

// at follows keys through nested objects; nil when the way ends.
func at(object map[string]any, path ...string) any {
	var value any = object
	for _, key := range path {
		fields, is := value.(map[string]any)
		if !is {
			return nil
		}
		value = fields[key]
	}
	return value
}

func annotation(object map[string]any, key string) string {
	return text(at(object, "metadata", "annotations", key))
}

func annotated(object map[string]any, key string) bool {
	return annotation(object, key) == "true"
}

func nameOf(object map[string]any) string      { return text(at(object, "metadata", "name")) }
func namespaceOf(object map[string]any) string { return text(at(object, "metadata", "namespace")) }
func uidOf(object map[string]any) string       { return text(at(object, "metadata", "uid")) }

// within returns the object's field as an object, made if absent; false when
// it is something else, such as not known yet.
func within(object map[string]any, key string) (map[string]any, bool) {
	if object[key] == nil {
		object[key] = map[string]any{}
	}
	fields, is := object[key].(map[string]any)
	return fields, is
}

func setMetadata(object map[string]any, key, value string) {
	if metadata, is := within(object, "metadata"); is {
		metadata[key] = value
	}
}

func annotate(object map[string]any, key, value string) {
	if metadata, is := within(object, "metadata"); is {
		if annotations, is := within(metadata, "annotations"); is {
			annotations[key] = value
		}
	}
}

// copyOf is a deep copy.
func copyOf[T any](value T) T {
	var deep func(any) any
	deep = func(value any) any {
		switch value := value.(type) {
		case map[string]any:
			result := make(map[string]any, len(value))
			for key, item := range value {
				result[key] = deep(item)
			}
			return result
		case []any:
			result := make([]any, len(value))
			for i, item := range value {
				result[i] = deep(item)
			}
			return result
		default:
			return value
		}
	}
	result, _ := deep(value).(T)
	return result
}

// without leaves out what only the checkpoint knows.
func without(state map[string]any) map[string]any {
	live := make(map[string]any, len(state))
	for key, value := range state {
		if !strings.HasPrefix(key, "__") {
			live[key] = value
		}
	}
	return live
}

// objectID is <namespace>/<name>, or the name alone where there is no namespace.
func objectID(object *unstructured.Unstructured) string {
	if namespace := object.GetNamespace(); namespace != "" {
		return namespace + "/" + object.GetName()
	}
	return object.GetName()
}

func parseID(id string) (namespace, name string) {
	if before, after, is := strings.Cut(id, "/"); is {
		return before, after
	}
	return "", id
}

// isSecret says whether an object is a core Secret.
func isSecret(object map[string]any) bool {
	return text(object["apiVersion"]) == "v1" && text(object["kind"]) == "Secret"
}

// withSecretData turns a Secret's stringData into data, as the API server does,
// so that what was asked for and what is there can be compared.
func withSecretData(object map[string]any) map[string]any {
	plain, is := object["stringData"].(map[string]any)
	if !is || !isSecret(object) {
		return object
	}
	data := map[string]any{}
	if given, is := object["data"].(map[string]any); is {
		for key, value := range given {
			data[key] = value
		}
	}
	for key, value := range plain {
		if content, is := value.(string); is {
			data[key] = base64.StdEncoding.EncodeToString([]byte(content))
		} else {
			data[key] = value
		}
	}
	result := make(map[string]any, len(object))
	for key, value := range object {
		result[key] = value
	}
	delete(result, "stringData")
	result["data"] = data
	return result
}

// checkpoint is what the engine keeps of an object: the live one and, hidden,
// the inputs and the field manager that it was made with.
func checkpoint(live, inputs map[string]any, secrets *mask, manager string) (map[string]any, *mask) {
	state := maps.Clone(live)
	if metadata, is := live["metadata"].(map[string]any); is {
		// Half of an object's text, of no use to a program, and written at every checkpoint.
		shorter := maps.Clone(metadata)
		delete(shorter, "managedFields")
		state["metadata"] = shorter
	}
	state[inputsProperty] = inputs
	state[apiVersionProperty] = text(inputs["apiVersion"])
	state[managerProperty] = manager

	secrets = withSecretMarks(live, secrets)
	if secrets != nil && secrets.whole {
		return state, secrets
	}
	marks := &mask{fields: map[string]*mask{inputsProperty: secrets}}
	if secrets != nil {
		maps.Copy(marks.fields, secrets.fields)
	}
	return state, marks
}

// withSecretMarks marks what a Secret holds, also where a program did not.
func withSecretMarks(object map[string]any, secrets *mask) *mask {
	if !isSecret(object) || secrets != nil && secrets.whole {
		return secrets
	}
	marks := &mask{fields: map[string]*mask{}}
	if secrets != nil {
		maps.Copy(marks.fields, secrets.fields)
	}
	marks.fields["data"] = &mask{whole: true}
	marks.fields["stringData"] = &mask{whole: true}
	return marks
}

// timeoutSeconds is how long a program lets an operation take; 0 when it does not say.
func timeoutSeconds(requested float64, inputs map[string]any) float64 {
	if requested > 0 {
		return requested
	}
	seconds, err := strconv.Atoi(annotation(inputs, annotationTimeout))
	if err != nil || seconds < 0 {
		return 0
	}
	return float64(seconds)
}
