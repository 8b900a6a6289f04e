package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// readyState is ready when there is no problem; a failure is a problem that
// will not pass.
type readyState struct {
	problem string
	failure error
}

type condition func(object map[string]any) readyState

func waitingFor(format string, args ...any) readyState {
	return readyState{problem: fmt.Sprintf(format, args...)}
}

func failed(format string, args ...any) readyState {
	err := fmt.Errorf(format, args...)
	return readyState{problem: err.Error(), failure: err}
}

// What is waited for, by group and kind.
var conditions = map[string]condition{
	"/Namespace":                phase("Active"),
	"/PersistentVolume":         phase("Available", "Bound"),
	"/PersistentVolumeClaim":    claimReady,
	"/Pod":                      podReady,
	"/ReplicationController":    controllerReady,
	"/ResourceQuota":            quotaReady,
	"/Secret":                   tokenReady,
	"/Service":                  serviceReady,
	"apps/DaemonSet":            daemonSetReady,
	"apps/Deployment":           deploymentReady,
	"apps/StatefulSet":          statefulSetReady,
	"batch/Job":                 jobReady,
	"networking.k8s.io/Ingress": loadBalanced,
	"apiextensions.k8s.io/CustomResourceDefinition": established,
}

func number(object map[string]any, path ...string) int64 {
	switch value := at(object, path...).(type) {
	case int64:
		return value
	case float64:
		return int64(value)
	default:
		return 0
	}
}

func list(value any) []any {
	items, _ := value.([]any)
	return items
}

// conditionOf returns status, reason and message of a status condition.
func conditionOf(object map[string]any, kind string) (status, reason, message string) {
	for _, item := range list(at(object, "status", "conditions")) {
		if c, is := item.(map[string]any); is && text(c["type"]) == kind {
			return text(c["status"]), text(c["reason"]), text(c["message"])
		}
	}
	return "", "", ""
}

func observed(object map[string]any) bool {
	return number(object, "status", "observedGeneration") >= number(object, "metadata", "generation")
}

func phase(wanted ...string) condition {
	return func(object map[string]any) readyState {
		now := text(at(object, "status", "phase"))
		for _, phase := range wanted {
			if now == phase {
				return readyState{}
			}
		}
		return waitingFor("its phase is %q, not %s", now, strings.Join(wanted, " or "))
	}
}

func claimReady(object map[string]any) readyState {
	if text(at(object, "status", "phase")) == "Lost" {
		return failed("its volume is lost")
	}
	return phase("Bound")(object)
}

func podReady(object map[string]any) readyState {
	switch text(at(object, "status", "phase")) {
	case "Succeeded":
		return readyState{}
	case "Failed":
		return failed("the pod failed: %s", firstOf(podReason(object), text(at(object, "status", "message")), "no reason given"))
	}
	if status, _, _ := conditionOf(object, "Ready"); status == "True" {
		return readyState{}
	}
	return waitingFor("the pod is not ready: %s", firstOf(podReason(object), "its containers are starting"))
}

// podReason says what holds up a pod; "" when nothing is known.
func podReason(pod map[string]any) string {
	if status, reason, message := conditionOf(pod, "PodScheduled"); status == "False" {
		return reason + ": " + message
	}
	for _, field := range []string{"initContainerStatuses", "containerStatuses"} {
		for _, item := range list(at(pod, "status", field)) {
			container, is := item.(map[string]any)
			if !is {
				continue
			}
			for _, state := range []string{"waiting", "terminated"} {
				reason := text(at(container, "state", state, "reason"))
				if reason != "" && reason != "ContainerCreating" && reason != "PodInitializing" && reason != "Completed" {
					return strings.TrimSuffix(fmt.Sprintf("container %q: %s: %s", text(container["name"]), reason,
						text(at(container, "state", state, "message"))), ": ")
				}
			}
		}
	}
	return ""
}

func deploymentReady(object map[string]any) readyState {
	if !observed(object) {
		return waitingFor("the controller has not seen it yet")
	}
	if status, reason, message := conditionOf(object, "Progressing"); status == "False" && reason == "ProgressDeadlineExceeded" {
		return failed("the roll-out made no progress: %s", message)
	}
	wanted := number(object, "spec", "replicas")
	updated := number(object, "status", "updatedReplicas")
	if updated < wanted {
		return waitingFor("%d of %d replicas are updated", updated, wanted)
	}
	if all := number(object, "status", "replicas"); all > updated {
		return waitingFor("%d old replicas are still there", all-updated)
	}
	if available := number(object, "status", "availableReplicas"); available < updated {
		return waitingFor("%d of %d replicas are available", available, updated)
	}
	return readyState{}
}

func statefulSetReady(object map[string]any) readyState {
	if !observed(object) {
		return waitingFor("the controller has not seen it yet")
	}
	wanted := number(object, "spec", "replicas")
	if ready := number(object, "status", "readyReplicas"); ready < wanted {
		return waitingFor("%d of %d replicas are ready", ready, wanted)
	}
	if text(at(object, "spec", "updateStrategy", "type")) == "OnDelete" {
		return readyState{}
	}
	partition := number(object, "spec", "updateStrategy", "rollingUpdate", "partition")
	if updated := number(object, "status", "updatedReplicas"); updated < wanted-partition {
		return waitingFor("%d of %d replicas are updated", updated, wanted-partition)
	}
	return readyState{}
}

