"""How rows of published suites become problems: one file a family of formats."""
