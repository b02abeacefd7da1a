"""Unit tests are the quick part: properties are tried on fewer examples than hypothesis would by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from worker.store.database import open_database

settings.register_profile("unit", max_examples=40, deadline=None)
settings.load_profile("unit")


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables: a copy of it costs a tenth of making them anew."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    open_database(f"sqlite:///{path}").close()
    return path
