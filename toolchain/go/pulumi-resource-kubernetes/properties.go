package main

import (
	"fmt"
	"math"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
)

// Marks of Pulumi's wire format.
const (
	signatureKey      = "4dabf18193072939515e22adb298388d"
	secretSignature   = "1b47061264138c4ac30d75fd1eb44270"
	outputSignature   = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
	unknownOnTheWire  = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
	extensionPrefix   = "x-kubernetes-"
	extensionProperty = "x_kubernetes_"
)

var unknownMarks = map[string]bool{
	unknownOnTheWire:                       true,
	"1c4a061d-8072-4f0a-a4cb-0ff528b18fe7": true,
	"3eeb2bf0-c639-47a8-9e75-3b44932eb421": true,
	"6a19a0b0-7e62-4c92-b797-7f8e31da9cc2": true,
	"030794c1-ac77-496b-92df-f27374a8bd58": true,
	"e48ece36-62e2-4504-bad9-02848725956a": true,
	"dd056dcd-154b-4c76-9bd3-c8f88648b5ff": true,
}

// unknown stands for a value that a preview cannot know yet.
type unknown struct{}

// mask says which parts of a tree of values are secret.
type mask struct {
	whole  bool
	fields map[string]*mask
	items  map[int]*mask
}

func (m *mask) field(key string) *mask {
	if m == nil || m.whole {
		return m
	}
	return m.fields[key]
}

func (m *mask) item(index int) *mask {
	if m == nil || m.whole {
		return m
	}
	return m.items[index]
}

// properties is what a request carries: plain values, secrets unwrapped and
// remembered in a mask. Numbers without a fraction are int64, as in objects
// read from the API server, so that both compare.
type properties struct {
	values  map[string]any
	secrets *mask
}

func decodeProperties(s *structpb.Struct) (properties, error) {
	values, secrets, err := decodeFields(s.GetFields())
	return properties{values: values, secrets: secrets}, err
}

func decodeFields(fields map[string]*structpb.Value) (map[string]any, *mask, error) {
	values := make(map[string]any, len(fields))
	var secrets *mask
	for key, field := range fields {
		value, inner, err := decodeValue(field)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", key, err)
		}
		if value == nil {
			continue // null means absent
		}
		if strings.HasPrefix(key, extensionProperty) {
			key = strings.ReplaceAll(key, "_", "-")
		}
		values[key] = value
		if inner != nil {
			if secrets == nil {
				secrets = &mask{fields: map[string]*mask{}}
			}
			secrets.fields[key] = inner
		}
	}
	return values, secrets, nil
}

func decodeValue(value *structpb.Value) (any, *mask, error) {
	switch kind := value.GetKind().(type) {
	case *structpb.Value_BoolValue:
		return kind.BoolValue, nil, nil
	case *structpb.Value_NumberValue:
		return decodeNumber(kind.NumberValue), nil, nil
	case *structpb.Value_StringValue:
		if unknownMarks[kind.StringValue] {
			return unknown{}, nil, nil
		}
		return kind.StringValue, nil, nil
	case *structpb.Value_ListValue:
		return decodeList(kind.ListValue.GetValues())
	case *structpb.Value_StructValue:
		return decodeStruct(kind.StructValue.GetFields())
	default:
		return nil, nil, nil
	}
}

func decodeNumber(number float64) any {
	if number == math.Trunc(number) && math.Abs(number) < 1<<62 {
		return int64(number)
	}
	return number
}

func decodeList(list []*structpb.Value) (any, *mask, error) {
	values := make([]any, len(list))
	var secrets *mask
	for i, item := range list {
		value, inner, err := decodeValue(item)
		if err != nil {
			return nil, nil, fmt.Errorf("[%d]: %w", i, err)
		}
		values[i] = value
		if inner != nil {
			if secrets == nil {
				secrets = &mask{items: map[int]*mask{}}
			}
			secrets.items[i] = inner
		}
	}
	return values, secrets, nil
}

func decodeStruct(fields map[string]*structpb.Value) (any, *mask, error) {
	switch fields[signatureKey].GetStringValue() {
	case "":
		values, secrets, err := decodeFields(fields)
		return values, secrets, err
	case secretSignature:
		value, _, err := decodeValue(fields["value"])
		return value, &mask{whole: true}, err
	case outputSignature:
		var secrets *mask
		if fields["secret"].GetBoolValue() {
			secrets = &mask{whole: true}
		}
		inner, known := fields["value"]
		if !known {
			return unknown{}, secrets, nil
		}
		value, innerSecrets, err := decodeValue(inner)
		if secrets == nil {
			secrets = innerSecrets
		}
		return value, secrets, err
	default:
		return nil, nil, fmt.Errorf("assets, archives and resources are no Kubernetes values: pass a string, a number, a list or an object")
	}
}

// encodeProperties is the inverse of decodeProperties.
func encodeProperties(values map[string]any, secrets *mask) *structpb.Struct {
	fields := make(map[string]*structpb.Value, len(values))
	for key, value := range values {
		inner := secrets.field(key)
		if strings.HasPrefix(key, extensionPrefix) {
			key = strings.ReplaceAll(key, "-", "_")
		}
		fields[key] = encodeSecret(value, inner)
	}
	return &structpb.Struct{Fields: fields}
}

func encodeSecret(value any, secrets *mask) *structpb.Value {
	if secrets == nil || !secrets.whole {
		return encodeValue(value, secrets)
	}
	return structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{
		signatureKey: structpb.NewStringValue(secretSignature),
		"value":      encodeValue(value, nil),
	}})
}

func encodeValue(value any, secrets *mask) *structpb.Value {
	switch value := value.(type) {
	case unknown:
		return structpb.NewStringValue(unknownOnTheWire)
	case bool:
		return structpb.NewBoolValue(value)
	case int64:
		return structpb.NewNumberValue(float64(value))
	case float64:
		return structpb.NewNumberValue(value)
	case string:
		return structpb.NewStringValue(value)
	case []any:
		items := make([]*structpb.Value, len(value))
		for i, item := range value {
			items[i] = encodeSecret(item, secrets.item(i))
		}
		return structpb.NewListValue(&structpb.ListValue{Values: items})
	case map[string]any:
		return structpb.NewStructValue(encodeProperties(value, secrets))
	default:
		return structpb.NewNullValue()
	}
}

// hasUnknown says whether a preview has to do without some part of the value.
func hasUnknown(value any) bool {
	switch value := value.(type) {
	case unknown:
		return true
	case []any:
		for _, item := range value {
			if hasUnknown(item) {
				return true
			}
		}
	case map[string]any:
		for _, item := range value {
			if hasUnknown(item) {
				return true
			}
		}
	}
	return false
}
