package page

import "net/http"

func handle(w http.ResponseWriter, r *http.Request) {
	// ruleid: go.open-redirect
	http.Redirect(w, r, r.FormValue("next"), http.StatusFound)
	// ok: go.open-redirect
	http.Redirect(w, r, "/home", http.StatusFound)
	// ok: go.open-redirect
	http.Redirect(w, r, "/user?id="+r.FormValue("id"), http.StatusFound)
}
