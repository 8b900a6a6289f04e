//go:build tools

// Package tools names the programs that this module exists to build, so that
// `go mod tidy` keeps their dependencies in go.sum.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
