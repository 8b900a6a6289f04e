package main

import (
	"context"
	"maps"
	"slices"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/api/meta"
)

// How long a diff may wait for the API server's opinion on immutable fields.
const dryRunTimeout = 10 * time.Second

// oldObject is what the engine remembers of an object.
type oldObject struct {
	inputs, live map[string]any
	state        map[string]any
}

func decodeOld(state, inputs *structpb.Struct) (oldObject, error) {
	decoded, err := decodeProperties(state)
	if err != nil {
		return oldObject{}, err
	}
	old := oldObject{state: decoded.values, live: without(decoded.values)}
	if inputs != nil {
		given, err := decodeProperties(inputs)
		if err != nil {
			return oldObject{}, err
		}
		old.inputs = given.values
	} else if old.inputs, _ = decoded.values[inputsProperty].(map[string]any); old.inputs == nil {
		old.inputs = map[string]any{}
	}
	return old, nil
}

// Diff compares what is wanted with what was last seen of the object, not with
// what was last asked for: so what others changed is put right again.
func (p *provider) Diff(ctx context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	if isRelease(request.GetUrn()) {
		return p.diffRelease(request)
	}
	old, err := decodeOld(request.GetOlds(), request.GetOldInputs())
	if err != nil {
		return nil, err
	}
	news, err := decodeProperties(request.GetNews())
	if err != nil {
		return nil, err
	}
	inputs := news.values
	resource, err := identify(request.GetUrn(), inputs)
	if err != nil {
		return nil, err
	}
	before, after, err := p.comparable(ctx, resource, old, inputs)
	if err != nil {
		return nil, err
	}
	changes := slices.DeleteFunc(asAsked(compare(before, after), old.inputs, inputs), func(c change) bool {
		return ignored(c, request.GetIgnoreChanges())
	})
	if len(changes) == 0 {
		return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE, HasDetailedDiff: true}, nil
	}
	replaced := p.replaced(ctx, resource, old, inputs, changes)
	asked := compare(old.inputs, inputs)
	response := &pulumirpc.DiffResponse{
		Changes: pulumirpc.DiffResponse_DIFF_SOME, HasDetailedDiff: true,
		DetailedDiff: map[string]*pulumirpc.PropertyDiff{},
	}
	for i, c := range changes {
		if field := c.path[0].field; !slices.Contains(response.Diffs, field) {
			response.Diffs = append(response.Diffs, field)
		}
		if replaced[i] {
			response.Replaces = append(response.Replaces, c.String())
		}
		response.DetailedDiff[c.String()] = &pulumirpc.PropertyDiff{
			Kind:      wireKind(c.kind, replaced[i]),
			InputDiff: slices.ContainsFunc(asked, func(a change) bool { return a.String() == c.String() }),
		}
	}
	// The new object cannot stand beside the old one under the same name.
	response.DeleteBeforeReplace = len(response.Replaces) > 0 && !annotated(inputs, annotationAutonamed) &&
		nameOf(after) == nameOf(before) && namespaceOf(after) == namespaceOf(before)
	return response, nil
}

// comparable brings both sides of a diff to one form.
func (p *provider) comparable(ctx context.Context, resource resourceName, old oldObject, inputs map[string]any) (before, after map[string]any, err error) {
	cluster, err := p.reach()
	if err != nil {
		return nil, nil, err
	}
	found, err := cluster.find(withURN(ctx, resource.urn), resource.kind)
	if err != nil && !meta.IsNoMatchError(err) {
		return nil, nil, err
	}
	after = copyOf(withSecretData(inputs))
	before = shaped(copyOf(withSecretData(old.live)), withSecretData(old.inputs))
	if after["metadata"] == nil {
		after["metadata"] = map[string]any{}
	}
	for _, side := range []map[string]any{before, after} {
		switch metadata, known := within(side, "metadata"); {
		case !known:
		case err == nil && !found.namespaced:
			delete(metadata, "namespace")
		case metadata["namespace"] == nil:
			metadata["namespace"] = cluster.namespace
		}
	}
	if nameOf(after) != "" {
		setMetadata(before, "name", nameOf(old.live))
	}
	if namespace := namespaceOf(old.live); namespace != "" {
		setMetadata(before, "namespace", namespace)
	}
	for _, key := range []string{"apiVersion", "kind"} {
		if before[key] == nil {
			before[key] = after[key]
		}
	}
	return before, after, nil
}

