"""What is sent into the sandboxes: plain standard-library Python, imported there as ``_acrisol``."""
