"""Who may do what: keys, sessions, and the log of what was done."""
