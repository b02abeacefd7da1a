"""Runs in the sandbox, under Mythril's interpreter; imports nothing of Acrisol's."""
