"""Java: JUnit 5, JUnit 4 and plain programs as tests; each side compiles in a virtual machine of its own."""
