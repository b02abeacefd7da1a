package tokens

import "math/rand"

func generateToken(n int) string {
	out := make([]byte, n)
	for i := range out {
		// ruleid: go.weak-random-secret
		out[i] = letters[rand.Intn(len(letters))]
	}
	return string(out)
}

func dice() int {
	// ok: go.weak-random-secret
	return rand.Intn(6)
}
