package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// Text that PostgreSQL cannot hold, and SQLite holds only to trip whoever reads it, is refused where it comes in: the
// character U+0000, and bytes that are no UTF-8.
const unstorableText = "must be UTF-8 without the character U+0000"

func storable(text string) bool {
	return strings.IndexByte(text, 0) < 0 && utf8.ValidString(text)
}

// jsonFormats are huma's formats with readJSON.
func jsonFormats() map[string]huma.Format {
	formats := maps.Clone(huma.DefaultFormats)
	for name, format := range formats {
		format.Unmarshal = readJSON
		formats[name] = format
	}
	return formats
}

// readJSON is json.Unmarshal that names the member at fault where huma's validation cannot: text that cannot be
// stored, and numbers that only Go's types are too small for.
func readJSON(data []byte, v any) error {
	err := json.Unmarshal(data, v)
	var large *json.UnmarshalTypeError
	if errors.As(err, &large) && strings.HasPrefix(large.Value, "number ") {
		return bodyFault(strings.TrimLeft(large.Field, "."), "out_of_range", "is too large a number, or no whole one")
	}
	if tree, validating := v.(*any); err == nil && validating && bytes.Contains(data, []byte(`\u0000`)) {
		if at, found := unstorableIn(*tree); found {
			return bodyFault(strings.TrimLeft(at, "."), "malformed", unstorableText)
		}
	}
	return err
}

// unstorableIn finds a text in a value of JSON that cannot be stored, and says where it stands.
func unstorableIn(value any) (at string, found bool) {
	switch v := value.(type) {
	case string:
		return "", !storable(v)
	case []any:
		for i, inner := range v {
			if at, found := unstorableIn(inner); found {
				return "[" + strconv.Itoa(i) + "]" + at, true
			}
		}
	case map[string]any:
		for name, inner := range v {
			if !storable(name) {
				return "", true
			}
			if at, found := unstorableIn(inner); found {
				return "." + name + at, true
			}
		}
	}
	return "", false
}

// bodyFault is an error in words that survive huma, which keeps only those; bodyFaultOf takes them apart.
func bodyFault(at, code, message string) error {
	return errors.New(faultMark + at + faultMark + code + faultMark + message)
}

const faultMark = "\x00"

func bodyFaultOf(words string) (FieldProblem, bool) {
	parts := strings.Split(words, faultMark)
	if len(parts) != 4 {
		return FieldProblem{}, false
	}
	return FieldProblem{Location: strings.TrimSuffix("body."+parts[1], "."), Code: parts[2], Message: parts[3]}, true
}
