package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// cluster is one API server behind kept connections.
type cluster struct {
	host      string
	namespace string // for objects that name none
	base      *url.URL
	http      *http.Client
	objects   dynamic.Interface

	mu       sync.Mutex
	versions map[schema.GroupVersion]*discovered
}

// discovered is what one group and version serves; asked for once.
type discovered struct {
	done  chan struct{}
	kinds map[string]served
	err   error
}

// served is how a kind is reached.
type served struct {
	resource   schema.GroupVersionResource
	namespaced bool
}

func connect(s settings, warnings rest.WarningHandlerWithContext) (*cluster, error) {
	chosen, err := s.clientConfig()
	if err != nil {
		return nil, err
	}
	config, err := chosen.ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w (%s)", err, s.kubeconfigSource())
	}
	namespace, _, err := chosen.Namespace()
	if err != nil {
		return nil, fmt.Errorf("namespace: %w", err)
	}
	config = dynamic.ConfigFor(config)
	config.QPS = -1 // the API server has its own, fairer, limits
	config.DisableCompression = true
	config.UserAgent = "pulumi-resource-kubernetes/" + version
	config.WarningHandlerWithContext = warnings
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	base, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	objects, err := dynamic.NewForConfigAndClient(config, client)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	return &cluster{
		host: config.Host, namespace: namespace, base: base, http: client, objects: objects,
		versions: map[schema.GroupVersion]*discovered{},
	}, nil
}

// client gives access to the objects of a kind in a namespace, the default one
// if none is named. Of kinds without namespaces the namespace is ignored.
func (c *cluster) client(ctx context.Context, kind schema.GroupVersionKind, namespace string) (dynamic.ResourceInterface, error) {
	found, err := c.find(ctx, kind)
	if err != nil {
		return nil, err
	}
	if !found.namespaced {
		return c.objects.Resource(found.resource), nil
	}
	return c.objects.Resource(found.resource).Namespace(firstOf(namespace, c.namespace)), nil
}

// find asks the API server how a kind is reached; the answer is kept. A kind
// that an earlier answer lacks is asked for again: its definition may be new.
func (c *cluster) find(ctx context.Context, kind schema.GroupVersionKind) (served, error) {
	for {
		entry, fresh := c.lookUp(ctx, kind.GroupVersion())
		select {
		case <-entry.done:
		case <-ctx.Done():
			return served{}, ctx.Err()
		}
		if found, is := entry.kinds[kind.Kind]; is {
			return found, nil
		}
		c.forget(kind.GroupVersion(), entry)
		switch {
		case entry.err != nil && !apierrors.IsNotFound(entry.err):
			return served{}, c.explain(entry.err)
		case fresh:
			return served{}, &meta.NoKindMatchError{GroupKind: kind.GroupKind(), SearchedVersions: []string{kind.Version}}
		}
	}
}

// lookUp returns what is known of a group and version, or asks; fresh means asked just now.
func (c *cluster) lookUp(ctx context.Context, version schema.GroupVersion) (entry *discovered, fresh bool) {
	c.mu.Lock()
	entry, known := c.versions[version]
	if !known {
		entry = &discovered{done: make(chan struct{})}
		c.versions[version] = entry
	}
	c.mu.Unlock()
	if !known {
		entry.kinds, entry.err = c.discover(ctx, version)
		close(entry.done)
	}
	return entry, !known
}

func (c *cluster) forget(version schema.GroupVersion, entry *discovered) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.versions[version] == entry {
		delete(c.versions, version)
	}
}

func (c *cluster) discover(ctx context.Context, version schema.GroupVersion) (map[string]served, error) {
	path := []string{"apis", version.Group, version.Version}
	if version.Group == "" {
		path = []string{"api", version.Version}
	}
	var list metav1.APIResourceList
	if err := c.get(ctx, c.base.JoinPath(path...).String(), &list); err != nil {
		return nil, err
	}
	kinds := make(map[string]served, len(list.APIResources))
	for _, resource := range list.APIResources {
		if _, is := kinds[resource.Kind]; is || isSubresource(resource.Name) {
			continue
		}
		kinds[resource.Kind] = served{version.WithResource(resource.Name), resource.Namespaced}
	}
	return kinds, nil
}

func isSubresource(name string) bool {
	for _, letter := range name {
		if letter == '/' {
			return true
		}
	}
	return false
}

func (c *cluster) get(ctx context.Context, address string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return apierrors.NewGenericServerResponse(response.StatusCode, "get", schema.GroupResource{}, address, string(body), 0, true)
	}
	return json.Unmarshal(body, into)
}

// explain turns a failed connection into words that name the option to look at.
func (c *cluster) explain(err error) error {
	if unreachable(err) {
		return fmt.Errorf("kubeconfig: the cluster at %s cannot be reached: %w", c.host, err)
	}
	if apierrors.IsUnauthorized(err) {
		return fmt.Errorf("kubeconfig: the cluster at %s does not accept these credentials: %w", c.host, err)
	}
	return err
}

func unreachable(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var failed *url.Error
	var network net.Error
	return errors.As(err, &failed) || errors.As(err, &network)
}
