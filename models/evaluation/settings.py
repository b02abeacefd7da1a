"""Where suites are; read from ``ACRISOL_*`` environment variables at the edges only."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class SuiteSettings(BaseSettings):
    """Settings of evaluation.

    Attributes:
        suites: The folder that holds published suites as they were published.
    """

    model_config = SettingsConfigDict(env_prefix="ACRISOL_", frozen=True, extra="ignore")

    suites: Path | None = None
