"""What somebody may try who wants this server to speak to its own network (SSRF)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, ip_address
from typing import Any

import httpcore2
import pytest

from verifiers.errors import InvalidInput
from worker.webhooks.network import GuardedNetwork, NotAllowed
from worker.webhooks.rules import Address, WebhookRules, WebhookSettings

RULES = WebhookRules()
LOOSE = WebhookRules(http=True, ports=frozenset())

CLOSED = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",  # carrier-grade NAT
    "100.100.100.200",  # the metadata of Alibaba's cloud
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",  # Azure's own, though public
    "169.254.169.254",  # metadata of most clouds
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",  # IPv4-compatible
    "::ffff:127.0.0.1",  # IPv4-mapped
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",  # NAT64
    "64:ff9b::8.8.8.8",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",  # Teredo
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::1",  # 6to4 of 127.0.0.1
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",  # metadata of EC2
    "fe80::1",
    "fe80::1%eth0",
    "2600::1%eth0",
    "fec0::1",
    "ff02::1",
]
OPEN = ["1.1.1.1", "8.8.8.8", "100.63.0.1", "172.32.0.1", "192.0.1.1", "2600::1", "2a00:1450:4001::200e"]


@pytest.mark.parametrize("address", CLOSED)
def test_addresses_that_are_not_public_are_closed(address: str) -> None:
    assert not LOOSE.allow(ip_address(address))


@pytest.mark.parametrize("address", OPEN)
def test_public_addresses_are_open(address: str) -> None:
    assert RULES.allow(ip_address(address))


def test_a_network_of_ones_own_is_open_and_nothing_beside_it() -> None:
    rules = WebhookRules(networks=(IPv4Network("10.1.0.0/16"),))
    assert rules.allow(ip_address("10.1.2.3"))
    assert not rules.allow(ip_address("10.2.0.1"))
    assert not rules.allow(ip_address("::ffff:10.1.2.3"))
    assert rules.target("https://10.1.2.3/x").host == "10.1.2.3"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "javascript:alert(1)",
        "//example.com/",
        "example.com",
        "",
        "https://",
        "https:///x",
        "https://:443/",
        "https://example.com:22/",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://example.com:x/",
        "https://user@example.com/",
        "https://user:word@example.com/",
        "https://@example.com/",
        "https://example.com@127.0.0.1/",
        "https://127.0.0.1#@example.com/",
        "https://127.0.0.1\\@example.com/",
        "https://example.com/#fragment",
        "https://exa mple.com/",
        "https://example.com/a b",
        "https://example.com/\r\nX-Header: 1",
        "https://example.com/\tx",
        "https://127.0.0.1/",
        "https://127.0.0.1./",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://127.0.0.0x1/",
        "https://0/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[fe80::1%25eth0]/",
        "https://[v1.x]/",
        "https://[::1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://\uff11\uff12\uff17.0.0.1/",
        "https://127。0。0。1/",
        "https://ⓛocalhost/",
        "https://.example.com/",
        "https://example..com/",
        "https://-example.com/",
        "https://exam%70le.com/",
        "https://" + "a" * 260 + ".com/",
    ],
)
def test_urls_that_are_refused_when_they_are_given(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        RULES.target(url)
    assert refused.value.field == "url"


def test_a_good_url_is_taken_apart_as_it_is_used() -> None:
    target = RULES.target("https://Hooks.Example.com:8443/a/b?c=d&e=%20")
    assert target == ("https", "hooks.example.com", 8443, "/a/b?c=d&e=%20")
    assert target.authority == "hooks.example.com:8443"
    assert RULES.target("https://[2600::1]").authority == "[2600::1]"
    assert RULES.target("https://example.com").path == "/"


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACRISOL_WEBHOOK_NETWORKS", "10.1.0.0/16, fd12::/32")
    monkeypatch.setenv("ACRISOL_WEBHOOK_PORTS", "443,9000")
    monkeypatch.setenv("ACRISOL_WEBHOOK_HTTP", "true")
    rules = WebhookSettings().rules
    assert rules.allow(ip_address("fd12::1"))
    assert rules.target("http://10.1.0.1:9000/").port == 9000


class Recorder(httpcore2.AsyncNetworkBackend):
    """Notes what would be connected to."""

    def __init__(self) -> None:
        self.connected: list[str] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        self.connected.append(host)
        raise httpcore2.ConnectError("refused")


def answering(*looks: Sequence[str]) -> Callable[[str, int], Any]:
    """A resolver that gives one answer after the other."""
    left = list(looks)

    async def resolve(host: str, port: int) -> Sequence[Address]:
        return [ip_address(address) for address in left.pop(0)]

    return resolve


def connect(network: GuardedNetwork) -> None:
    asyncio.run(network.connect_tcp("hook.example.com", 443))


def test_the_address_that_was_checked_is_the_one_that_is_connected_to() -> None:
    recorder = Recorder()
    network = GuardedNetwork(RULES, answering(["8.8.8.8"], ["127.0.0.1"]), inner=recorder)
    with pytest.raises(httpcore2.ConnectError):
        connect(network)
    assert recorder.connected == ["8.8.8.8"]  # by its numbers: nobody looked the name up again
    with pytest.raises(NotAllowed):
        connect(network)  # the second look leads inside
    assert recorder.connected == ["8.8.8.8"]


def test_of_a_name_with_several_addresses_only_the_public_ones_are_tried() -> None:
    recorder = Recorder()
    found = ["127.0.0.1", "8.8.8.8", "::1", "169.254.169.254", "2600::1"]
    with pytest.raises(httpcore2.ConnectError):
        connect(GuardedNetwork(RULES, answering(found), inner=recorder))
    assert recorder.connected == ["8.8.8.8", "2600::1"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "0177.1", "127.1"])
def test_the_systems_own_resolver_is_not_trusted_either(host: str) -> None:
    recorder = Recorder()
    network = GuardedNetwork(LOOSE, inner=recorder)
    with pytest.raises((NotAllowed, httpcore2.ConnectError)):
        asyncio.run(network.connect_tcp(host, 80))
    assert recorder.connected == []
    network.close()


def test_a_name_that_does_not_exist_is_a_failed_connection() -> None:
    network = GuardedNetwork(LOOSE, inner=Recorder())
    with pytest.raises(httpcore2.ConnectError):
        asyncio.run(network.connect_tcp("nothing.invalid", 80))
    network.close()


def test_unix_sockets_cannot_be_reached() -> None:
    with pytest.raises(NotImplementedError):
        asyncio.run(GuardedNetwork(LOOSE).connect_unix_socket("/var/run/docker.sock"))


def test_the_closed_networks_are_those_of_the_standard_library_at_least() -> None:
    for first in range(256):
        for second in (0, 51, 64, 88, 100, 168, 254):
            address = IPv4Address(f"{first}.{second}.100.7")
            if not address.is_global or address.is_multicast or address.is_reserved:
                assert not RULES.allow(address), address
