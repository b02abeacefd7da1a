"""Compiling: from files to one answer of the compiler, offline."""
