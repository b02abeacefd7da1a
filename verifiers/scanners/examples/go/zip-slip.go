package unpack

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
)

func all(reader *zip.ReadCloser, folder string) {
	for _, file := range reader.File {
		// ruleid: go.zip-slip
		target := filepath.Join(folder, file.Name)
		os.Create(target)
	}
}

func safely(reader *zip.ReadCloser, folder string) {
	for _, file := range reader.File {
		// ok: go.zip-slip
		target := filepath.Join(folder, file.Name)
		if !strings.HasPrefix(target, folder+"/") {
			continue
		}
		os.Create(target)
	}
}
