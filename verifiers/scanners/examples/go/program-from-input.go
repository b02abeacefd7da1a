package run

import (
	"net/http"
	"os/exec"
)

func handle(w http.ResponseWriter, r *http.Request) {
	// ruleid: go.program-from-input
	exec.Command(r.FormValue("program")).Run()
	name := r.URL.Query().Get("name")
	// ruleid: go.program-from-input
	exec.Command(name, "-v").Run()
	// ok: go.program-from-input
	exec.Command("echo", name).Run()
}
