"""JavaScript and TypeScript: the judge's half in Python; ``runtime/`` holds what runs in the sandboxes."""
