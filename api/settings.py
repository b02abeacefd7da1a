"""What the API is configured by; read from ``ACRISOL_*`` environment variables at the edges only."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Any

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class ApiSettings(BaseSettings):
    """Settings of the API.

    Attributes:
        host: The address to listen on.
        port: The port to listen on; 0 for any free one.
        max_body_bytes: The largest request body.
        allowed_hosts: Names that the ``Host`` header of a request may give, separated by commas in the
            variable; ``*`` for any. If empty: this machine's own names where the server listens on the
            loopback interface only, else any.
    """

    model_config = SettingsConfigDict(env_prefix="ACRISOL_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65_535)
    max_body_bytes: int = Field(default=4_000_000, ge=1_000)
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(name.strip() for name in value.split(",")) if isinstance(value, str) else value

    @property
    def hosts(self) -> frozenset[str]:
        """The names that requests may use for this server."""
        if self.allowed_hosts:
            return frozenset(name.lower() for name in self.allowed_hosts)
        if _is_loopback(self.host):
            return frozenset({"localhost", "127.0.0.1", "[::1]", self.host.lower()})
        return frozenset({"*"})


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
