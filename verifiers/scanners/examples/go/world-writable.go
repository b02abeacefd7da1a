package files

import "os"

func write(data []byte) {
	// ruleid: go.world-writable
	os.WriteFile("out", data, 0666)
	// ruleid: go.world-writable
	os.Chmod("out", 0o777)
	// ruleid: go.world-writable
	os.MkdirAll("out", os.ModePerm)
	// ok: go.world-writable
	os.WriteFile("out", data, 0600)
	// ok: go.world-writable
	os.MkdirAll("out", 0755)
}