func daemonSetReady(object map[string]any) readyState {
	if !observed(object) {
		return waitingFor("the controller has not seen it yet")
	}
	wanted := number(object, "status", "desiredNumberScheduled")
	if updated := number(object, "status", "updatedNumberScheduled"); updated < wanted && text(at(object, "spec", "updateStrategy", "type")) != "OnDelete" {
		return waitingFor("%d of %d pods are updated", updated, wanted)
	}
	if available := number(object, "status", "numberAvailable"); available < wanted {
		return waitingFor("%d of %d pods are available", available, wanted)
	}
	return readyState{}
}

func controllerReady(object map[string]any) readyState {
	wanted := number(object, "spec", "replicas")
	if available := number(object, "status", "availableReplicas"); available < wanted {
		return waitingFor("%d of %d replicas are available", available, wanted)
	}
	return readyState{}
}

func jobReady(object map[string]any) readyState {
	if status, _, message := conditionOf(object, "Failed"); status == "True" {
		return failed("the job failed: %s", message)
	}
	if status, _, _ := conditionOf(object, "Complete"); status == "True" || at(object, "spec", "suspend") == true {
		return readyState{}
	}
	return waitingFor("the job is not complete: %d pods are active, %d succeeded, %d failed",
		number(object, "status", "active"), number(object, "status", "succeeded"), number(object, "status", "failed"))
}

func quotaReady(object map[string]any) readyState {
	wanted, _ := at(object, "spec", "hard").(map[string]any)
	now, _ := at(object, "status", "hard").(map[string]any)
	if len(wanted) == 0 || reflect.DeepEqual(wanted, now) {
		return readyState{}
	}
	return waitingFor("the quota is not in force yet")
}

func tokenReady(object map[string]any) readyState {
	data, _ := object["data"].(map[string]any)
	if text(object["type"]) != "kubernetes.io/service-account-token" || len(data) > 0 {
		return readyState{}
	}
	return waitingFor("its token is not made yet")
}

func serviceReady(object map[string]any) readyState {
	if text(at(object, "spec", "type")) == "LoadBalancer" {
		return loadBalanced(object)
	}
	return readyState{}
}

// needsEndpoints says whether a Service is of no use before pods are behind it.
func needsEndpoints(object map[string]any) bool {
	selector, _ := at(object, "spec", "selector").(map[string]any)
	return text(object["apiVersion"]) == "v1" && text(object["kind"]) == "Service" && len(selector) > 0 &&
		text(at(object, "spec", "clusterIP")) != "None" && text(at(object, "spec", "type")) != "ExternalName"
}

func loadBalanced(object map[string]any) readyState {
	if len(list(at(object, "status", "loadBalancer", "ingress"))) > 0 {
		return readyState{}
	}
	return waitingFor("no load balancer has given it an address")
}

func established(object map[string]any) readyState {
	if status, reason, message := conditionOf(object, "NamesAccepted"); status == "False" {
		return failed("its names are not accepted: %s: %s", reason, message)
	}
	if status, _, _ := conditionOf(object, "Established"); status == "True" {
		return readyState{}
	}
	return waitingFor("its kind is not served yet")
}

// wishedConditions reads the annotation pulumi.com/waitFor: one or a JSON list of
// condition=<Type>[=<Status>] and jsonpath={.path.to.field}[=<value>].
func wishedConditions(wish string) (condition, error) {
	var wishes []string
	if json.Unmarshal([]byte(wish), &wishes) != nil {
		wishes = []string{wish}
	}
	all := make([]condition, len(wishes))
	for i, wish := range wishes {
		var err error
		if all[i], err = wishedCondition(wish); err != nil {
			return nil, err
		}
	}
	return func(object map[string]any) readyState {
		for _, c := range all {
			if state := c(object); state.problem != "" {
				return state
			}
		}
		return readyState{}
	}, nil
}

func wishedCondition(wish string) (condition, error) {
	how, what, _ := strings.Cut(wish, "=")
	what, wanted, valued := strings.Cut(what, "=")
	path, simple := strings.CutPrefix(strings.Trim(what, "{}"), ".")
	switch {
	case how == "condition" && what != "":
		wanted = firstOf(wanted, "True")
		return func(object map[string]any) readyState {
			if status, _, _ := conditionOf(object, what); strings.EqualFold(status, wanted) {
				return readyState{}
			}
			return waitingFor("its condition %s is not %s", what, wanted)
		}, nil
	case how == "jsonpath" && simple && !strings.ContainsAny(path, "[]*?@"):
		return func(object map[string]any) readyState {
			value := at(object, strings.Split(path, ".")...)
			if value != nil && (!valued || fmt.Sprint(value) == wanted) {
				return readyState{}
			}
			return waitingFor("%s is %v", what, value)
		}, nil
	default:
		return nil, fmt.Errorf("the annotation %s has %q: give condition=<Type>[=<Status>] or jsonpath={.path.to.field}[=<value>]", annotationWaitFor, wish)
	}
}
