package facility

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What is appended by hand reads back equal.
func TestAppendedJSONReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		var back string
		if b := appendString(nil, text); json.Unmarshal(b, &back) != nil || back != strings.ToValidUTF8(text, "\uFFFD") && back != text {
			t.Fatalf("%q became %s", text, b)
		}
		n := rapid.Int64Range(-1_800_000_000, 1_800_000_000).Draw(t, "degrees")
		degrees := float64(n) / 1e7
		b := appendDegrees(nil, int32(n))
		if f, err := strconv.ParseFloat(string(b), 64); err != nil || math.Abs(f-degrees) > 1e-12 || strings.HasSuffix(string(b), ".") {
			t.Fatalf("%v became %s", degrees, b)
		}
		metres := rapid.Float64Range(0, 50_000).Draw(t, "metres")
		if f, err := strconv.ParseFloat(string(appendTenths(nil, metres)), 64); err != nil || math.Abs(f-metres) > 0.05+1e-9 {
			t.Fatalf("%v became %s", metres, appendTenths(nil, metres))
		}
	})
}
