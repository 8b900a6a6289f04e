package main

import (
	"reflect"
	"testing"
)

type object = map[string]any

func paths(changes []change) []string {
	var all []string
	for _, c := range changes {
		all = append(all, []string{"+", "-", "~"}[c.kind]+c.String())
	}
	return all
}

func TestCompareNamesEachDifference(t *testing.T) {
	tests := map[string]struct {
		old, wanted object
		expect      []string
	}{
		"nothing":           {object{"a": int64(1)}, object{"a": int64(1)}, nil},
		"a value":           {object{"a": int64(1)}, object{"a": int64(2)}, []string{"~a"}},
		"an added field":    {object{}, object{"a": "x"}, []string{"+a"}},
		"a removed field":   {object{"a": "x"}, object{}, []string{"-a"}},
		"a nested field":    {object{"a": object{"b": "x"}}, object{"a": object{"b": "y"}}, []string{"~a.b"}},
		"a key with a dot":  {object{"a": object{}}, object{"a": object{"b.c/d": "y"}}, []string{`+a["b.c/d"]`}},
		"a list's item":     {object{"a": []any{"x", "y"}}, object{"a": []any{"x", "z"}}, []string{"~a[1]"}},
		"a longer list":     {object{"a": []any{"x"}}, object{"a": []any{"x", "z"}}, []string{"+a[1]"}},
		"a shorter list":    {object{"a": []any{"x", "z"}}, object{"a": []any{"x"}}, []string{"-a[1]"}},
		"another type":      {object{"a": object{"b": "x"}}, object{"a": "x"}, []string{"~a"}},
		"an unknown value":  {object{"a": "x"}, object{"a": unknown{}}, []string{"~a"}},
		"equal amounts":     {object{"limits": object{"cpu": "500m"}}, object{"limits": object{"cpu": "0.5"}}, nil},
		"an amount as text": {object{"limits": object{"cpu": "2"}}, object{"limits": object{"cpu": int64(2)}}, nil},
		"labels like amounts": {
			object{"labels": object{"cpu": "500m"}}, object{"labels": object{"cpu": "0.5"}}, []string{"~labels.cpu"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := paths(compare(test.old, test.wanted)); !reflect.DeepEqual(got, test.expect) {
				t.Errorf("got %v, expected %v", got, test.expect)
			}
		})
	}
}

func TestShapedKeepsOnlyWhatWasAskedFor(t *testing.T) {
	tests := map[string]struct{ live, inputs, expect object }{
		"what the cluster adds goes": {
			object{"a": "x", "status": "ok"}, object{"a": "x"}, object{"a": "x"},
		},
		"what others changed stays": {
			object{"a": "other"}, object{"a": "x"}, object{"a": "other"},
		},
		"what others removed is missing": {
			object{}, object{"a": "x"}, object{},
		},
		"what is empty may be left out by the server": {
			object{}, object{"a": "", "b": []any{}, "c": object{}, "d": false}, object{"a": "", "b": []any{}, "c": object{}, "d": false},
		},
		"amounts keep the words of the inputs": {
			object{"requests": object{"cpu": "500m"}}, object{"requests": object{"cpu": "0.5"}}, object{"requests": object{"cpu": "0.5"}},
		},
		"items are paired by name": {
			object{"c": []any{object{"name": "sidecar"}, object{"name": "main", "image": "a", "x": "y"}}},
			object{"c": []any{object{"name": "main", "image": "a"}}},
			object{"c": []any{object{"name": "main", "image": "a"}}},
		},
		"items without a name are paired by position": {
			object{"c": []any{object{"port": int64(1), "x": "y"}, object{"port": int64(2)}}},
			object{"c": []any{object{"port": int64(1)}}},
			object{"c": []any{object{"port": int64(1)}, object{"port": int64(2)}}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := shaped(test.live, test.inputs); !reflect.DeepEqual(got, test.expect) {
				t.Errorf("got %v, expected %v", got, test.expect)
			}
		})
	}
}

func TestPathsSurviveWritingAndReading(t *testing.T) {
	for _, path := range []string{"a", "a.b", "a[0].b", `metadata.labels["x.y/z"]`, `a["q\"q"].b`, "spec.ports[12]"} {
		if got := pathString(parsePath(path)); got != path {
			t.Errorf("%s became %s", path, got)
		}
	}
}

func TestIgnoredCoversAPathAndAllBelow(t *testing.T) {
	tests := []struct {
		ignore, path string
		expect       bool
	}{
		{"spec.replicas", "spec.replicas", true},
		{"spec", "spec.replicas", true},
		{"spec.replicas", "spec", false},
		{"spec.ports[0]", "spec.ports[0].name", true},
		{"spec.ports[0]", "spec.ports[1].name", false},
		{"spec.ports[*].name", "spec.ports[1].name", true},
		{`metadata.annotations["a/b"]`, `metadata.annotations["a/b"]`, true},
		{`metadata.annotations["a/b"]`, `metadata.annotations["a/c"]`, false},
	}
	for _, test := range tests {
		if got := ignored(change{path: parsePath(test.path)}, []string{test.ignore}); got != test.expect {
			t.Errorf("%s by %s: got %v", test.path, test.ignore, got)
		}
	}
}
