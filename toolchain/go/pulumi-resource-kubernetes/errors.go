package main

import (
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"
)

// initFailed reports an object that exists but is not as it should be: the
// engine keeps it, with its id and state, and tries again next time.
func initFailed(id string, reason error, state, inputs *structpb.Struct) error {
	failed, err := status.New(codes.Unknown, reason.Error()).WithDetails(&pulumirpc.ErrorResourceInitFailed{
		Id: id, Properties: state, Inputs: inputs, Reasons: []string{reason.Error()},
	})
	if err != nil {
		return reason
	}
	return failed.Err()
}
