package network

import "crypto/tls"

func configure() {
	// ruleid: go.old-tls-version
	a := &tls.Config{MinVersion: tls.VersionTLS10}
	// ok: go.old-tls-version
	b := &tls.Config{MinVersion: tls.VersionTLS12}
}
