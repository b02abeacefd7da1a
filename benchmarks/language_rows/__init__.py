"""How HumanEvalPack rows become tasks, and what the plain toolchain would run: one file a language."""
