"""Findings put together, and told to other programs: SARIF, JUnit XML."""
