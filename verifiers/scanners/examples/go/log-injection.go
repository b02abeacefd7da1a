package page

import (
	"log"
	"net/http"
)

func handle(w http.ResponseWriter, r *http.Request) {
	// ruleid: go.log-injection
	log.Println("user", r.FormValue("name"))
	// ok: go.log-injection
	log.Printf("user %q", r.FormValue("name"))
}
