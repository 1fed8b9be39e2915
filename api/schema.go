package api

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// problemSchema is the schema of Problem, as huma names it in the document.
func problemSchema(registry huma.Registry) *huma.Schema {
	return registry.Schema(reflect.TypeFor[Problem](), true, "Problem")
}
