//go:build tools

// Package tools names the programs that this module exists to build, so that
// `go mod tidy` keeps their dependencies in go.sum.
package tools

import _ "sigs.k8s.io/kwok/cmd/kwok"
