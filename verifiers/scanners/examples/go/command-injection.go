package run

import (
	"fmt"
	"os/exec"
)

func ping(host string) {
	// ruleid: go.command-injection
	exec.Command("sh", "-c", "ping -c 1 "+host).Run()
	// ruleid: go.command-injection
	exec.Command("/bin/bash", "-c", fmt.Sprintf("ls %s", host)).Run()
	// ok: go.command-injection
	exec.Command("ping", "-c", "1", host).Run()
	// ok: go.command-injection
	exec.Command("sh", "-c", "ls | wc -l").Run()
}
