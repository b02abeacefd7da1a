"""Confirmation by attack: what was found is tried out on the deployed contract, in a running EVM."""
