package tokens

import "github.com/golang-jwt/jwt/v5"

func read(text string) {
	// ruleid: go.jwt-without-signature
	token := jwt.NewWithClaims(jwt.SigningMethodNone, claims)
	// ruleid: go.jwt-without-signature
	parser.ParseUnverified(text, claims)
	// ok: go.jwt-without-signature
	jwt.Parse(text, keyOf)
}
