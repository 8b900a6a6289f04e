package main

import (
	"strconv"
	"strings"
)

// parsePath reads a path as Pulumi writes it: spec.ports[0], metadata.labels["a/b"], spec.*.name.
func parsePath(path string) []step {
	var steps []step
	for path != "" {
		switch {
		case path[0] == '.':
			path = path[1:]
		case strings.HasPrefix(path, `["`):
			end := strings.Index(path, `"]`)
			if end < 0 {
				return steps
			}
			steps = append(steps, named(strings.ReplaceAll(path[2:end], `\"`, `"`)))
			path = path[end+2:]
		case path[0] == '[':
			end := strings.IndexByte(path, ']')
			if end < 0 {
				return steps
			}
			if index, err := strconv.Atoi(path[1:end]); err == nil {
				steps = append(steps, step{index: index})
			} else {
				steps = append(steps, named(path[1:end]))
			}
			path = path[end+1:]
		default:
			end := strings.IndexAny(path, ".[")
			if end < 0 {
				end = len(path)
			}
			steps = append(steps, named(path[:end]))
			path = path[end:]
		}
	}
	return steps
}

// ignored says whether a change lies at or below one of the paths to ignore.
func ignored(c change, paths []string) bool {
	for _, path := range paths {
		if below(parsePath(path), c.path) {
			return true
		}
	}
	return false
}

func below(prefix, path []step) bool {
	if len(prefix) > len(path) {
		return false
	}
	for i, s := range prefix {
		if s != path[i] && s != named("*") {
			return false
		}
	}
	return true
}

// fieldsOf reads a path of the API server, such as spec.template.spec.containers[0].image,
// as the names of its fields.
func fieldsOf(path string) []string { return change{path: parsePath(path)}.fields() }
