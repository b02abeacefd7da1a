"""Go: `go test` style tests, built by the toolchain's compiler and linker without the `go` command."""
