package ciphers

import (
	"crypto/aes"
	"crypto/des"
)

func make(key []byte) {
	// ruleid: go.broken-cipher
	des.NewCipher(key)
	// ok: go.broken-cipher
	aes.NewCipher(key)
}
