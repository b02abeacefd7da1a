"""How the tables came to be, step by step; each file in ``versions`` is an Alembic revision.

A change to ``worker.store.schema`` needs a revision here: a test compares the two, and says what is missing.
"""

FIRST = "0001"  # what databases are that were made before there were revisions
HEAD = "0005"  # what this program works with
