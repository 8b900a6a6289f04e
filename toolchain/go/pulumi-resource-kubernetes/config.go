package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// settings is the provider's configuration, as far as the stand-in honours it.
type settings struct {
	kubeconfig            string // a file's path or its content; empty means the environment's
	context               string
	cluster               string
	clusterIdentifier     string
	namespace             string
	upsertExistingObjects bool
	enablePatchForce      bool
	mutableConfigMaps     bool
	mutableSecrets        bool
	deleteUnreachable     bool
	suppressDeprecations  bool
}

// failure is a wrong option: its name and what to do about it.
type failure struct{ option, reason string }

// What the official plugin does and this one does not.
var unsupportedOptions = map[string]string{
	"renderYamlToDirectory": "rendering to YAML needs the official plugin: install it with `pulumi plugin install resource kubernetes`",
	"alwaysRender":          "rendering to YAML needs the official plugin: install it with `pulumi plugin install resource kubernetes`",
}

// readSettings takes values as a provider resource has them: text, or JSON in text.
func readSettings(values map[string]any) (settings, []failure) {
	s := settings{
		kubeconfig:        kubeconfigText(values["kubeconfig"]),
		context:           text(values["context"]),
		cluster:           text(values["cluster"]),
		clusterIdentifier: text(values["clusterIdentifier"]),
		namespace:         text(values["namespace"]),
	}
	var failures []failure
	flag := func(option string) bool {
		on, err := boolean(values[option])
		if err != nil {
			failures = append(failures, failure{option, err.Error()})
		}
		return on
	}
	s.upsertExistingObjects = flag("upsertExistingObjects")
	s.enablePatchForce = flag("enablePatchForce")
	s.mutableConfigMaps = flag("enableConfigMapMutable")
	s.mutableSecrets = flag("enableSecretMutable")
	// Also by the environment: a destroy does not run the program that could set it.
	s.deleteUnreachable = flag("deleteUnreachable") || os.Getenv("PULUMI_K8S_DELETE_UNREACHABLE") == "true"
	s.suppressDeprecations = flag("suppressDeprecationWarnings")

	if _, given := values["enableServerSideApply"]; given && !flag("enableServerSideApply") && !isUnknown(values["enableServerSideApply"]) {
		failures = append(failures, failure{"enableServerSideApply",
			"client-side apply is not supported by this stand-in: leave the option out or set it to true"})
	}
	for option, reason := range unsupportedOptions {
		if value := values[option]; !isUnknown(value) && text(value) != "" && text(value) != "false" {
			failures = append(failures, failure{option, reason})
		}
	}
	slices.SortFunc(failures, func(a, b failure) int { return strings.Compare(a.option, b.option) })
	return s, failures
}

func text(value any) string {
	s, _ := value.(string)
	return s
}

func isUnknown(value any) bool {
	_, is := value.(unknown)
	return is
}

func boolean(value any) (bool, error) {
	switch value := value.(type) {
	case bool:
		return value, nil
	case string:
		switch value {
		case "true":
			return true, nil
		case "", "false", "null", "undefined":
			return false, nil
		}
		return false, fmt.Errorf("%q is neither true nor false", value)
	default:
		return false, nil
	}
}

// kubeconfigText accepts a path, a document in text, or a document as an object.
func kubeconfigText(value any) string {
	if object, is := value.(map[string]any); is {
		document, err := json.Marshal(object)
		if err == nil {
			return string(document)
		}
	}
	return text(value)
}

// clientConfig resolves the settings to the kubeconfig in force and what is chosen in it.
func (s settings) clientConfig() (clientcmd.ClientConfig, error) {
	overrides := &clientcmd.ConfigOverrides{
		CurrentContext: s.context,
		Context:        clientcmdapi.Context{Cluster: s.cluster, Namespace: s.namespace},
	}
	if s.kubeconfig == "" {
		return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(
			clientcmd.NewDefaultClientConfigLoadingRules(), overrides), nil
	}
	document, err := s.kubeconfigDocument()
	if err != nil {
		return nil, err
	}
	config, err := clientcmd.Load(document)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: this is neither a file nor a valid document: %w", err)
	}
	if len(config.Clusters) == 0 {
		return nil, fmt.Errorf("kubeconfig: it names no cluster (%s)", s.kubeconfigSource())
	}
	if s.context != "" && config.Contexts[s.context] == nil {
		return nil, fmt.Errorf("context: the kubeconfig has no context %q", s.context)
	}
	if s.cluster != "" && config.Clusters[s.cluster] == nil {
		return nil, fmt.Errorf("cluster: the kubeconfig has no cluster %q", s.cluster)
	}
	return clientcmd.NewNonInteractiveClientConfig(*config, s.context, overrides, nil), nil
}

func (s settings) kubeconfigDocument() ([]byte, error) {
	path := s.kubeconfig
	if rest, home := strings.CutPrefix(path, "~/"); home {
		if dir, err := os.UserHomeDir(); err == nil {
			path = filepath.Join(dir, rest)
		}
	}
	document, err := os.ReadFile(path)
	if err != nil && !s.kubeconfigIsPath() {
		return []byte(s.kubeconfig), nil
	}
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	return document, nil
}

// A document has lines or braces; a path that names no file hardly has.
func (s settings) kubeconfigIsPath() bool {
	return s.kubeconfig != "" && !strings.ContainsAny(s.kubeconfig, "\n{:")
}

func (s settings) kubeconfigSource() string {
	switch {
	case s.kubeconfig == "":
		return "from the environment"
	case s.kubeconfigIsPath():
		return s.kubeconfig
	default:
		return "given as text"
	}
}

// activeCluster is the part of the configuration that, when it changes, makes
// every object belong to another cluster. Empty when it cannot be told.
func (s settings) activeCluster() string {
	if s.clusterIdentifier != "" {
		return s.clusterIdentifier
	}
	config, err := s.clientConfig()
	if err != nil {
		return ""
	}
	raw, err := config.RawConfig()
	if err != nil {
		return ""
	}
	name := s.cluster
	if name == "" {
		current := raw.CurrentContext
		if s.context != "" {
			current = s.context
		}
		if chosen := raw.Contexts[current]; chosen != nil {
			name = chosen.Cluster
		}
	}
	if cluster := raw.Clusters[name]; cluster != nil {
		return cluster.Server
	}
	return ""
}
