package api

import "net/http"

// preflight answers a browser that asks whether a page of another origin may send a request. Reads are open to all
// origins, POST among them because a search polygon travels as a body. Credentials never: no cookie and no
// Authorization header crosses origins, so such a request can do no more than anybody's curl.
func preflight(w http.ResponseWriter, r *http.Request) bool {
	wanted := r.Header.Get("Access-Control-Request-Method")
	if wanted == "" || r.Header.Get("Origin") == "" {
		return false
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST")
	h.Set("Access-Control-Allow-Headers", "Accept, Accept-Language, Content-Type, If-None-Match, Last-Event-ID, Range, X-Request-Id")
	h.Set("Access-Control-Max-Age", "7200")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusNoContent)
	return true
}
