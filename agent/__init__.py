"""The loop: generate, verify, feed back."""
