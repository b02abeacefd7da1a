package files

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

func handle(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("file")
	// ruleid: go.path-traversal
	os.ReadFile("uploads/" + name)
	// ruleid: go.path-traversal
	http.ServeFile(w, r, filepath.Join("uploads", name))
	// ok: go.path-traversal
	os.ReadFile(filepath.Join("uploads", filepath.Base(name)))
	full := filepath.Join(root, name)
	if !strings.HasPrefix(full, root) {
		return
	}
	// ok: go.path-traversal
	os.ReadFile(full)
}
