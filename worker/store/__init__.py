"""The durable truth about jobs."""
