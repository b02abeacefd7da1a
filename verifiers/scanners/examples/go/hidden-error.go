package errors

import "os"

func read() []byte {
	// ruleid: go.hidden-error
	data, _ := os.ReadFile("settings")
	// ok: go.hidden-error
	other, err := os.ReadFile("settings")
	if err != nil {
		panic(err)
	}
	return append(data, other...)
}
