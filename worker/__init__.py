"""Celery app, job store and sweeper."""
