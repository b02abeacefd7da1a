package compare

import (
	"bytes"
	"crypto/hmac"
)

func check(signature []byte, expected []byte) bool {
	// ruleid: go.timing-unsafe-comparison
	weak := bytes.Equal(signature, expected)
	// ok: go.timing-unsafe-comparison
	return hmac.Equal(signature, expected)
}
