package files

import "os"

func write(data []byte) {
	// ruleid: go.predictable-temporary-file
	os.Create("/tmp/data.txt")
	// ok: go.predictable-temporary-file
	os.CreateTemp("", "data")
}
