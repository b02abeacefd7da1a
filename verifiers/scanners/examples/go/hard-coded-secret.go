package settings

import "os"

// ruleid: go.hard-coded-secret
const apiKey = "q8ZJ3kP0vB7x"

func connect() {
	// ruleid: go.hard-coded-secret
	password := "hunter2hunter2"
	// ok: go.hard-coded-secret
	secret := os.Getenv("SECRET")
	// ok: go.hard-coded-secret
	errPassword := "Please enter a password of eight letters"
}
