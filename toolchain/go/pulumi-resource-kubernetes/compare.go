package main

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	apiresource "k8s.io/apimachinery/pkg/api/resource"
)

// step is one part of a path: a field's name, or a position in a list.
type step struct {
	field string
	index int // -1 for a field
}

func named(field string) step { return step{field, -1} }

type changeKind int

const (
	added changeKind = iota
	removed
	updated
)

// change is one difference between what is there and what is wanted.
type change struct {
	path []step
	kind changeKind
}

// fields is the path without positions.
func (c change) fields() []string {
	var fields []string
	for _, s := range c.path {
		if s.index < 0 {
			fields = append(fields, s.field)
		}
	}
	return fields
}

// String writes a path as Pulumi does: spec.ports[0].name, metadata.labels["a/b"].
func (c change) String() string { return pathString(c.path) }

func pathString(path []step) string {
	var b strings.Builder
	for _, s := range path {
		switch {
		case s.index >= 0:
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		case isIdentifier(s.field):
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.field)
		default:
			b.WriteString(`["` + strings.ReplaceAll(s.field, `"`, `\"`) + `"]`)
		}
	}
	return b.String()
}

func isIdentifier(s string) bool {
	for i, letter := range s {
		digit := letter >= '0' && letter <= '9'
		if letter != '_' && letter != '$' && !(letter >= 'a' && letter <= 'z') && !(letter >= 'A' && letter <= 'Z') && !(digit && i > 0) {
			return false
		}
	}
	return s != ""
}

// compare lists what must change to get from old to wanted, in a stable order.
func compare(old, wanted map[string]any) []change {
	var changes []change
	compareFields(nil, old, wanted, &changes)
	return changes
}

func compareFields(path []step, old, wanted map[string]any, changes *[]change) {
	keys := slices.Sorted(maps.Keys(merged(old, wanted)))
	for _, key := range keys {
		before, was := old[key]
		after, is := wanted[key]
		here := append(slices.Clone(path), named(key))
		switch {
		case !was:
			*changes = append(*changes, change{here, added})
		case !is:
			*changes = append(*changes, change{here, removed})
		default:
			compareValues(here, before, after, changes)
		}
	}
}

func merged(a, b map[string]any) map[string]any {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, b)
	return all
}

func compareValues(path []step, before, after any, changes *[]change) {
	switch after := after.(type) {
	case map[string]any:
		if before, is := before.(map[string]any); is {
			compareFields(path, before, after, changes)
			return
		}
	case []any:
		if before, is := before.([]any); is {
			compareLists(path, before, after, changes)
			return
		}
	}
	if !sameLeaf(path, before, after) {
		*changes = append(*changes, change{path, updated})
	}
}

func compareLists(path []step, before, after []any, changes *[]change) {
	for i := range max(len(before), len(after)) {
		here := append(slices.Clone(path), step{index: i})
		switch {
		case i >= len(before):
			*changes = append(*changes, change{here, added})
		case i >= len(after):
			*changes = append(*changes, change{here, removed})
		default:
			compareValues(here, before[i], after[i], changes)
		}
	}
}

// Fields whose values are amounts, or lists of amounts by name: the API server
// rewrites them ("0.5" becomes "500m").
var amountFields = map[string]bool{
	"limits": true, "requests": true, "hard": true, "capacity": true, "allocatable": true, "default": true,
	"defaultRequest": true, "max": true, "min": true, "maxLimitRequestRatio": true, "overhead": true,
	"podFixed": true, "sizeLimit": true, "divisor": true,
}

func sameLeaf(path []step, before, after any) bool {
	if reflect.DeepEqual(before, after) {
		return true
	}
	if !isAmount(path) {
		return false
	}
	a, errA := apiresource.ParseQuantity(amountText(before))
	b, errB := apiresource.ParseQuantity(amountText(after))
	return errA == nil && errB == nil && a.Cmp(b) == 0
}

func isAmount(path []step) bool {
	for i := len(path) - 1; i >= 0 && i >= len(path)-2; i-- {
		if path[i].index < 0 && amountFields[path[i].field] {
			return true
		}
	}
	return false
}

func amountText(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case int64:
		return strconv.FormatInt(value, 10)
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	default:
		return ""
	}
}

// shaped reduces a live object to the fields that were asked for, so that what
// the cluster adds is no difference, but what others changed is. Values that
// mean the same keep the words of the inputs.
func shaped(live, inputs map[string]any) map[string]any {
	return shapedFields(nil, live, inputs)
}

func shapedFields(path []step, live, inputs map[string]any) map[string]any {
	result := make(map[string]any, len(inputs))
	for key, wanted := range inputs {
		value, is := live[key]
		switch {
		case is:
			result[key] = shapedValue(append(slices.Clone(path), named(key)), value, wanted)
		case isZero(wanted):
			result[key] = wanted // the API server leaves out what is empty
		}
	}
	return result
}

func shapedValue(path []step, live, wanted any) any {
	switch wanted := wanted.(type) {
	case map[string]any:
		if live, is := live.(map[string]any); is {
			return shapedFields(path, live, wanted)
		}
	case []any:
		if live, is := live.([]any); is {
			return shapedList(path, live, wanted)
		}
	}
	if sameLeaf(path, live, wanted) {
		return wanted
	}
	return live
}

// shapedList pairs items by name where they have names, since others may add
// items (a side-car, a volume); else by position.
func shapedList(path []step, live, wanted []any) []any {
	byName := itemsByName(live)
	if byName == nil || itemsByName(wanted) == nil {
		result := slices.Clone(live)
		for i := range min(len(live), len(wanted)) {
			result[i] = shapedValue(append(slices.Clone(path), step{index: i}), live[i], wanted[i])
		}
		return result
	}
	result := make([]any, 0, len(wanted))
	for i, item := range wanted {
		if found, is := byName[nameKey(item)]; is {
			result = append(result, shapedValue(append(slices.Clone(path), step{index: i}), found, item))
		}
	}
	return result
}

func nameKey(item any) string {
	fields, _ := item.(map[string]any)
	return text(fields["name"])
}

// itemsByName is nil unless every item has a name of its own.
func itemsByName(list []any) map[string]any {
	items := make(map[string]any, len(list))
	for _, item := range list {
		name := nameKey(item)
		if _, twice := items[name]; twice || name == "" {
			return nil
		}
		items[name] = item
	}
	return items
}

func isZero(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case unknown:
		return false
	case map[string]any:
		for _, inner := range value {
			if !isZero(inner) {
				return false
			}
		}
		return true
	case []any:
		return len(value) == 0
	default:
		return reflect.ValueOf(value).IsZero()
	}
}
