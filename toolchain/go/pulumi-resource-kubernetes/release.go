package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// How long a release may take when the program does not say, in seconds: Helm's default.
const releaseTimeout = 300

// wish is what a program asks of a release.
type wish struct {
	urn, name, namespace string
	chart                chart
	values               map[string]any
	inputs               properties
	asked                *structpb.Struct
}

func (w wish) id() string              { return w.namespace + "/" + w.name }
func (w wish) flag(option string) bool { return w.inputs.values[option] == true }

func readWish(urn string, asked *structpb.Struct) (wish, error) {
	inputs, err := decodeProperties(asked)
	if err != nil {
		return wish{}, err
	}
	found, property, reason := findChart(inputs.values)
	if found == nil {
		return wish{}, fmt.Errorf("%s: %s", property, firstOf(reason, "it is not known"))
	}
	values, _ := inputs.values["values"].(map[string]any)
	if values == nil {
		values = map[string]any{}
	}
	return wish{
		urn: urn, name: text(inputs.values["name"]), namespace: text(inputs.values["namespace"]),
		chart: *found, values: values, inputs: inputs, asked: asked,
	}, nil
}

func (w wish) seconds(requested float64) float64 {
	return firstOf(requested, float64(whole(w.inputs.values["timeout"])), releaseTimeout)
}

// properties are the outputs of a release at a revision.
func (w wish) properties(r revision) *structpb.Struct {
	state := copyOf(w.inputs.values)
	state["status"], state["resourceNames"] = r.status(), r.resourceNames()
	return encodeProperties(state, w.inputs.secrets)
}

// expected are the outputs in a preview.
func expected(asked *structpb.Struct) (*structpb.Struct, error) {
	inputs, err := decodeProperties(asked)
	if err != nil {
		return nil, err
	}
	state := copyOf(inputs.values)
	state["status"], state["resourceNames"] = unknown{}, unknown{}
	return encodeProperties(state, inputs.secrets), nil
}

func (p *provider) createRelease(ctx context.Context, request *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	if request.GetPreview() {
		properties, err := expected(request.GetProperties())
		return &pulumirpc.CreateResponse{Properties: properties}, err
	}
	w, err := readWish(request.GetUrn(), request.GetProperties())
	if err != nil {
		return nil, err
	}
	if _, err := p.reach(); err != nil {
		return nil, err
	}
	waiting, changing, stop := p.operation(ctx, w.urn, w.seconds(request.GetTimeout()))
	defer stop()
	past, err := p.history(changing, w.namespace, w.name)
	if err != nil {
		return nil, err
	}
	if len(past) > 0 && !w.flag("replace") {
		return nil, fmt.Errorf("release %q: cannot re-use a name that is still in use", w.id())
	}
	if err := p.ensureNamespace(changing, w); err != nil {
		return nil, err
	}
	done, err := p.deploy(waiting, changing, w, past)
	if err != nil && done == nil {
		return nil, err
	}
	if err != nil {
		return nil, initFailed(w.id(), err, w.properties(*done), w.asked)
	}
	return &pulumirpc.CreateResponse{Id: w.id(), Properties: w.properties(*done)}, nil
}

func (p *provider) updateRelease(ctx context.Context, request *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	if request.GetPreview() {
		properties, err := expected(request.GetNews())
		return &pulumirpc.UpdateResponse{Properties: properties}, err
	}
	w, err := readWish(request.GetUrn(), request.GetNews())
	if err != nil {
		return nil, err
	}
	if _, err := p.reach(); err != nil {
		return nil, err
	}
	waiting, changing, stop := p.operation(ctx, w.urn, w.seconds(request.GetTimeout()))
	defer stop()
	past, err := p.history(changing, w.namespace, w.name)
	if err != nil {
		return nil, err
	}
	if len(past) == 0 {
		return nil, fmt.Errorf("release %q is gone from the cluster: run `pulumi refresh` to have it made again", w.id())
	}
	done, err := p.deploy(waiting, changing, w, past)
	if err != nil && done == nil {
		return nil, err
	}
	if err != nil {
		return nil, initFailed(w.id(), err, w.properties(*done), w.asked)
	}
	return &pulumirpc.UpdateResponse{Properties: w.properties(*done)}, nil
}

