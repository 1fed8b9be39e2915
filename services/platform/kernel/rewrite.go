package kernel

import (
	"strings"
	"sync"
)

// maxRewritten bounds the cache of rewritten texts. Programs have some hundred; generated texts (lists of values) add
// a few sizes each. Beyond it the cache starts anew.
const maxRewritten = 2000

// rewrites turns PostgreSQL's $1 into SQLite's ?1 ($1 would be a name there) and keeps the results: a store has the
// same few texts all day, and returning the same string every time lets the driver find its prepared statement by
// comparing pointers. A nil *rewrites, for PostgreSQL, changes nothing.
type rewrites struct {
	mu    sync.RWMutex
	texts map[string]string
}

func (r *rewrites) get(query string) string {
	if r == nil {
		return query
	}
	r.mu.RLock()
	text, ok := r.texts[query]
	r.mu.RUnlock()
	if ok {
		return text
	}
	text = placeholders(query)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.texts == nil || len(r.texts) >= maxRewritten {
		r.texts = map[string]string{}
	}
	r.texts[query] = text
	return text
}

// placeholders turns $1 into ?1 outside of quotes and comments.
func placeholders(query string) string {
	if !strings.Contains(query, "$") {
		return query
	}
	out := []byte(query)
	for i := 0; i < len(query); {
		switch c := query[i]; {
		case c == '\'' || c == '"':
			i = past(query, i+1, query[i:i+1]) // a doubled quote closes and opens again: the same
		case strings.HasPrefix(query[i:], "--"):
			i = past(query, i+2, "\n")
		case strings.HasPrefix(query[i:], "/*"):
			i = past(query, i+2, "*/")
		case c == '$' && i+1 < len(query) && query[i+1] >= '1' && query[i+1] <= '9' && !(i > 0 && isWord(query[i-1])):
			out[i] = '?'
			i++
		default:
			i++
		}
	}
	return string(out)
}

// past gives the offset behind the next end at or after from; the text's length when there is none.
func past(text string, from int, end string) int {
	at := strings.Index(text[from:], end)
	if at < 0 {
		return len(text)
	}
	return from + at + len(end)
}

// isWord reports whether c may stand inside an identifier, in which a $ is no placeholder.
func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}