// asAsked names a Secret's data as the program does, by stringData.
func asAsked(changes []change, old, inputs map[string]any) []change {
	if !isSecret(inputs) {
		return changes
	}
	for _, c := range changes {
		if len(c.path) == 2 && c.path[0] == named("data") && (at(inputs, "stringData", c.path[1].field) != nil || at(old, "stringData", c.path[1].field) != nil) {
			c.path[0] = named("stringData")
		}
	}
	return changes
}

// replaced says for each change whether it needs a new object: by what is known
// of the kind and, for the rest, by asking the API server in a dry run.
func (p *provider) replaced(ctx context.Context, resource resourceName, old oldObject, inputs map[string]any, changes []change) []bool {
	kept := fixed{fields: []string{"metadata.name", "metadata.namespace"}}
	if !resource.patch {
		kept = p.settings.fixedFields(resource.kind.Group, resource.kind.Kind, old.live)
	}
	result := make([]bool, len(changes))
	some := false
	for i, c := range changes {
		result[i] = kept.holds(c.fields())
		some = some || result[i]
	}
	_, listed := fixedFields[resource.kind.Group+"/"+resource.kind.Kind]
	if some || resource.patch || listed && kept.except != nil || hasUnknown(inputs) || !slices.ContainsFunc(changes, notMarks) {
		return result
	}
	for _, field := range p.refusedByServer(ctx, resource, old, inputs) {
		marked := false
		for i, c := range changes {
			path := fieldsOf(field)
			if covers(path, c.fields()) || covers(c.fields(), path) {
				result[i], marked = true, true
			}
		}
		if !marked {
			for i := range result {
				result[i] = true
			}
		}
	}
	return result
}

// notMarks says whether a change is of something else than labels and annotations, which always can change.
func notMarks(c change) bool {
	fields := c.fields()
	return !covers([]string{"metadata", "labels"}, fields) && !covers([]string{"metadata", "annotations"}, fields)
}

func (p *provider) refusedByServer(ctx context.Context, resource resourceName, old oldObject, inputs map[string]any) []string {
	ctx, cancel := context.WithTimeout(withURN(ctx, resource.urn), dryRunTimeout)
	defer cancel()
	client, err := p.clientFor(ctx, resource, inputs)
	if err != nil {
		return nil
	}
	wanted := copyOf(inputs)
	setMetadata(wanted, "uid", uidOf(old.live))
	_, err = apply(ctx, client, wanted, applyOptions{manager: managerOf(inputs, old.state), force: true, dryRun: true})
	return refusedFields(err)
}

func wireKind(kind changeKind, replaced bool) pulumirpc.PropertyDiff_Kind {
	kinds := map[changeKind][2]pulumirpc.PropertyDiff_Kind{
		added:   {pulumirpc.PropertyDiff_ADD, pulumirpc.PropertyDiff_ADD_REPLACE},
		removed: {pulumirpc.PropertyDiff_DELETE, pulumirpc.PropertyDiff_DELETE_REPLACE},
		updated: {pulumirpc.PropertyDiff_UPDATE, pulumirpc.PropertyDiff_UPDATE_REPLACE},
	}
	if replaced {
		return kinds[kind][1]
	}
	return kinds[kind][0]
}

// diffSettings compares two configurations of the provider.
func diffSettings(olds, news map[string]any) *pulumirpc.DiffResponse {
	var diffs []string
	for _, key := range slices.Sorted(maps.Keys(merged(olds, news))) {
		if len(compare(map[string]any{key: olds[key]}, map[string]any{key: news[key]})) > 0 {
			diffs = append(diffs, key)
		}
	}
	if len(diffs) == 0 {
		return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}
	}
	response := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_SOME, Diffs: diffs}
	before, _ := readSettings(olds)
	after, _ := readSettings(news)
	if before.clusterIdentifier != "" && before.clusterIdentifier == after.clusterIdentifier {
		return response // whatever else changed, the program says that it is the same cluster
	}
	if (before.clusterIdentifier == "") != (after.clusterIdentifier == "") {
		return response // starting or ceasing to name the cluster does not change it
	}
	for _, key := range []string{"kubeconfig", "context", "cluster", "clusterIdentifier"} {
		if !slices.Contains(diffs, key) {
			continue
		}
		here, there := before.activeCluster(), after.activeCluster()
		if isUnknown(news[key]) || here != "" && there != "" && here != there {
			response.Replaces = append(response.Replaces, key)
		}
	}
	return response
}
