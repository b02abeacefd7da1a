"""What all tables belong to. Times are seconds since the epoch."""

from __future__ import annotations

from sqlalchemy import MetaData

metadata = MetaData()
