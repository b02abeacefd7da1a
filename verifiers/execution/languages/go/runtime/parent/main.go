// parent runs tests and candidate as one program below it, and alone writes the report: it adds the nonce, which
// that program does not know, to the lines that come through a pipe. Usage: parent PROGRAM
package main

import (
	"bufio"
	"os"
	"os/exec"
	"syscall"
	"time"
)

const patience = 300 * time.Millisecond

const dumpable = 4 // PR_SET_DUMPABLE: at 0 nobody of the same user reads this process's memory or environment

func main() {
	syscall.RawSyscall(syscall.SYS_PRCTL, dumpable, 0, 0)
	nonce := os.Getenv("ACRISOL_NONCE")
	os.Unsetenv("ACRISOL_NONCE")
	read, write, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	command := exec.Command(os.Args[1])
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	command.ExtraFiles = []*os.File{os.Stderr, os.Stderr, write} // the report is its descriptor 5
	if err := command.Start(); err != nil {
		panic(err)
	}
	write.Close()
	done := make(chan int, 1)
	go func() {
		done <- code(command.Wait())
		read.SetReadDeadline(time.Now().Add(patience)) // a daemon of the candidate's may hold the pipe
	}()
	lines := bufio.NewScanner(read)
	lines.Buffer(make([]byte, 1<<16), 1<<20)
	for lines.Scan() {
		if line := lines.Text(); len(line) > 2 && line[0] == '{' {
			os.Stderr.WriteString("\n{\"nonce\":\"" + nonce + "\"," + line[1:] + "\n")
		}
	}
	os.Exit(<-done)
}

func code(err error) int {
	if err == nil {
		return 0
	}
	if exit, ok := err.(*exec.ExitError); ok {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return 128 + int(status.Signal())
		}
		return exit.ExitCode()
	}
	return 1
}
