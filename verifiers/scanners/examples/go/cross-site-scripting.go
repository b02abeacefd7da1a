package page

import (
	"fmt"
	"html"
	"net/http"
)

func handle(w http.ResponseWriter, r *http.Request) {
	// ruleid: go.cross-site-scripting
	fmt.Fprintf(w, "<h1>Hello %s</h1>", r.URL.Query().Get("name"))
	name := r.FormValue("name")
	// ruleid: go.cross-site-scripting
	w.Write([]byte("<p>" + name + "</p>"))
	// ok: go.cross-site-scripting
	fmt.Fprintf(w, "<h1>Hello %s</h1>", html.EscapeString(name))
	// ok: go.cross-site-scripting
	fmt.Fprintf(w, "<h1>Hello</h1>")
}
