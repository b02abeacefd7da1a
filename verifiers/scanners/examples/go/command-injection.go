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
	run := exec.Command
	// ruleid: go.command-injection
	run("sh", "-c", host).Run()
	// ok: go.command-injection
	run("ls", "-c", host).Run()
	// ok: go.command-injection
	exec.Command("ping", "-c", "1", host).Run()
	// ok: go.command-injection
	exec.Command("sh", "-c", "ls | wc -l").Run()
}
