package main

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

const (
	statusDeployed   = "deployed"
	statusFailed     = "failed"
	statusSuperseded = "superseded"

	// releaseManager is the field manager of what a release makes, as Helm's own.
	releaseManager = "helm"
)

// revision is one state of a release, kept where Helm keeps it: in the Secret
// sh.helm.release.v1.<name>.v<revision>. The document in it is plainer than
// Helm's, whose templates are not here.
type revision struct {
	Name      string         `json:"name"`
	Namespace string         `json:"namespace"`
	Version   int64          `json:"version"`
	Chart     revisionChart  `json:"chart"`
	Config    map[string]any `json:"config"`
	Info      revisionInfo   `json:"info"`
	Objects   []objectRef    `json:"objects"`
}

type revisionChart struct {
	Metadata struct {
		Name       string `json:"name"`
		Version    string `json:"version"`
		AppVersion string `json:"appVersion"`
	} `json:"metadata"`
}

type revisionInfo struct {
	FirstDeployed string `json:"first_deployed"`
	LastDeployed  string `json:"last_deployed"`
	Status        string `json:"status"`
	Description   string `json:"description"`
}

type objectRef struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace"`
	Name       string `json:"name"`
}

func (r objectRef) groupVersionKind() schema.GroupVersionKind {
	return schema.FromAPIVersionAndKind(r.APIVersion, r.Kind)
}

func refOf(object map[string]any) objectRef {
	return objectRef{text(object["apiVersion"]), text(object["kind"]), namespaceOf(object), nameOf(object)}
}

var secretKind = schema.GroupVersionKind{Version: "v1", Kind: "Secret"}

// history lists the revisions of a release, the oldest first.
func (p *provider) history(ctx context.Context, namespace, name string) ([]revision, error) {
	client, err := p.cluster.client(ctx, secretKind, namespace)
	if err != nil {
		return nil, err
	}
	secrets, err := client.List(ctx, metav1.ListOptions{LabelSelector: "owner=helm,name=" + name})
	if err != nil {
		return nil, p.cluster.explain(err)
	}
	var revisions []revision
	for _, secret := range secrets.Items {
		r, err := decodeRevision(secret.Object)
		if err != nil {
			return nil, fmt.Errorf("Secret %q: %w", objectID(&secret), err)
		}
		revisions = append(revisions, r)
	}
	slices.SortFunc(revisions, func(a, b revision) int { return cmp.Compare(a.Version, b.Version) })
	return revisions, nil
}

func decodeRevision(secret map[string]any) (revision, error) {
	var r revision
	document, err := base64.StdEncoding.DecodeString(text(at(secret, "data", "release")))
	if err == nil {
		err = json.Unmarshal(document, &r)
	}
	if err != nil {
		return r, fmt.Errorf("it holds no release that this stand-in made: %w", err)
	}
	r.Config, _ = normal(r.Config).(map[string]any)
	return r, nil
}

// record writes a revision down.
func (p *provider) record(ctx context.Context, r revision) error {
	document, err := json.Marshal(r)
	if err != nil {
		return err
	}
	client, err := p.cluster.client(ctx, secretKind, r.Namespace)
	if err != nil {
		return err
	}
	_, err = apply(ctx, client, map[string]any{
		"apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
		"metadata": map[string]any{
			"name": r.secretName(), "namespace": r.Namespace,
			"labels": map[string]any{
				"owner": "helm", "name": r.Name, "status": r.Info.Status, "version": strconv.FormatInt(r.Version, 10),
			},
		},
		"data": map[string]any{"release": base64.StdEncoding.EncodeToString(document)},
	}, applyOptions{manager: releaseManager, force: true})
	return err
}

func (r revision) secretName() string {
	return fmt.Sprintf("sh.helm.release.v1.%s.v%d", r.Name, r.Version)
}

// forget drops the Secret of a revision.
func (p *provider) forget(ctx context.Context, r revision) error {
	client, err := p.cluster.client(ctx, secretKind, r.Namespace)
	if err != nil {
		return err
	}
	return absentIsFine(client.Delete(ctx, r.secretName(), metav1.DeleteOptions{}))
}

// status is the output of that name.
func (r revision) status() map[string]any {
	return map[string]any{
		"name": r.Name, "namespace": r.Namespace, "revision": r.Version, "status": r.Info.Status,
		"chart": r.Chart.Metadata.Name, "version": r.Chart.Metadata.Version, "appVersion": r.Chart.Metadata.AppVersion,
	}
}

// resourceNames is the output of that name: objects by kind.
func (r revision) resourceNames() map[string]any {
	names := map[string]any{}
	for _, ref := range r.Objects {
		kind := ref.groupVersionKind()
		key := kind.Kind + "/" + ref.APIVersion
		if kind.Group != "" {
			key = kind.Kind + "." + kind.Group + "/" + ref.APIVersion
		}
		list, _ := names[key].([]any)
		names[key] = append(list, any(ref.Namespace+"/"+ref.Name))
	}
	return names
}

func newRevision(c chart, name, namespace string, number int64, values map[string]any, first string) revision {
	now := time.Now().UTC().Format(time.RFC3339)
	r := revision{Name: name, Namespace: namespace, Version: number, Config: values}
	r.Chart.Metadata.Name, r.Chart.Metadata.Version, r.Chart.Metadata.AppVersion = c.Name, c.Version, c.AppVersion
	r.Info = revisionInfo{FirstDeployed: firstOf(first, now), LastDeployed: now}
	return r
}

// normal gives numbers the form that they have in a request.
func normal(value any) any {
	switch value := value.(type) {
	case float64:
		return decodeNumber(value)
	case []any:
		for i := range value {
			value[i] = normal(value[i])
		}
	case map[string]any:
		for key := range value {
			value[key] = normal(value[key])
		}
	}
	return value
}

func (p *provider) find(ctx context.Context, ref objectRef) (*unstructured.Unstructured, error) {
	client, err := p.cluster.client(ctx, ref.groupVersionKind(), ref.Namespace)
	if err != nil {
		return nil, err
	}
	return client.Get(ctx, ref.Name, metav1.GetOptions{})
}
