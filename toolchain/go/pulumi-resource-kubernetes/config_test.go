package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const document = `{"clusters":[{"name":"a","cluster":{"server":"https://a"}}],"contexts":[{"name":"a","context":{"cluster":"a"}}],"current-context":"a"}`

func TestOptionsAreReadAsTheSDKSendsThem(t *testing.T) {
	s, failures := readSettings(map[string]any{
		"kubeconfig": document, "upsertExistingObjects": "true", "enablePatchForce": "undefined",
		"enableServerSideApply": "true", "enableConfigMapMutable": true, "namespace": "home",
	})
	if len(failures) > 0 || !s.upsertExistingObjects || s.enablePatchForce || !s.mutableConfigMaps || s.mutableSecrets || s.namespace != "home" {
		t.Errorf("got %+v, %v", s, failures)
	}
}

func TestWrongOptionsAreNamed(t *testing.T) {
	_, failures := readSettings(map[string]any{
		"upsertExistingObjects": "maybe", "enableServerSideApply": "false", "renderYamlToDirectory": "out", "alwaysRender": "false",
	})
	var options []string
	for _, f := range failures {
		options = append(options, f.option)
	}
	if got := strings.Join(options, " "); got != "enableServerSideApply renderYamlToDirectory upsertExistingObjects" {
		t.Errorf("got %s", got)
	}
}

func TestAKubeconfigIsAFileOrADocument(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config: of a kind")
	if err := os.WriteFile(file, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, kubeconfig := range []string{document, file} {
		if got := (settings{kubeconfig: kubeconfig}).activeCluster(); got != "https://a" {
			t.Errorf("%s: got %q", kubeconfig, got)
		}
	}
	for kubeconfig, expect := range map[string]string{
		"/no/such/file": "kubeconfig: open /no/such/file", "{": "kubeconfig: ", "{}": "names no cluster",
	} {
		if _, err := (settings{kubeconfig: kubeconfig}).clientConfig(); err == nil || !strings.Contains(err.Error(), expect) {
			t.Errorf("%s: got %v", kubeconfig, err)
		}
	}
}

func TestOnlyAnotherClusterReplacesEverything(t *testing.T) {
	moved := strings.ReplaceAll(document, "https://a", "https://b")
	tests := map[string]struct {
		old, new map[string]any
		expect   string
	}{
		"nothing":                   {map[string]any{"kubeconfig": document}, map[string]any{"kubeconfig": document}, ""},
		"a flag":                    {map[string]any{"kubeconfig": document}, map[string]any{"kubeconfig": document, "enablePatchForce": "true"}, ""},
		"another server":            {map[string]any{"kubeconfig": document}, map[string]any{"kubeconfig": moved}, "kubeconfig"},
		"an unknown one":            {map[string]any{"kubeconfig": document}, map[string]any{"kubeconfig": unknown{}}, "kubeconfig"},
		"an identified one":         {map[string]any{"kubeconfig": document, "clusterIdentifier": "x"}, map[string]any{"kubeconfig": moved, "clusterIdentifier": "x"}, ""},
		"an identified unknown one": {map[string]any{"kubeconfig": document, "clusterIdentifier": "x"}, map[string]any{"kubeconfig": unknown{}, "clusterIdentifier": "x"}, ""},
		"another identifier":        {map[string]any{"kubeconfig": document, "clusterIdentifier": "x"}, map[string]any{"kubeconfig": document, "clusterIdentifier": "y"}, "clusterIdentifier"},
		"a first identifier":        {map[string]any{"kubeconfig": document}, map[string]any{"kubeconfig": moved, "clusterIdentifier": "x"}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(diffSettings(test.old, test.new).GetReplaces(), " "); got != test.expect {
				t.Errorf("got %q", got)
			}
		})
	}
}
