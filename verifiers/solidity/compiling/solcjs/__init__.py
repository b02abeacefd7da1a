"""The ``solc`` command over the packaged compilers; JavaScript, run by node."""
