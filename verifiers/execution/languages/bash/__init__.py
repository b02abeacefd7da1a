"""Bash: bats-like files and scripts, the candidate's scripts called over the link."""
