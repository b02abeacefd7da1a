package hashes

import (
	"crypto/md5"
	"crypto/sha256"
)

func make(data []byte) {
	// ruleid: go.weak-hash
	md5.Sum(data)
	// ok: go.weak-hash
	sha256.Sum256(data)
}
