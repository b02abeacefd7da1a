"""Suites, metrics and reports: how good a model is, with and without the loop."""
