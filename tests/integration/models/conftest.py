from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import pytest

from models.embedded import INSTALL_SERVER, INSTALL_WEIGHTS, PACKAGE, EmbeddedModel
from tests.integration.models import chat_server
from tests.requirements import require


@pytest.fixture
def server() -> Iterator[chat_server.ChatServer]:
    with chat_server.running() as running:
        yield running


@pytest.fixture(scope="session")
def embedded() -> Iterator[EmbeddedModel]:
    """One server for all tests that leave it running."""
    present = all(importlib.util.find_spec(name) is not None for name in (PACKAGE, "xllamacpp"))
    require("embedded", present, f"{INSTALL_SERVER} && {INSTALL_WEIGHTS}")
    model = EmbeddedModel()
    yield model
    model.close()
