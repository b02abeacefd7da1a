"""How the tables came to be, step by step; each file in ``versions`` is an Alembic revision.

A change to ``worker.store.schema`` needs a revision here: a test compares the two, and says what is missing.
"""

HEAD = "0006"  # what this program works with
