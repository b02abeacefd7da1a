package keys

import (
	"crypto/aes"
	"os"
)

var jwtKey = []byte("my_secret_key")

func make(key []byte) {
	// ruleid: go.constant-key
	aes.NewCipher([]byte("0123456789abcdef"))
	// ruleid: go.constant-key
	token.SignedString([]byte("secret"))
	// ruleid: go.constant-key
	token.SignedString(jwtKey)
	// ok: go.constant-key
	aes.NewCipher(key)
	// ok: go.constant-key
	token.SignedString([]byte(os.Getenv("KEY")))
}
