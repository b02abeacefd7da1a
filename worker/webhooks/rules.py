"""Where webhooks may be posted to. Whoever may create a webhook must not reach into this server's network.

An address is looked at twice: as it is written, when a webhook is created, for a sentence that helps; and as
the numbers that are about to be connected to, which is the check that counts, in ``webhook_network.py``.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from verifiers.domain import Value
from verifiers.errors import InvalidInput

# Everything in IANA's registry of special-purpose IPv4 addresses (RFC 6890), multicast, and the address at
# which Azure answers every virtual machine, which is a public one.
_CLOSED_4 = (
    IPv4Network("0.0.0.0/8"),
    IPv4Network("10.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),
    IPv4Network("127.0.0.0/8"),
    IPv4Network("168.63.129.16/32"),
    IPv4Network("169.254.0.0/16"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.0.2.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("192.168.0.0/16"),
    IPv4Network("198.18.0.0/15"),
    IPv4Network("198.51.100.0/24"),
    IPv4Network("203.0.113.0/24"),
    IPv4Network("224.0.0.0/4"),
    IPv4Network("240.0.0.0/4"),
)
# Of IPv6 only global unicast addresses are open: not IPv4-mapped or translated ones, unique local, link-local
# or multicast ones. Closed within it: protocol assignments with Teredo, documentation, 6to4.
_OPEN_6 = IPv6Network("2000::/3")
_CLOSED_6 = (
    IPv6Network("2001::/23"),
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),
    IPv6Network("3fff::/20"),
)

_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_FIX = "Give an https:// URL that this server can reach over the internet."

Address = IPv4Address | IPv6Address


class Target(NamedTuple):
    """A URL in its parts; what is checked is what is used, so that no two parsers can disagree."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port as in the ``Host`` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.scheme == "https" else 80
        return host if self.port == usual else f"{host}:{self.port}"


class WebhookRules(Value):
    """Where webhooks may be posted to, and how long is waited.

    Attributes:
        http: Whether ``http://`` is allowed as well.
        ports: The ports that are allowed; any if empty.
        networks: This company's own networks, which are allowed though they are not public.
        timeout_s: Seconds that an attempt may take in all.
        first_delay_s: Seconds after the first failed attempt; each further one is four times as long.
    """

    http: bool = False
    ports: frozenset[int] = frozenset({443, 8443})
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    timeout_s: float = Field(default=15.0, gt=0, le=120, allow_inf_nan=False)
    first_delay_s: float = Field(default=5.0, gt=0, le=3_600, allow_inf_nan=False)

    def target(self, url: str) -> Target:
        """The parts of a URL that webhooks may be posted to, as far as it can be told from the URL.

        Raises:
            InvalidInput: it is not one; the message says why.
        """
        if not url.isascii() or not url.isprintable() or set(url) & set(' "<>\\^`{|}'):
            raise InvalidInput("url", "holds characters that no URL may hold.", "Encode them.")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise InvalidInput("url", "is not a valid URL.", _FIX) from error
        host = parts.hostname or ""
        if parts.scheme not in (("http", "https") if self.http else ("https",)) or not host:
            raise InvalidInput("url", "is not an https:// URL with a host.", _FIX)
        if "@" in parts.netloc:
            raise InvalidInput("url", "carries a user name or password.", "Leave it out; check signatures.")
        if parts.fragment:
            raise InvalidInput("url", "carries a fragment, which is never sent.", "Leave out '#...'.")
        port = port if port is not None else 443 if parts.scheme == "https" else 80
        if port == 0 or (self.ports and port not in self.ports):
            allowed = ", ".join(map(str, sorted(self.ports)))
            raise InvalidInput("url", f"names port {port}.", f"Use one of {allowed}, or allow it.")
        if "[" in parts.netloc and ":" not in host:
            raise InvalidInput("url", "has no valid IPv6 address in its brackets.", _FIX)
        self._check_host(host)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Target(parts.scheme, host, port, path)

    def allow(self, address: Address) -> bool:
        """Whether this very address may be connected to."""
        if isinstance(address, IPv6Address) and address.scope_id is not None:
            return False
        if any(address in network for network in self.networks):
            return True
        if isinstance(address, IPv4Address):
            return not any(address in network for network in _CLOSED_4)
        return address in _OPEN_6 and not any(address in network for network in _CLOSED_6)

    def _check_host(self, host: str) -> None:
        try:
            address = ip_address(host)
        except ValueError:
            # The resolver would read 2130706433, 0x7f.1 and 0177.1 as 127.0.0.1.
            if len(host) > 253 or not _NAME.fullmatch(host) or _NUMBER.fullmatch(host.rpartition(".")[2]):
                raise InvalidInput("url", "has no valid host name.", _FIX) from None
            return
        if not self.allow(address):
            raise InvalidInput("url", "leads into a network that is not public.", _FIX)


class WebhookSettings(BaseSettings):
    """The same from ``ACRISOL_WEBHOOK_*`` variables; ports and networks are separated by commas."""

    model_config = SettingsConfigDict(env_prefix="ACRISOL_WEBHOOK_", frozen=True, extra="ignore")

    http: bool = False
    ports: Annotated[frozenset[int], NoDecode] = WebhookRules().ports
    networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    timeout_s: float = WebhookRules().timeout_s
    first_delay_s: float = WebhookRules().first_delay_s

    @field_validator("ports", "networks", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @property
    def rules(self) -> WebhookRules:
        """The rules that these settings stand for."""
        return WebhookRules(**self.model_dump())
