package keys

import (
	"crypto/rand"
	"crypto/rsa"
)

func make() {
	// ruleid: go.short-key
	rsa.GenerateKey(rand.Reader, 1024)
	// ok: go.short-key
	rsa.GenerateKey(rand.Reader, 3072)
}
