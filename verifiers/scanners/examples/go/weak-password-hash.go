package passwords

import (
	"crypto/sha256"

	"golang.org/x/crypto/bcrypt"
)

func hash(password string, text string) {
	// ruleid: go.weak-password-hash
	sha256.Sum256([]byte(password))
	// ruleid: go.weak-password-hash
	sha256.Sum256([]byte(password + salt))
	// ok: go.weak-password-hash
	bcrypt.GenerateFromPassword([]byte(password), bcrypt.DefaultCost)
	// ok: go.weak-password-hash
	sha256.Sum256([]byte(text))
}
