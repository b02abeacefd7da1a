"""Batches: many lines of work in one file, and what becomes of each."""
