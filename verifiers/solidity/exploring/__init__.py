"""Symbolic execution with Mythril."""
