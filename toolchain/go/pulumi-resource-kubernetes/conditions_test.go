package main

import "testing"

func statusCondition(kind, status, reason string) map[string]any {
	return map[string]any{"type": kind, "status": status, "reason": reason, "message": "said"}
}

func TestReadiness(t *testing.T) {
	status := func(fields map[string]any) map[string]any {
		return map[string]any{"metadata": map[string]any{"generation": int64(2)}, "spec": map[string]any{"replicas": int64(2)}, "status": fields}
	}
	tests := []struct {
		name   string
		kind   string
		object map[string]any
		expect string // ready, waiting or failed
	}{
		{"a new deployment", "apps/Deployment", status(map[string]any{}), "waiting"},
		{"a deployment with old replicas", "apps/Deployment", status(map[string]any{"observedGeneration": int64(2), "updatedReplicas": int64(2), "replicas": int64(3), "availableReplicas": int64(3)}), "waiting"},
		{"a deployment not available yet", "apps/Deployment", status(map[string]any{"observedGeneration": int64(2), "updatedReplicas": int64(2), "replicas": int64(2), "availableReplicas": int64(1)}), "waiting"},
		{"a deployment rolled out", "apps/Deployment", status(map[string]any{"observedGeneration": int64(2), "updatedReplicas": int64(2), "replicas": int64(2), "availableReplicas": int64(2)}), "ready"},
		{"a deployment without progress", "apps/Deployment", status(map[string]any{"observedGeneration": int64(2), "conditions": []any{statusCondition("Progressing", "False", "ProgressDeadlineExceeded")}}), "failed"},
		{"a stateful set half updated", "apps/StatefulSet", status(map[string]any{"observedGeneration": int64(2), "readyReplicas": int64(2), "updatedReplicas": int64(1)}), "waiting"},
		{"a stateful set", "apps/StatefulSet", status(map[string]any{"observedGeneration": int64(2), "readyReplicas": int64(2), "updatedReplicas": int64(2)}), "ready"},
		{"a daemon set without nodes", "apps/DaemonSet", status(map[string]any{"observedGeneration": int64(2)}), "ready"},
		{"a pending pod", "/Pod", status(map[string]any{"phase": "Pending"}), "waiting"},
		{"a running pod that is not ready", "/Pod", status(map[string]any{"phase": "Running", "conditions": []any{statusCondition("Ready", "False", "")}}), "waiting"},
		{"a ready pod", "/Pod", status(map[string]any{"phase": "Running", "conditions": []any{statusCondition("Ready", "True", "")}}), "ready"},
		{"a pod that ended well", "/Pod", status(map[string]any{"phase": "Succeeded"}), "ready"},
		{"a pod that failed", "/Pod", status(map[string]any{"phase": "Failed"}), "failed"},
		{"a pending claim", "/PersistentVolumeClaim", status(map[string]any{"phase": "Pending"}), "waiting"},
		{"a bound claim", "/PersistentVolumeClaim", status(map[string]any{"phase": "Bound"}), "ready"},
		{"a lost claim", "/PersistentVolumeClaim", status(map[string]any{"phase": "Lost"}), "failed"},
		{"a terminating namespace", "/Namespace", status(map[string]any{"phase": "Terminating"}), "waiting"},
		{"a running job", "batch/Job", status(map[string]any{"active": int64(1)}), "waiting"},
		{"a complete job", "batch/Job", status(map[string]any{"conditions": []any{statusCondition("Complete", "True", "")}}), "ready"},
		{"a failed job", "batch/Job", status(map[string]any{"conditions": []any{statusCondition("Failed", "True", "BackoffLimitExceeded")}}), "failed"},
		{"a definition not served yet", "apiextensions.k8s.io/CustomResourceDefinition", status(map[string]any{}), "waiting"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			state := conditions[test.kind](test.object)
			got := "ready"
			if state.failure != nil {
				got = "failed"
			} else if state.problem != "" {
				got = "waiting"
			}
			if got != test.expect {
				t.Errorf("got %s (%s)", got, state.problem)
			}
		})
	}
}

func TestAnAnnotationMayAskForConditions(t *testing.T) {
	object := map[string]any{"status": map[string]any{"phase": "Green", "conditions": []any{statusCondition("Synced", "True", "")}}}
	ready := map[string]bool{
		"condition=Synced":                                      true,
		"condition=Synced=False":                                false,
		"condition=Ready":                                       false,
		"jsonpath={.status.phase}":                              true,
		"jsonpath={.status.phase}=Green":                        true,
		"jsonpath={.status.phase}=Red":                          false,
		`["condition=Synced","jsonpath={.status.phase}=Green"]`: true,
		`["condition=Synced","jsonpath={.status.phase}=Red"]`:   false,
	}
	for wish, expect := range ready {
		check, err := wishedConditions(wish)
		if err != nil {
			t.Errorf("%s: %v", wish, err)
		} else if got := check(object).problem == ""; got != expect {
			t.Errorf("%s: got %v", wish, got)
		}
	}
	for _, wish := range []string{"ready", "jsonpath={.a[0]}", "condition="} {
		if _, err := wishedConditions(wish); err == nil {
			t.Errorf("%s was accepted", wish)
		}
	}
}

func TestPodsSayWhatHoldsThemUp(t *testing.T) {
	waiting := map[string]any{"status": map[string]any{"containerStatuses": []any{map[string]any{
		"name": "main", "state": map[string]any{"waiting": map[string]any{"reason": "ImagePullBackOff", "message": "no such image"}},
	}}}}
	if got := podReason(waiting); got != `container "main": ImagePullBackOff: no such image` {
		t.Errorf("got %s", got)
	}
	unscheduled := map[string]any{"status": map[string]any{"conditions": []any{statusCondition("PodScheduled", "False", "Unschedulable")}}}
	if got := podReason(unscheduled); got != "Unschedulable: said" {
		t.Errorf("got %s", got)
	}
}
