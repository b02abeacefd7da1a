"""Languages other than Python: one folder each, one table, two verifiers."""
