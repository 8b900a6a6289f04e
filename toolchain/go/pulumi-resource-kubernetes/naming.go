package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// assignName names an object whose program does not. A name given earlier is
// kept, so that an update does not replace the object.
func assignName(inputs, old map[string]any, resource string, request *pulumirpc.CheckRequest) error {
	metadata, known := within(inputs, "metadata")
	if !known || metadata["name"] != nil && metadata["name"] != "" {
		return nil // named, or not known yet
	}
	if generate := metadata["generateName"]; generate != nil && generate != "" {
		return fmt.Errorf("metadata.generateName is not supported with server-side apply: set metadata.name, or leave both out to have a name made")
	}
	if name := nameOf(old); name != "" && annotated(old, annotationAutonamed) {
		metadata["name"] = name
		annotate(inputs, annotationAutonamed, "true")
		return nil
	}
	name := resource + "-" + randomSuffix(request.GetRandomSeed())
	if wish := request.GetAutonaming(); wish != nil {
		switch wish.GetMode() {
		case pulumirpc.CheckRequest_AutonamingOptions_DISABLE:
			return fmt.Errorf("metadata.name is required: naming is switched off for this stack")
		default:
			if wish.GetProposedName() != "" {
				name = wish.GetProposedName()
			}
		}
	}
	metadata["name"] = name
	annotate(inputs, annotationAutonamed, "true")
	return nil
}

// randomSuffix is eight hexadecimal digits, the same ones for the same seed.
func randomSuffix(seed []byte) string {
	if len(seed) > 0 {
		sum := sha256.Sum256(seed)
		return hex.EncodeToString(sum[:4])
	}
	random := make([]byte, 4)
	_, _ = rand.Read(random) // never fails
	return hex.EncodeToString(random)
}

// managerOf is the field manager of an object: the program's, the one it was
// made with, or a new one, so that no two resources share fields by accident.
func managerOf(inputs, state map[string]any) string {
	if manager := annotation(inputs, annotationManager); manager != "" {
		return manager
	}
	if manager := text(state[managerProperty]); manager != "" {
		return manager
	}
	return "pulumi-kubernetes-" + randomSuffix(nil)
}
