package server

import "net/http"

func serve() {
	// ruleid: go.server-without-timeout
	http.ListenAndServe(":8080", nil)
	// ok: go.server-without-timeout
	server := &http.Server{ReadHeaderTimeout: limit}
	server.ListenAndServe()
}
