"""Starts jobs from an interpreter that is already up. Runs inside a sandbox's tree; standard library only."""
