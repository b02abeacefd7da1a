"""Unit tests are the quick part: properties are tried on fewer examples than hypothesis would by itself."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("unit", max_examples=40, deadline=None)
settings.load_profile("unit")
