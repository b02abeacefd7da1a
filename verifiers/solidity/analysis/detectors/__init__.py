"""Detectors of our own over solc's syntax trees, one weakness a file; ``table.py`` lists them."""

__all__: list[str] = []
