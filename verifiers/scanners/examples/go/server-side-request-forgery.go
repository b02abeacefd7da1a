package proxy

import "net/http"

func handle(w http.ResponseWriter, r *http.Request) {
	// ruleid: go.server-side-request-forgery
	http.Get(r.FormValue("url"))
	target := r.URL.Query().Get("host")
	// ruleid: go.server-side-request-forgery
	http.Get("http://" + target)
	// ok: go.server-side-request-forgery
	http.Get("https://example.org/users/" + r.FormValue("id"))
}
