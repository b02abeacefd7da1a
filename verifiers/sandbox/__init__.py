"""Where generated code runs: one protocol, one file a backend."""
