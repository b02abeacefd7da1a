package network

import "golang.org/x/crypto/ssh"

func configure() {
	// ruleid: go.ssh-host-key-ignored
	a := &ssh.ClientConfig{HostKeyCallback: ssh.InsecureIgnoreHostKey()}
	// ok: go.ssh-host-key-ignored
	b := &ssh.ClientConfig{HostKeyCallback: ssh.FixedHostKey(key)}
}
