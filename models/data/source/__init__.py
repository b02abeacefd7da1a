"""What Tree-sitter sees of source texts."""
