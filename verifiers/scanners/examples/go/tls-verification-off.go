package network

import "crypto/tls"

func configure(config *tls.Config) {
	// ruleid: go.tls-verification-off
	a := &tls.Config{InsecureSkipVerify: true}
	// ruleid: go.tls-verification-off
	config.InsecureSkipVerify = true
	// ok: go.tls-verification-off
	b := &tls.Config{RootCAs: pool}
}
