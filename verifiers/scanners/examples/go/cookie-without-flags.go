package page

import "net/http"

func set(w http.ResponseWriter) {
	// ruleid: go.cookie-without-flags
	http.SetCookie(w, &http.Cookie{Name: "session", Value: id, HttpOnly: false})
	// ok: go.cookie-without-flags
	http.SetCookie(w, &http.Cookie{Name: "session", Value: id, HttpOnly: true, Secure: true})
}