// readRelease says what the last revision holds; nothing, when there is none.
func (p *provider) readRelease(ctx context.Context, request *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	waiting, _, stop := p.operation(ctx, request.GetUrn(), request.GetTimeout())
	defer stop()
	given, err := decodeProperties(request.GetInputs())
	if err != nil {
		return nil, err
	}
	if _, err := p.reach(); err != nil {
		return nil, err
	}
	namespace, name := parseID(request.GetId())
	past, err := p.history(waiting, namespace, name)
	if err != nil && p.settings.deleteUnreachable && unreachable(err) {
		p.engine.warn(request.GetUrn(), "%v; it is dropped from the stack (deleteUnreachable)", err)
		return &pulumirpc.ReadResponse{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read release %q: %w", request.GetId(), err)
	}
	if len(past) == 0 {
		return &pulumirpc.ReadResponse{}, nil
	}
	last := past[len(past)-1]
	inputs := given.values
	inputs["name"], inputs["namespace"] = last.Name, last.Namespace
	inputs["chart"] = last.Chart.Metadata.Name
	if charts, err := loadCharts(); err == nil && inputs["repositoryOpts"] == nil {
		if i := slices.IndexFunc(charts, func(c chart) bool { return c.Name == last.Chart.Metadata.Name }); i >= 0 {
			inputs["repositoryOpts"] = map[string]any{"repo": charts[i].Repository}
		}
	}
	if strings.TrimPrefix(text(inputs["version"]), "v") != strings.TrimPrefix(last.Chart.Metadata.Version, "v") {
		inputs["version"] = last.Chart.Metadata.Version
	}
	if len(last.Config) > 0 || inputs["values"] != nil {
		inputs["values"] = last.Config
	}
	state := copyOf(inputs)
	state["status"], state["resourceNames"] = last.status(), last.resourceNames()
	return &pulumirpc.ReadResponse{
		Id: request.GetId(), Properties: encodeProperties(state, given.secrets), Inputs: encodeProperties(inputs, given.secrets),
	}, nil
}

// deleteRelease takes away what the last revision made, but no definitions: with
// them every object of their kinds would go.
func (p *provider) deleteRelease(ctx context.Context, request *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	old, err := decodeOld(request.GetProperties(), request.GetOldInputs())
	if err != nil {
		return nil, err
	}
	seconds := firstOf(request.GetTimeout(), float64(whole(old.inputs["timeout"])), releaseTimeout)
	waiting, changing, stop := p.operation(ctx, request.GetUrn(), seconds)
	defer stop()
	if _, err := p.reach(); err != nil {
		return nil, err
	}
	done := &emptypb.Empty{}
	namespace, name := parseID(request.GetId())
	past, err := p.history(changing, namespace, name)
	if err != nil && p.settings.deleteUnreachable && unreachable(err) {
		p.engine.warn(request.GetUrn(), "%v; it is dropped from the stack all the same (deleteUnreachable)", err)
		return done, nil
	}
	if err != nil {
		return nil, fmt.Errorf("delete release %q: %w", request.GetId(), err)
	}
	if len(past) > 0 {
		if err := p.uninstall(waiting, changing, namespace+"/"+name, past[len(past)-1].Objects, old.inputs["skipAwait"] == true); err != nil {
			return nil, fmt.Errorf("delete release %q: %w", request.GetId(), err)
		}
	}
	for _, r := range past {
		if err := p.forget(changing, r); err != nil {
			return nil, fmt.Errorf("delete release %q: %w", request.GetId(), err)
		}
	}
	return done, nil
}
