"""Metrics, logs and traces: what one sees of a service that runs."""
