"""Static analysis: one file a tool, the rules beside them."""
