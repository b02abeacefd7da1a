"""Side-by-side measurements: ``python -m benchmarks.NAME [--data DIR]`` prints its table."""
