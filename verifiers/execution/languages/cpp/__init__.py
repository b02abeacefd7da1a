"""C and C++: compiled with warnings and sanitizers, called from tests that are built apart."""
