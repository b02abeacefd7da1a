from __future__ import annotations

import pytest

from api.settings import ApiSettings


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2", "::1"])
def test_on_the_loopback_interface_only_own_names_are_allowed(host: str) -> None:
    hosts = ApiSettings(host=host).hosts
    assert {"localhost", "127.0.0.1", "[::1]"} <= hosts
    assert "*" not in hosts


def test_on_any_other_interface_every_name_is_allowed_unless_some_are_named() -> None:
    assert ApiSettings(host="0.0.0.0").hosts == {"*"}
    assert ApiSettings(host="0.0.0.0", allowed_hosts=("Acrisol.Example",)).hosts == {"acrisol.example"}


def test_names_are_separated_by_commas_in_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACRISOL_ALLOWED_HOSTS", "acrisol.example, 10.0.0.7")
    assert ApiSettings().hosts == {"acrisol.example", "10.0.0.7"}
