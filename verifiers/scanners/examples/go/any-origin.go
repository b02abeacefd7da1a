package page

import "net/http"

func set(w http.ResponseWriter) {
	// ruleid: go.any-origin
	w.Header().Set("Access-Control-Allow-Origin", "*")
	// ok: go.any-origin
	w.Header().Set("Access-Control-Allow-Origin", "https://example.org")
}
