"""Contracts are held to the standards that they show: the ``solidity-conformance`` verifier."""
