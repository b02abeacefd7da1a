"""Static analysis: Slither, and detectors of our own."""
