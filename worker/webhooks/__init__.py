"""Telling others of what has ended, by HTTP."""
