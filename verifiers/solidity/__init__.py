"""Compiling and attacking contracts."""
