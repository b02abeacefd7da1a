"""Audits: what is run, and how its results are put together."""
