package errs

import "strings"

// Nearest is the known name that a habit of shortening or a slip of the hand most likely meant, "" if none is close.
func Nearest(name string, known []string) string {
	name = strings.ToLower(name)
	for _, k := range known {
		if len(name) >= 3 && (strings.HasPrefix(k, name) || strings.HasPrefix(name, k)) {
			return k
		}
	}
	best, at := "", 1+max(1, len(name)/3)
	for _, k := range known {
		if d := editDistance(name, k); d < at {
			best, at = k, d
		}
	}
	return best
}

// editDistance is Levenshtein's, on bytes: parameter names are ASCII. Long names are not worth the time.
func editDistance(a, b string) int {
	if len(a) > 40 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
