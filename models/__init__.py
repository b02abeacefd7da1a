"""Chat clients, the embedded model and recorded completions."""
